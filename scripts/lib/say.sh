# shellcheck shell=bash
# say.sh - how the scripts speak: steps to stderr, one clear line when they stop

say() {
    printf '== %s\n' "$*" >&2
}

# stop CODE MESSAGE...: 1 when the work failed, 2 when the machine lacks something.
stop() {
    local code=$1
    shift
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit "$code"
}
