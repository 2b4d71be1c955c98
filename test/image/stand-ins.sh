#!/usr/bin/env bash
# stand-ins.sh NODE: makes the Dockerfile's two base images from the packages of this machine (Debian 12, as they are), so that
# the Dockerfile is built unmodified where no image can be pulled. NODE is the Node binary to put in. Where images and
# containers are kept is decided by the options of storage in STORAGE_ARGS.
set -euo pipefail
node=$1
here=$(cd "$(dirname "$0")" && pwd)
image_of() { sed -n "s/^ARG $1=//p" "$here/../../Dockerfile"; }
read -ra storage <<<"${STORAGE_ARGS:-}"
storage_buildah() { buildah "${storage[@]}" "$@"; }

# The files of Debian packages, without documentation and translations.
copy_packages() {
  local root=$1
  shift
  dpkg -L "$@" | sort -u | grep -vE '^/usr/share/(doc|man|locale|info|lintian|bug)(/|$)' |
    while read -r path; do [ -d "$path" ] && [ ! -L "$path" ] || echo "$path"; done |
    tar -C / -cf - --no-recursion --ignore-failed-read -T - 2>/dev/null | tar -C "$root" -xf - --keep-directory-symlink
}

# What programs link to, beyond the packages named.
copy_libraries() {
  local root=$1
  shift
  { ldd "$@" 2>/dev/null || true; } | grep -oE '/[^ ]+\.so[^ ]*' | sort -u | xargs -r -I{} cp -Ln --parents {} "$root"
}

begin() {
  container=$(storage_buildah from scratch)
  root=$(storage_buildah mount "$container")
  mkdir -p "$root"/{usr/bin,usr/sbin,usr/lib,usr/lib64,etc/ssl/certs,proc,sys,dev,run,root,home/nonroot,usr/local/bin,usr/local/lib,tmp}
  chmod 1777 "$root/tmp"
  for name in bin sbin lib lib64; do ln -s "usr/$name" "$root/$name"; done
  copy_packages "$root" libc6 libgcc-s1 libstdc++6 tzdata netbase base-files
  cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
  printf '%s\n' 'root:x:0:0:root:/root:/sbin/nologin' 'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin' >"$root/etc/passwd"
  printf '%s\n' 'root:x:0:' 'nonroot:x:65532:' >"$root/etc/group"
}

finish() {
  storage_buildah umount "$container" >/dev/null
  storage_buildah commit --quiet --rm "$container" "$1" >/dev/null
}

# gcr.io/distroless/cc: the C and C++ libraries, certificates, time zones.
begin
storage_buildah config --user 65532 --env SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt "$container"
finish "$(image_of BASE_IMAGE)"

# docker.io/library/node: a shell with its tools, Node and npm. npm's registry is this machine's.
begin
copy_packages "$root" dash coreutils
copy_libraries "$root" /bin/dash /bin/ls /bin/cp /usr/bin/sort /usr/bin/env
cp "$node" "$root/usr/local/bin/node"
mkdir -p "$root/usr/local/lib/node_modules"
cp -r "$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")" "$root/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
storage_buildah config --env PATH=/usr/local/bin:/usr/bin:/bin \
  --env NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt \
  --env npm_config_registry="$(npm config get registry 2>/dev/null)" "$container"
finish "$(image_of NODE_IMAGE)"
