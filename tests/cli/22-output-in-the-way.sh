#!/usr/bin/env bash
# A directory that holds something else is left alone; the same run's is completed; --force replaces.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

gen=(beantrail gen quickstart --seed 1 --duration 1h --quiet)

mkdir full
echo mine >full/file
refused 2 'full.*--force|full.*empty' "${gen[@]}" --out full
[ "$(cat full/file)" = mine ] && [ "$(find full | wc -l)" = 2 ] || fault 'full/ was touched'

mkdir fresh
"${gen[@]}" --out fresh
cp -r fresh before
"${gen[@]}" --out fresh
same before fresh

# a file of the same run that went missing is there again
rm "$(log_files fresh | sed -n 1p)"
"${gen[@]}" --out fresh
same before fresh

# another run's directory
refused 2 'fresh.*--force|fresh.*another|fresh.*not' \
    beantrail gen quickstart --seed 2 --duration 1h --out fresh --quiet
same before fresh
beantrail gen quickstart --seed 2 --duration 1h --out fresh --quiet --force
beantrail gen quickstart --seed 2 --duration 1h --out other --quiet
same other fresh

: >plain-file
refused 2 'plain-file' "${gen[@]}" --out plain-file
refused 1 'plain-file.*Not a directory' "${gen[@]}" --out plain-file/below
