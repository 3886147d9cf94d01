#!/usr/bin/env bash
# clean-room.sh - do the two commands work on a machine that had neither compiler nor libraries?
#
# Makes a bare Debian or Ubuntu root in DIR with debootstrap, clones the committed state of this
# repository into it and runs scripts/quickstart twice and scripts/test once, in a chroot. Needs root
# and debootstrap; not part of ctest. DIR must not exist yet and is removed afterwards.
set -euo pipefail

usage() {
    cat <<'EOT'
usage: tests/clean-room.sh [OPTIONS] DIR [-- TEST-OPTION...]
  --suite NAME   bookworm (default), trixie, noble, ...
  --mirror URL   where packages come from; default: $MIRROR, else this machine's first apt source
  --as-user      run the commands as an ordinary user with sudo instead of as root
  --keep         leave DIR there afterwards
TEST-OPTIONs go to scripts/test.
EOT
}

stop() {
    printf 'clean-room: %s\n' "$*" >&2
    exit 2
}

suite=bookworm mirror=${MIRROR:-} as_user=no keep=no dir=
while [ $# -gt 0 ]; do
    case $1 in
    --suite) suite=$2 && shift ;;
    --mirror) mirror=$2 && shift ;;
    --as-user) as_user=yes ;;
    --keep) keep=yes ;;
    -h | --help) usage && exit 0 ;;
    --) shift && break ;;
    -*) usage >&2 && exit 2 ;;
    *) dir=$1 ;;
    esac
    shift
done
test_options=("$@")
[ -n "$dir" ] || { usage >&2 && exit 2; }
[ ! -e "$dir" ] || stop "$dir exists already"
[ "$(id -u)" = 0 ] || stop 'needs root, for chroot'
command -v debootstrap >/dev/null || stop 'install debootstrap first'

if [ -z "$mirror" ]; then
    mirror=$({ cat /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null || true; } |
        sed -nE 's/^URIs:[[:space:]]*([^[:space:]]+).*/\1/p; s/^deb[[:space:]]+(\[[^]]*\][[:space:]]+)?([^[:space:]]+).*/\2/p' |
        sed -n 1p)
    [ -n "$mirror" ] || stop 'no apt source found here; name one with --mirror'
fi
repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

mounted=()
leave() {
    local index
    for ((index = ${#mounted[@]} - 1; index >= 0; index--)); do
        umount -l "${mounted[index]}" || return 0 # never delete through a mount
    done
    [ "$keep" = yes ] || rm -rf --one-file-system "$dir"
}
trap leave EXIT

echo "== making $suite in $dir"
debootstrap --variant=minbase "$suite" "$dir" "$mirror" >"$dir.log" 2>&1 ||
    { tail -n 20 "$dir.log" >&2 && stop 'debootstrap did not finish'; }
rm -f "$dir.log"
for place in proc dev dev/pts dev/shm; do
    mount --bind "/$place" "$dir/$place"
    mounted+=("$dir/$place")
done

# What this machine knows about reaching the package registries is lent to the room.
cp -L /etc/resolv.conf /etc/hosts "$dir/etc/"
for path in /etc/pip.conf /usr/local/share/ca-certificates; do
    if [ -e "$path" ]; then
        mkdir -p "$dir$(dirname "$path")"
        cp -rL "$path" "$dir$(dirname "$path")/"
    fi
done

person=root home=/root
if [ "$as_user" = yes ]; then
    person=visitor home=/home/visitor
    chroot "$dir" sh -ec '
        apt-get update -q && apt-get install -q -y --no-install-recommends sudo
        useradd --create-home --shell /bin/bash visitor
        echo "visitor ALL=(ALL) NOPASSWD: ALL" >/etc/sudoers.d/visitor' >/dev/null
fi
git clone -q --no-hardlinks "$repository" "$dir$home/beantrail"
chroot "$dir" chown -R "$person:" "$home/beantrail"

# inside COMMAND...: in the room, with nothing of this shell but its proxies
inside() {
    local variable variables=()
    for variable in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
        [ -z "${!variable:-}" ] || variables+=("$variable=${!variable}")
    done
    echo "== $*"
    # shellcheck disable=SC2016  # expanded inside
    chroot --userspec="$person:$person" "$dir" env -i HOME="$home" USER="$person" LANG=C.UTF-8 \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        ${variables[@]+"${variables[@]}"} \
        bash -c 'cd "$HOME/beantrail" && exec "$@"' inside "$@"
}
inside ./scripts/quickstart
inside ./scripts/quickstart
inside ./scripts/test ${test_options[@]+"${test_options[@]}"}
inside bash -c '! command -v git >/dev/null || [ -z "$(git status --porcelain)" ]' ||
    stop 'the commands left files that git does not ignore'
echo "== $suite: both commands work on a machine that had neither"
