# shellcheck shell=bash
# venv.sh - the tests' Python: a virtual environment with tests/requirements.txt, kept in the cache
#
# Wants ROOT (the project's root), say.sh and cache.sh.

# Another Python or other requirements give another directory, so an old one is never half right.
venv_dir() {
    local key
    key=$({
        python3 -c 'import sys; print(sys.version, sys.executable)'
        cat "$ROOT/tests/requirements.txt"
    } | sha256sum | cut -c1-12)
    printf '%s/venv-%s\n' "$CACHE_DIR" "$key"
}

venv_build() {
    local dir=$1
    [ ! -e "$dir/ready" ] || return 0
    say "making the tests' Python environment in $dir"
    rm -rf "$dir"
    python3 -m venv "$dir" >&2
    "$dir/bin/python" -m pip install --quiet --disable-pip-version-check \
        --no-deps -r "$ROOT/tests/requirements.txt" >&2
    : >"$dir/ready"
}

# venv_ready: print the directory of a finished environment.
venv_ready() {
    local dir
    dir=$(venv_dir)
    cache_locked venv venv_build "$dir"
    printf '%s\n' "$dir"
}
