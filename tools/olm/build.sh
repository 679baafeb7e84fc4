#!/bin/sh
# Builds operator-verify, operator-framework's own check of bundles for its Lifecycle Manager, from its Go module, once, into
#   ${XDG_CACHE_HOME:-~/.cache}/simpul/olm/<version>/operator-verify
# Cold, on two cores: about a minute.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
module=github.com/operator-framework/api
version=$(sed -n "s#^[[:space:]]*\(require \)\{0,1\}$module \(v[0-9.]*\).*#\2#p" "$here/go.mod")
[ -n "$version" ] || { echo "build.sh: $here/go.mod names no version of $module" >&2; exit 1; }
folder=${XDG_CACHE_HOME:-$HOME/.cache}/simpul/olm/$version
[ ! -x "$folder/operator-verify" ] || exit 0
command -v go >/dev/null 2>&1 || { echo "build.sh: Go is missing (1.21 or newer). Debian: apt-get install golang-go" >&2; exit 1; }

mkdir -p "$folder"
exec 9>"$folder/.lock"
flock 9
[ ! -x "$folder/operator-verify" ] || exit 0
echo "operator-verify: building $version ..."
(cd "$here" && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$folder/.operator-verify.partial" "$module/cmd/operator-verify")
mv "$folder/.operator-verify.partial" "$folder/operator-verify"
