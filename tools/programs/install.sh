#!/bin/sh
#   install.sh [LIST NAME]
# Puts the programs of a list of Debian packages (default: packages.txt) into ~/.cache/simpul/NAME/bin (default: programs). Packages are unpacked, not installed: no root is
# needed, no service starts, and nothing else on the machine changes. A program that the machine has already is taken
# from there by whoever runs it (tools/testing/programs.ts), so only what is missing counts.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
list=${1:-$here/packages.txt}
home=${XDG_CACHE_HOME:-$HOME/.cache}/simpul/${2:-programs}
stamp=$home/$(cat "$list" "$here/install.sh" | sha256sum | cut -c 1-16)
[ ! -e "$stamp" ] || exit 0

if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
  echo "The programs of $list come from Debian packages, and this machine has no apt-get:" >&2
  echo "  install what the list names by its own means, then: touch $stamp" >&2
  mkdir -p "$home"
  exit 1
fi

packages=$(sed 's/#.*//' "$list")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/archives/partial" "$work/lists/partial" "$work/root" "$work/bin"

# apt, but with folders of our own for all that it writes.
fetch() {
  # shellcheck disable=SC2086 # the list is split on purpose
  apt-get install --yes --no-install-recommends --download-only --reinstall --quiet \
    -o Debug::NoLocking=1 -o Dir::Cache="$work" -o Dir::Cache::archives="$work/archives" "$@" $packages
}

echo "Fetching the programs that tests need ..."
if ! fetch >"$work/log" 2>&1; then
  own_lists="-o Dir::State::Lists=$work/lists"
  # shellcheck disable=SC2086
  if ! { apt-get update --quiet -o Debug::NoLocking=1 $own_lists && fetch $own_lists; } >>"$work/log" 2>&1; then
    cat "$work/log" >&2
    echo "The Debian packages of $list cannot be fetched; as root: apt-get update && apt-get install" $packages >&2
    exit 1
  fi
fi
for archive in "$work"/archives/*.deb; do dpkg-deb --extract "$archive" "$work/root"; done

rm -rf "$home"
mkdir -p "$home/bin"
mv "$work/root" "$home/root"
libraries=$(find "$home/root" -name '*.so*' -printf '%h\n' | sort -u | paste -sd :)
for program in "$home"/root/bin/* "$home"/root/sbin/* "$home"/root/usr/bin/* "$home"/root/usr/sbin/*; do
  [ -x "$program" ] || continue
  name=$(basename "$program")
  printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s "$@"\n' "$libraries" "$program" >"$home/bin/$name"
  chmod +x "$home/bin/$name"
done
: >"$stamp"
