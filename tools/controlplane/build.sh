#!/bin/sh
# Builds the programs of the test control plane from Go modules, once, into the cache folder that control-plane.ts reads:
#   ${XDG_CACHE_HOME:-~/.cache}/simpul/k8s/<version>/{etcd,kube-apiserver,kube-controller-manager,kubectl}
# and with `build.sh node` also {kube-scheduler,kubelet,kube-proxy,coredns}, for a node that runs pods (tools/cluster).
# What is there already is skipped, so a second run costs nothing. A program appears under its name only when it is
# complete; two runs at the same time build once. Cold, on two cores: about five minutes.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
version=$(sed -n 's/^[[:space:]]*k8s.io\/kubernetes \(v[0-9.]*\).*/\1/p' "$here/go.mod")
[ -n "$version" ] || { echo "build.sh: $here/go.mod names no version of k8s.io/kubernetes" >&2; exit 1; }
folder=${XDG_CACHE_HOME:-$HOME/.cache}/simpul/k8s/$version
lock=$folder/.lock

if ! command -v go >/dev/null 2>&1; then
  echo "build.sh: Go is missing (1.21 or newer; it fetches the toolchain that it needs). Debian: apt-get install golang-go" >&2
  exit 1
fi
command -v flock >/dev/null 2>&1 || { echo "build.sh: flock is missing. Debian: apt-get install util-linux" >&2; exit 1; }

mkdir -p "$folder"
exec 9>"$lock"
flock -n 9 || { echo "waiting for another build of $folder"; flock 9; }

major=$(echo "$version" | sed 's/^v\([0-9]*\)\..*/\1/')
minor=$(echo "$version" | sed 's/^v[0-9]*\.\([0-9]*\)\..*/\1/')
stamp=k8s.io/component-base/version
# Without the version flags the API server reports v0.0.0 and kubectl complains about skew.
kubernetes_flags="-s -w -X $stamp.gitVersion=$version -X $stamp.gitMajor=$major -X $stamp.gitMinor=$minor"

# build NAME MODULE_FOLDER PACKAGE LDFLAGS
build() {
  if [ -x "$folder/$1" ]; then
    echo "$1: there already"
    return
  fi
  echo "$1: building from $3 ..."
  started=$(date +%s)
  (cd "$2" && CGO_ENABLED=0 go build -trimpath -ldflags "$4" -o "$folder/.$1.partial" "$3")
  mv "$folder/.$1.partial" "$folder/$1"
  echo "$1: built in $(($(date +%s) - started)) s"
}

build etcd "$here/../etcd" go.etcd.io/etcd/server/v3 "-s -w"
build kube-apiserver "$here" k8s.io/kubernetes/cmd/kube-apiserver "$kubernetes_flags"
build kubectl "$here" k8s.io/kubernetes/cmd/kubectl "$kubernetes_flags"
build kube-controller-manager "$here" k8s.io/kubernetes/cmd/kube-controller-manager "$kubernetes_flags"
if [ "${1:-}" = node ]; then
  for program in kube-scheduler kubelet kube-proxy; do
    build $program "$here" k8s.io/kubernetes/cmd/$program "$kubernetes_flags"
  done
  build coredns "$here/../coredns" . "-s -w"
fi
echo "test control plane $version is in $folder"
