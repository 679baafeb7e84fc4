#!/bin/sh
# Builds helm, which renders and installs the charts, from its Go module, once, into
#   ${XDG_CACHE_HOME:-~/.cache}/simpul/helm/<version>/helm
# Cold, on two cores: some two minutes.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
module=helm.sh/helm/v4
version=$(sed -n "s#^[[:space:]]*\(require \)\{0,1\}$module \(v[0-9.]*\).*#\2#p" "$here/go.mod")
[ -n "$version" ] || { echo "build.sh: $here/go.mod names no version of $module" >&2; exit 1; }
folder=${XDG_CACHE_HOME:-$HOME/.cache}/simpul/helm/$version
[ ! -x "$folder/helm" ] || exit 0
command -v go >/dev/null 2>&1 || { echo "build.sh: Go is missing (1.21 or newer). Debian: apt-get install golang-go" >&2; exit 1; }

mkdir -p "$folder"
exec 9>"$folder/.lock"
flock 9
[ ! -x "$folder/helm" ] || exit 0
echo "helm: building $version ..."
flags="-s -w -X $module/internal/version.version=$version"
(cd "$here" && CGO_ENABLED=0 go build -trimpath -ldflags "$flags" -o "$folder/.helm.partial" "$module/cmd/helm")
mv "$folder/.helm.partial" "$folder/helm"
