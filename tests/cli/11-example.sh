#!/usr/bin/env bash
# The published example record comes out field for field, as one log file with one record.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

beantrail gen update-environment-by-intern --out trail --quiet
[ "$(log_files trail | wc -l)" = 1 ] || fault "one log file expected: $(log_files trail)"
zcat "$(log_files trail)" >got.json
jq -S . got.json >got.sorted
jq -S . "$ROOT/tests/golden/update-environment-by-intern.json" >want.sorted
diff want.sorted got.sorted || fault 'the record is not the published one'

# not only its values: the text as CloudTrail writes it, members in order, no newline
[ "$(head -c 25 got.json)" = '{"Records":[{"eventVersio' ] || fault 'the text begins otherwise'
[ "$(tail -c 3 got.json)" = '}]}' ] || fault 'the text ends otherwise'
tr -d '\n' <"$ROOT/tests/golden/update-environment-by-intern.json" |
    jq -c 'walk(.)' | tr -d '\n' | cmp - got.json || fault 'the members stand in another order'
