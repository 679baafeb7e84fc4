#!/bin/sh
# Names every program that is missing, with the command that installs it on Debian, and fails when there is one.
#   dev      what `make dev` needs: Node and npm
#   runtime  the Node that runs the TypeScript, after npm has installed it
#   test     what building the test control plane needs on top
#   node     what a node that runs pods needs on top
set -u

missing=0

# need WHAT HINT
need() {
  echo "Missing: $1" >&2
  echo "  Debian: $2" >&2
  missing=1
}

# has PROGRAM HINT
has() {
  command -v "$1" >/dev/null 2>&1 || need "$1" "$2"
}

node_major() {
  node --version 2>/dev/null | sed -n 's/^v\([0-9]*\).*/\1/p'
}

check_dev() {
  major=$(node_major)
  [ "${major:-0}" -ge 20 ] || need "Node.js >= 20 (found: ${major:-none})" "apt-get install nodejs, or a newer one from nodejs.org"
  has npm "apt-get install npm"
}

check_runtime() {
  major=$(node_major)
  [ "${major:-0}" -ge 24 ] || need "Node.js >= 24 to run TypeScript (found: ${major:-none}); npm brings it on Linux x64 and arm64 only" \
    "install Node.js 24 from nodejs.org and put it first in PATH"
}

# Go may be older than go.mod asks for when it can fetch the right toolchain; asking it to in the module itself tells.
check_go() {
  if ! command -v go >/dev/null 2>&1; then
    need "Go >= 1.21" "apt-get install golang-go (bookworm: golang-1.21 or newer from backports, or go.dev/dl)"
    return
  fi
  minor=$(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
  if [ "${minor:-0}" -lt 21 ]; then
    need "Go >= 1.21 (found: 1.${minor:-?})" "apt-get install -t bookworm-backports golang-go, or go.dev/dl"
    return
  fi
  for module in tools/controlplane tools/etcd tools/jaeger tools/gitops tools/helm tools/coredns tools/olm tools/metrics-server tools/prometheus-adapter; do
    said=$(cd "$module" && go version 2>&1) || {
      need "the Go toolchain that $module/go.mod asks for: $said" "unset GOTOOLCHAIN and let Go reach its module proxy (go env GOPROXY), or install that Go"
      return
    }
  done
}

check_test() {
  has git "apt-get install git"
  has openssl "apt-get install openssl"
  has ip "apt-get install iproute2"
  has make "apt-get install make"
  # A cluster or binaries that exist already make Go unnecessary.
  [ -n "${SIMPUL_TEST_KUBECONFIG:-}${KUBEBUILDER_ASSETS:-}" ] || check_go
}

# A node makes namespaces, mounts and cgroups, and brings its own programs for all else.
check_node() {
  check_test
  has unshare "apt-get install util-linux"
  [ "$(id -u)" = 0 ] || need "root: a node makes namespaces, mounts and cgroups" "run it with sudo -E, or name a cluster that exists by SIMPUL_TEST_KUBECONFIG"
  [ -w /sys/fs/cgroup ] || need "a writable /sys/fs/cgroup" "in a container: run it with --privileged"
}

case "${1:-}" in
dev) check_dev ;;
runtime) check_runtime ;;
test) check_test ;;
node) check_node ;;
*)
  echo "usage: $0 dev|runtime|test|node" >&2
  exit 2
  ;;
esac
exit "$missing"
