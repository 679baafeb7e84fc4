#!/bin/sh
# Builds the program that says what Argo CD and Flux would say of an object, from their Go modules, once, into
#   ${XDG_CACHE_HOME:-~/.cache}/simpul/gitops/<hash of its sources>/gitops
# Cold, on two cores: some three minutes.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
hash=$(cat "$here/main.go" "$here/go.mod" "$here/go.sum" | sha256sum | cut -c 1-16)
folder=${XDG_CACHE_HOME:-$HOME/.cache}/simpul/gitops/$hash
[ ! -x "$folder/gitops" ] || exit 0
command -v go >/dev/null 2>&1 || { echo "build.sh: Go is missing (1.21 or newer). Debian: apt-get install golang-go" >&2; exit 1; }

mkdir -p "$folder"
exec 9>"$folder/.lock"
flock 9
[ ! -x "$folder/gitops" ] || exit 0
echo "gitops: building ..."
(cd "$here" && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$folder/.gitops.partial" .)
mv "$folder/.gitops.partial" "$folder/gitops"
