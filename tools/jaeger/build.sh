#!/bin/sh
# Builds Jaeger, which tests send spans to, from its Go module, once, into
#   ${XDG_CACHE_HOME:-~/.cache}/simpul/jaeger/<version>/jaeger
# go.mod and go.sum are Jaeger's own of that version, with Jaeger itself added, so that nothing is resolved anew. Cold, on two cores: some four minutes.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
module=github.com/jaegertracing/jaeger
version=$(sed -n "s#^[[:space:]]*\(require \)\{0,1\}$module \(v[0-9.]*\)\$#\2#p" "$here/go.mod")
[ -n "$version" ] || { echo "build.sh: $here/go.mod names no version of $module" >&2; exit 1; }
folder=${XDG_CACHE_HOME:-$HOME/.cache}/simpul/jaeger/$version
[ ! -x "$folder/jaeger" ] || exit 0
command -v go >/dev/null 2>&1 || { echo "build.sh: Go is missing (1.21 or newer). Debian: apt-get install golang-go" >&2; exit 1; }

mkdir -p "$folder"
exec 9>"$folder/.lock"
flock 9
[ ! -x "$folder/jaeger" ] || exit 0
echo "jaeger: building $version ..."
(cd "$here" && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$folder/.jaeger.partial" "$module/cmd/all-in-one")
mv "$folder/.jaeger.partial" "$folder/jaeger"
