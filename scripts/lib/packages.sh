# shellcheck shell=bash
# packages.sh - what a machine must have, how to tell that it is there, and apt to bring it
#
# A row is: Debian package, kind of check, what the check looks for. The check decides, not the
# package list, so a tool that came another way (a newer CMake, say) is left alone.
# shellcheck disable=SC2034  # the tables are for those who source this

PACKAGES_BUILD='
cmake                command  cmake
ninja-build          command  ninja
gcc                  command  cc
libc6-dev            header   stdio.h
pkg-config           command  pkg-config
libcjson-dev         module   libcjson
libcurl4-openssl-dev module   libcurl
libssl-dev           module   libcrypto
libisal-dev          module   libisal
zlib1g-dev           module   zlib
'

PACKAGES_TEST='
libcmocka-dev        module   cmocka
python3              command  python3
python3-venv         python   ensurepip
git                  command  git
openssl              command  openssl
jq                   command  jq
strace               command  strace
valgrind             command  valgrind
ca-certificates      file     /etc/ssl/certs/ca-certificates.crt
'

# What replay is measured with.
PACKAGES_BENCH='
nginx-light          command  nginx
wrk                  command  wrk
'

packages_has() {
    case $1 in
    command) command -v "$2" >/dev/null ;;
    module) command -v pkg-config >/dev/null && pkg-config --exists "$2" ;;
    header) command -v cc >/dev/null && printf '#include <%s>\n' "$2" | cc -E - >/dev/null 2>&1 ;;
    python) command -v python3 >/dev/null && python3 -c "import $2" >/dev/null 2>&1 ;;
    file) [ -e "$2" ] ;;
    esac
}

# packages_missing TABLE...: the packages whose check fails, one a line.
packages_missing() {
    local package kind what
    printf '%s\n' "$@" | while read -r package kind what; do
        if [ -n "$package" ] && ! packages_has "$kind" "$what"; then
            printf '%s\n' "$package"
        fi
    done
}

packages_as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# packages_need TABLE...: install what is missing, or say what it is and stop with 2.
packages_need() {
    local missing
    missing=$(packages_missing "$@" | tr '\n' ' ')
    [ -n "$missing" ] || return 0

    if ! command -v apt-get >/dev/null; then
        stop 2 "these are missing (Debian's names): ${missing}- install them with your system's" \
            "package manager and run this again"
    fi
    if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
        stop 2 "these packages are missing: ${missing}- install them as root and run this again"
    fi
    say "installing $missing"
    packages_as_root apt-get update -q >&2
    # shellcheck disable=SC2086  # a list of words
    packages_as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -q -y --no-install-recommends $missing >&2

    missing=$(packages_missing "$@" | tr '\n' ' ')
    [ -z "$missing" ] || stop 2 "apt-get installed all it was asked for, yet these are still" \
        "not usable: $missing"
}

# packages_give_back PATH...: under sudo, leave what was made to the person who ran it.
packages_give_back() {
    local path
    [ -n "${SUDO_UID:-}" ] && [ "$(id -u)" = 0 ] || return 0
    for path in "$@"; do
        [ ! -e "$path" ] || chown -R "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" "$path"
    done
}
