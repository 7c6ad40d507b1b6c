#!/bin/sh
# Installs what the tests need from Debian. Says nothing and asks nobody where all of it is there already.
set -e
wanted='
  binutils libatomic1 ca-certificates cpio curl file gnupg xz-utils zstd
  rpm rpmlint lintian dnf createrepo-c dpkg-dev python3-yaml python3-jinja2
  binutils-aarch64-linux-gnu libc6-arm64-cross libstdc++6-arm64-cross libatomic1-arm64-cross
  libgcc-s1-arm64-cross man-db shellcheck
  gcc libc6-dev
  systemd systemd-container debootstrap mmdebstrap
  qemu-system-x86 qemu-utils qemu-user-static genisoimage xorriso
  grub-common grub-pc-bin ovmf
  dosfstools mtools e2fsprogs xfsprogs btrfs-progs fdisk gdisk parted lvm2 cloud-guest-utils
  dnsmasq-base openssl strace iproute2 util-linux openssh-client openssh-server sudo passwd open-vm-tools
  apt-utils rsyslog opendoas wireguard-tools
'
missing=
for package in $wanted; do
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

[ "$(id -u)" = 0 ] || { echo "not root, so these Debian packages stay missing:$missing" >&2; exit 1; }
export DEBIAN_FRONTEND=noninteractive
# No daemon is started by its package here: where init is something else, nothing could stop it again.
policy=/usr/sbin/policy-rc.d
if [ ! -e $policy ]; then
  printf '#!/bin/sh\nexit 101\n' >$policy
  chmod +x $policy
  trap 'rm -f $policy' EXIT
fi
options='-y --no-install-recommends -o DPkg::Lock::Timeout=600 -o Acquire::Retries=5 -o Dpkg::Use-Pty=0'
# A package list that does not answer (some vendor's own) is no reason to fail: what is missing then is told below.
apt-get -q $options update >&2 || echo 'some package lists did not answer' >&2
# shellcheck disable=SC2086
apt-get -q $options install $missing >&2 </dev/null
