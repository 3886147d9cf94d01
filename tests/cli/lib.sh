# shellcheck shell=bash
# lib.sh - what the scenarios share: a folder of their own, and sentences about the program
#
# Sourced. Wants BEANTRAIL, the program. The folder is gone afterwards.
set -euo pipefail

: "${BEANTRAIL:?name the program in BEANTRAIL}"
BEANTRAIL=$(realpath "$BEANTRAIL")
export BEANTRAIL
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
export ROOT
while IFS= read -r variable; do
    unset "$variable"
done < <(compgen -e AWS_ || true)
work=$(mktemp -d "${TMPDIR:-/tmp}/beantrail-cli.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'printf "FAIL: %s:%s: %s\n" "$0" "$LINENO" "$BASH_COMMAND" >&2' ERR
cd "$work"

beantrail() {
    "$BEANTRAIL" "$@"
}

fault() {
    printf 'FAIL: %s\n' "$*" >&2
    exit 1
}

# refused CODE PATTERN COMMAND...: it ends with CODE, says exactly one line that matches PATTERN
# on stderr and nothing on stdout.
refused() {
    local want=$1 pattern=$2 code=0
    shift 2
    "$@" >stdout.txt 2>stderr.txt || code=$?
    [ "$code" = "$want" ] || fault "$*: exit $code, not $want: $(head -c 2000 stderr.txt)"
    [ "$(wc -l <stderr.txt)" = 1 ] || fault "$*: one line expected, got: $(head -c 2000 stderr.txt)"
    grep -Eq -- "$pattern" stderr.txt || fault "$*: no /$pattern/ in: $(cat stderr.txt)"
    [ ! -s stdout.txt ] || fault "$*: stdout has $(head -c 200 stdout.txt)"
    printf 'ok: %s\n' "$(cat stderr.txt)"
}

# same A B: both trees hold the same files with the same bytes.
same() {
    diff -r "$1" "$2" >diff.txt 2>&1 || fault "$1 and $2 differ: $(head -n 5 diff.txt)"
    printf 'ok: %s and %s are the same\n' "$1" "$2"
}

# log_files DIR: the log files below DIR, sorted
log_files() {
    find "$1" -name '*.json.gz' | sort
}

# records DIR: every record below DIR as one line of JSON, sorted, so that trees can be compared
records() {
    log_files "$1" | xargs -r zcat | jq -c '.Records[]' | sort
}

# nothing_in PATH...: neither the file nor anything in the folder is there
nothing_in() {
    local path
    for path in "$@"; do
        [ -z "$(find "$path" -mindepth 0 -not -type d 2>/dev/null)" ] ||
            fault "$path was left behind: $(find "$path" -not -type d | sed -n 1,3p)"
    done
}
