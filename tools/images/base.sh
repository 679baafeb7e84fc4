#!/bin/sh
#   base.sh SIGNATURE_POLICY BUILDAH STORE_FLAGS...
# Puts the base image that the Dockerfile names into buildah's store: pulled, or, where no registry is in reach, a stand-in
# under the same name: Debian's C and C++ libraries, certificates and time zones, and the Node.js of npm. It has no shell.
set -eu
image=docker.io/library/node:24-bookworm-slim
policy=--signature-policy=$1
buildah=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
if "$buildah" "$@" inspect --type image "$image" >/dev/null 2>&1; then exit 0; fi
if timeout 60 "$buildah" "$@" pull --quiet "$policy" "$image" >/dev/null 2>&1; then
  echo "base: pulled $image"
  exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/archives/partial" "$work/root/usr/local/bin" "$work/root/etc/ssl/certs" "$work/root/tmp"
for package in base-files ca-certificates libc6 libgcc-s1 libstdc++6 netbase tzdata; do
  (cd "$work" && apt-get download --quiet "$package") >>"$work/log" 2>&1 || {
    cat "$work/log" >&2
    echo "Neither can $image be pulled, nor the Debian packages of a stand-in be fetched (apt-get update?)." >&2
    exit 1
  }
done
for archive in "$work"/*.deb; do dpkg-deb --extract "$archive" "$work/root"; done
rm -rf "$work/root/usr/share/doc" "$work/root/usr/share/man" "$work/root/usr/share/locale"
find "$work/root/usr/share/ca-certificates" -name '*.crt' | sort | xargs cat >"$work/root/etc/ssl/certs/ca-certificates.crt"
echo 'root:x:0:0:root:/root:/usr/sbin/nologin' >"$work/root/etc/passwd"
echo 'root:x:0:' >"$work/root/etc/group"
cp -L "$root/node_modules/.bin/node" "$work/root/usr/local/bin/node"
chmod 1777 "$work/root/tmp"
cat >"$work/Dockerfile" <<'DOCKERFILE'
FROM scratch
COPY root/ /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CMD ["node"]
DOCKERFILE
"$buildah" "$@" build --quiet "$policy" --timestamp 0 --tag "$image" "$work" >/dev/null
echo "base: made a stand-in for $image, which cannot be pulled here"
