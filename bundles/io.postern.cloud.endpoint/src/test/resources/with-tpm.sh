#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# with-tpm.sh HOST PORT COMMAND...: runs COMMAND with a software TPM as /dev/tpmrm0, in a /dev of its own.
# To be started by "unshare --mount --propagation private": the machine's own /dev is not touched.
set -eu
host=$1 port=$2
shift 2
dev=$(mktemp -d)
mount -t tmpfs tmpfs "$dev"
for node in null zero random urandom; do
    touch "$dev/$node"
    mount --bind "/dev/$node" "$dev/$node"
done
mkdir "$dev/pts" "$dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts "$dev/pts"
ln -s pts/ptmx "$dev/ptmx"
ln -s /proc/self/fd "$dev/fd"
mount --move "$dev" /dev
rmdir "$dev"
socat PTY,link=/dev/tpmrm0,raw,echo=0 "TCP:$host:$port,nodelay" </dev/null &
bridge=$!
trap 'kill $bridge 2>/dev/null || true; wait $bridge || true' EXIT
tries=0
until [ -e /dev/tpmrm0 ]; do
    tries=$((tries + 1))
    [ $tries -lt 200 ] || { echo "socat made no /dev/tpmrm0 within 10 s" >&2; exit 1; }
    sleep 0.05
done
"$@"
