#!/bin/sh
#   debian-root.sh ARCHITECTURE FOLDER PACKAGE...
# Unpacks Debian packages of an architecture into FOLDER, and prints a line "name version architecture" for each. The
# machine's own lists of packages do if they have them all; whatever apt writes goes into a folder that is removed, so
# nothing of the machine changes, and it need not know the architecture.
set -eu
umask 022
architecture=$1
root=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$root" "$work/archives/partial" "$work/lists/partial" "$work/packages"
: >"$work/status"

apt() {
  (cd "$work/packages" && apt-get --quiet -o Debug::NoLocking=1 -o Acquire::Languages=none \
    -o APT::Architecture="$architecture" -o APT::Architectures="$architecture" \
    -o Dir::State::status="$work/status" -o Dir::Cache="$work" "$@") >>"$work/log" 2>&1
}
own_lists="-o Dir::State::Lists=$work/lists"
# shellcheck disable=SC2086 # two words
if ! apt download "$@" && ! { apt update $own_lists && apt download $own_lists "$@"; }; then
  cat "$work/log" >&2
  echo "The Debian packages $* of $architecture cannot be fetched." >&2
  exit 1
fi

# Where scanners look for what is in an image without dpkg.
known=$root/var/lib/dpkg/status.d
mkdir -p "$known"
for archive in "$work"/packages/*.deb; do
  dpkg-deb --extract "$archive" "$root"
  name=$(dpkg-deb --field "$archive" Package)
  dpkg-deb --field "$archive" >"$known/$name"
  dpkg-deb --show --showformat="\${Package} \${Version} \${Architecture}\n" "$archive"
done
# What the packages' own scripts would write.
if [ -e "$root/etc/debian_version" ]; then
  echo 'root:x:0:0:root:/root:/usr/sbin/nologin' >"$root/etc/passwd"
  echo 'root:x:0:' >"$root/etc/group"
fi
if [ -d "$root/usr/share/ca-certificates" ]; then
  mkdir -p "$root/etc/ssl/certs"
  find "$root/usr/share/ca-certificates" -name '*.crt' | LC_ALL=C sort | xargs cat >"$root/etc/ssl/certs/ca-certificates.crt"
fi
rm -rf "$root/usr/share/doc" "$root/usr/share/man" "$root/usr/share/locale" "$root/usr/share/lintian"
