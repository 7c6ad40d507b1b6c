#!/bin/sh
# Runs a command in mounts of its own where it is root's: what else runs on the machine, and copies all
# mounts when it makes a container, must not keep our disks busy.
if [ "$(id -u)" = 0 ]; then exec unshare --mount --propagation private "$@"; fi
exec "$@"
