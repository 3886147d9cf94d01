"""JSON with // and /* */ comments in, plain JSON out: for jq. usage: plain_json.py FILE"""

import re
import sys

TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)


def plain(text):
    return TOKEN.sub(lambda match: match[0] if match[0][0] == '"' else " ", text)


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        sys.stdout.write(plain(file.read()))
