# shellcheck shell=bash
# cache.sh - where things built once are kept, and a lock so that two runs do not build them twice

CACHE_DIR=${XDG_CACHE_HOME:-$HOME/.cache}/beantrail

# cache_locked NAME COMMAND...: run COMMAND while no other process holds NAME.
cache_locked() {
    local name=$1
    shift
    mkdir -p "$CACHE_DIR"
    (
        flock 9
        "$@"
    ) 9>"$CACHE_DIR/$name.lock"
}
