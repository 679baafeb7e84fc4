#!/bin/sh
# build-go.sh FOLDER NAME PACKAGE: builds a Go program that FOLDER/go.mod and go.sum pin, once, as
#   ${XDG_CACHE_HOME:-~/.cache}/simpul/go/NAME/<hash of its sources>/NAME
# which is where goProgram() of tools/testing/programs.ts looks. It appears only when it is complete; two runs at the
# same time build once.
set -eu
export LC_ALL=C

source=$1 name=$2 package=$3
hash=$(cd "$source" && for file in go.mod go.sum *.go; do [ ! -f "$file" ] || cat "$file"; done | sha256sum | cut -c 1-16)
folder=${XDG_CACHE_HOME:-$HOME/.cache}/simpul/go/$name/$hash
[ ! -x "$folder/$name" ] || exit 0
command -v go >/dev/null 2>&1 || { echo "build-go.sh: Go is missing (1.21 or newer). Debian: apt-get install golang-go" >&2; exit 1; }

mkdir -p "$folder"
exec 9>"$folder/.lock"
flock 9
[ ! -x "$folder/$name" ] || exit 0
echo "$name: building from Go modules, once, which takes some minutes ..."
(cd "$source" && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$folder/.$name.partial" "$package")
mv "$folder/.$name.partial" "$folder/$name"
