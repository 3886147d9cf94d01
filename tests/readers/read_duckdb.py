"""DuckDB reads the tree as an analyst would, and finds as many records as plain Python.

usage: read_duckdb.py DIR
"""

import gzip
import json
import os
import sys

import duckdb

import tree

COLUMNS = """{'Records': 'STRUCT(eventVersion VARCHAR, userIdentity JSON, eventTime TIMESTAMP,
  eventSource VARCHAR, eventName VARCHAR, awsRegion VARCHAR, sourceIPAddress VARCHAR,
  userAgent VARCHAR, requestParameters JSON, responseElements JSON, eventID UUID,
  readOnly BOOLEAN, recipientAccountId VARCHAR)[]'}"""


def counted(root):
    """Records by service and call, the plain way."""
    counts = {}
    for key in tree.keys(root):
        with gzip.open(os.path.join(root, key), "rb") as file:
            for record in json.load(file)["Records"]:
                name = (record["eventSource"], record["eventName"])
                counts[name] = counts.get(name, 0) + 1
    return counts


def main():
    root = sys.argv[1]
    files = os.path.join(root, "**", "*.json.gz").replace("'", "''")
    base = duckdb.connect()
    base.execute(f"""
        create view records as select unnest(r.Records, recursive := false) as record from
        read_json('{files}', columns = {COLUMNS}, maximum_object_size = 268435456) r""")
    rows = base.execute("""
        select record.eventSource, record.eventName, count(*) from records group by all""").fetchall()
    total, ids, faults = base.execute("""
        select count(*), count(distinct record.eventID),
               count(*) filter (record.eventTime is null or record.recipientAccountId is null
                                or json_type(record.userIdentity) <> 'OBJECT')
        from records""").fetchone()
    # once more with nothing told beforehand: DuckDB finds out the types by itself
    guessed = base.execute(f"""
        select sum(len(Records)) from
        read_json('{files}', maximum_object_size = 268435456, map_inference_threshold = -1,
                  union_by_name = true)""").fetchone()[0]

    want = counted(root)
    got = {(source, name): count for source, name, count in rows}
    print(f"duckdb: {total} records, {len(got)} kinds of call")
    if got != want or ids != total or faults or guessed != total:
        print(f"duckdb: {ids} ids, {faults} faulty, {guessed} by guessed types; "
              f"plain Python counts {sum(want.values())} records of {len(want)} kinds",
              file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
