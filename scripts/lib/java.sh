# shellcheck shell=bash
# java.sh - AWS's CloudTrail Processing Library and our small driver of it, compiled into the cache
#
# Wants ROOT, say.sh and cache.sh.

java_dir() {
    local key
    key=$(cat "$ROOT"/tests/readers/java/pom.xml "$ROOT"/tests/readers/java/*.java |
        sha256sum | cut -c1-12)
    printf '%s/java-%s\n' "$CACHE_DIR" "$key"
}

java_build() {
    local dir=$1
    [ ! -e "$dir/ready" ] || return 0
    say "fetching AWS's CloudTrail Processing Library and compiling its driver in $dir"
    rm -rf "$dir"
    mkdir -p "$dir/classes"
    cp "$ROOT"/tests/readers/java/pom.xml "$dir/"
    (cd "$dir" && mvn -q -B dependency:copy-dependencies -DoutputDirectory="$dir/lib") >&2
    javac -cp "$dir/lib/*" -d "$dir/classes" "$ROOT"/tests/readers/java/*.java >&2
    : >"$dir/ready"
}

# java_ready: print the directory that holds classes/ and lib/.
java_ready() {
    local dir
    dir=$(java_dir)
    cache_locked java java_build "$dir"
    printf '%s\n' "$dir"
}
