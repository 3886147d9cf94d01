#!/usr/bin/env bash
# layers.sh - the walls of ARCHITECTURE.md hold: who includes whom, who may call what
#
# usage: tests/layers.sh [ROOT]      prints every breach, exits 1 when there is one
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/..}"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
breaches=0

breach() {
    printf '%s\n' "$*"
    breaches=$((breaches + 1))
}

# room: rooms it may include
rooms='
base:       base
cloudtrail: base cloudtrail
gen:        base cloudtrail gen
replay:     base cloudtrail replay
audit:      base cloudtrail audit
cli:        base cloudtrail gen replay audit cli
'
# header pattern: the one file that may include it, or the two that do different things with it
third_party='
cjson/|cJSON:base/json_read.c
openssl/:base/hash.c base/sign.c
isa-l|igzip|zlib\.h:base/gzip.c
pthread\.h|threads\.h:base/work.c
curl/:replay/http.c
'
clock='time|clock|clock_gettime|gettimeofday|timespec_get|nanosleep|clock_nanosleep|usleep|sleep'
stream='printf|fprintf|vprintf|vfprintf|puts|fputs|fputc|putchar|perror'
file='fopen|open|openat|creat|opendir|fdopen|unlink|rename|mkdir'
socket='socket|connect|bind|listen|accept|send|recv|getaddrinfo'
ending='exit|_exit|abort|quick_exit|_Exit'
# where: calls that may not stand there : files of that room that may
forbidden="
base:$ending:base/arena.c
base:$stream:
cloudtrail:$clock|$ending|$stream:
gen:$clock|$ending|$stream|$socket:
gen:$file:gen/catalog_load.c
replay:$ending|$stream:
audit:$ending|$stream:
"
# standing names instead of calls
forbidden_names='
cloudtrail:stdout|stderr
gen:stdout|stderr
replay:stdout|stderr
audit:stdout|stderr
'
# The style page's list: not used anywhere.
never='strcpy|strcat|sprintf|vsprintf|strncpy|strtok|atoi|gets|rand|srand|localtime|gmtime|setlocale|alloca'
hot_never="$stream|snprintf|sprintf|vsnprintf|asprintf|dprintf|strlen|localeconv|newlocale|uselocale"
hot_alloc='malloc|calloc|realloc|free|strdup|strndup'
hot_files='gen/cell.c gen/deliver.c gen/encode.c base/gzip.c replay/pace.c'

mapfile -t sources < <(find base cloudtrail gen replay audit cli -name '*.[ch]' 2>/dev/null | sort)
[ ${#sources[@]} -gt 0 ] || { echo 'no sources found'; exit 1; }

# The code without comments, and with empty strings, so that words in them do not count.
for room in base cloudtrail gen replay audit cli; do
    mkdir -p "$work/bare/$room"
done
for source in "${sources[@]}"; do
    cc -fpreprocessed -dD -E -P -w "$source" -o "$work/bare/$source" 2>/dev/null
done
(cd "$work/bare" && sed -i -E 's/"([^"\\]|\\.)*"/""/g' "${sources[@]}")

# (a) room against room
grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "${sources[@]}" >"$work/includes" || true
declare -A may
while read -r room allowed; do
    [ -z "$room" ] || may[${room%:}]=$allowed
done <<<"$rooms"
while IFS=: read -r source line text; do
    target=${text#*\"}
    target=${target%%\"*}
    room=${source%%/*}
    allowed=${may[$room]}
    case $target in
    */*) ;;
    *) breach "$source:$line: \"$target\" does not begin with a room" && continue ;;
    esac
    case " $allowed " in
    *" ${target%%/*} "*) ;;
    *) breach "$source:$line: $room/ may not include $target" ;;
    esac
    [ "${source%.*}" = "${target%.*}" ] || printf '%s %s\n' "${source%.*}" "${target%.*}" >>"$work/pairs"
done <"$work/includes"

# (b) no two modules know each other, not even by way of others
if [ -s "$work/pairs" ] && ! tsort "$work/pairs" >/dev/null 2>"$work/loop"; then
    breach "modules in a loop: $(sed 's/^tsort: //; s/^.*contains a loop:$//' "$work/loop" | tr '\n' ' ')"
fi

# (c) a library's header in one file only
while IFS=: read -r pattern owner; do
    [ -n "$pattern" ] || continue
    while IFS=: read -r source line text; do
        [[ " $owner " = *" $source "* ]] || breach "$source:$line: only $owner may include ${text#*include }"
    done < <(grep -nE "^[[:space:]]*#[[:space:]]*include[[:space:]]*<($pattern)" "${sources[@]}" || true)
done <<<"$third_party"

# calls PATTERN FILE...: lines of bare code that call one of the functions
calls() {
    local pattern=$1
    shift
    [ $# -gt 0 ] || return 0
    (cd "$work/bare" && grep -nHoE "(^|[^A-Za-z0-9_.>])($pattern)[[:space:]]*\(" "$@") |
        sed -E 's/^([^:]*):[0-9]+:[^A-Za-z_]*([A-Za-z_]+).*/\1 \2/' | sort -u
}

# in_room ROOM: put its sources into the array room_sources
in_room() {
    mapfile -t room_sources < <(printf '%s\n' "${sources[@]}" | grep "^$1/" || true)
}

while IFS=: read -r room pattern excused; do
    [ -n "$room" ] || continue
    in_room "$room"
    while read -r source call; do
        [ "$source" = "$excused" ] || breach "$source: $room/ may not call $call"
    done < <(calls "$pattern" "${room_sources[@]}")
done <<<"$forbidden"

while IFS=: read -r room pattern; do
    [ -n "$room" ] || continue
    in_room "$room"
    [ ${#room_sources[@]} -gt 0 ] || continue
    while read -r source; do
        breach "$source: $room/ may not name stdout or stderr"
    done < <(cd "$work/bare" && grep -lwE "$pattern" "${room_sources[@]}" || true)
done <<<"$forbidden_names"

while read -r source call; do
    breach "$source: $call is not used in this project"
done < <(calls "$never" "${sources[@]}")

# (d) the hot path
for source in $hot_files; do
    [ ! -e "$source" ] || sed -n 1p "$source" | grep -q 'HOT' ||
        breach "$source: its first line does not say HOT"
done
for source in $(grep -lE '^/\*.*\bHOT\b' "${sources[@]}" || true); do
    sed -n 1p "$source" | grep -q 'HOT' || continue
    banned=$hot_never
    [ "$source" = replay/pace.c ] || banned="$banned|$clock"
    while read -r _ call; do
        breach "$source: is HOT and calls $call"
    done < <(calls "$banned" "$source")
    # what is kept for a worker's whole life may be made in foo_open and given back in foo_close
    awk '/^[A-Za-z].*\(/ { f = $0; sub(/\(.*/, "", f) } f !~ /_(open|close)$/' "$work/bare/$source" \
        >"$work/bare/$source.steady"
    while read -r _ call; do
        breach "$source: is HOT and calls $call"
    done < <(calls "$hot_alloc" "$source.steady")
    if grep -qE 'cJSON|json_' "$work/bare/$source"; then
        breach "$source: is HOT and knows JSON trees"
    fi
done

# (e) sizes, only told
wc -l "${sources[@]}" | awk '
    $2 != "total" && $2 ~ /\.c$/ && $1 > 500 { print "notice: " $2 " has " $1 " lines; which second subject is in it?" }
    $2 != "total" && $2 ~ /\.h$/ && $1 > 150 { print "notice: " $2 " has " $1 " lines" }'

printf 'layers: %s files, %s breaches\n' "${#sources[@]}" "$breaches"
[ "$breaches" = 0 ]
