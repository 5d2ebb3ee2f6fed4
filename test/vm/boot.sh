#!/usr/bin/env bash
# Boots Debian's kernel in qemu, with this machine's files (changes to them are lost), and runs a command there.
#
#   test/vm/boot.sh [--nics KIND:N,...] [--memory MB] [--timeout S] [--instructions] COMMAND [ARGUMENT...]
#
# NICs (e1000, e1000e, vmxnet3, virtio-net-pci: what qemu calls them) are wired back to back in pairs, in their order.
# The command's output is ours, and so is its exit status; 124: it took too long, 125: the machine ended without a word.
# --instructions: one CPU, whose clock moves by 2 ns with each instruction: what is measured in there is instructions, and
# the same however busy the host is.
# Nothing is asked of the host but to read its files; software emulation, since most machines that build have no other.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

nics= memory=3072 limit=600
cpu=(-accel tcg,thread=multi -smp 2)
while [[ ${1:-} == --* ]]; do
  case $1 in
    --instructions) cpu=(-accel tcg,thread=single -icount shift=1 -smp 1) ;;
    --nics) nics=$2 && shift ;;
    --memory) memory=$2 && shift ;;
    --timeout) limit=$2 && shift ;;
    *) echo "boot.sh: unknown option $1" >&2; exit 2 ;;
  esac
  shift
done

# The newest kernel whose modules are there as well.
newest_kernel() {
  local image
  for image in $(printf '%s\n' /boot/vmlinuz-*-amd64 | sort -rV); do
    [ ! -r "$image" ] || [ ! -d "/lib/modules/${image#/boot/vmlinuz-}" ] || { echo "${image#/boot/vmlinuz-}"; return; }
  done
  echo "boot.sh: no kernel to boot: apt-get install linux-image-amd64" >&2
  return 1
}

work=$(mktemp -d)
qemu=
trap '[ -z "$qemu" ] || kill "$qemu" 2>/dev/null || true; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

# What must be loaded before the host's files can be seen, in the order of their dependencies.
copy_modules() { # KERNEL
  local module file n=100
  for module in virtio_pci 9pnet_virtio 9p overlay; do
    modprobe -S "$1" --show-depends "$module" | while read -r _ file _; do echo "$file"; done
  done | awk '!seen[$0]++' | while read -r file; do
    n=$((n + 1))
    cp "$file" "$work/initrd/modules/$n-${file##*/}"
  done
}

write_job() { # COMMAND...
  echo 'exec </dev/null >/dev/ttyS1 2>&1'
  export -p | grep -E '^declare -x (HOME|LANG|PATH|NODE_[A-Z_]*|NMGEN_[A-Z_]*)=' || true
  printf 'cd %q\n' "$PWD"
  echo 'ip link set lo up'
  printf '%q ' "$@"
  # The exit status leaves through a port of qemu's (0xf4), which ends with 2 n + 1: 1 is for errors of its own.
  printf '\nstatus=$(($? %% 120 + 1))\nsleep 0.2\n'
  echo 'printf "\\x$(printf %x $status)" | dd of=/dev/port bs=1 seek=244 status=none'
}

initramfs() { # KERNEL COMMAND...
  mkdir -p "$work"/initrd/{bin,modules,dev,proc,sys}
  cp "$(command -v busybox)" "$work/initrd/bin/busybox"
  install -m 755 "$here/init" "$work/initrd/init"
  copy_modules "$1"
  write_job "${@:2}" >"$work/initrd/job"
  (cd "$work/initrd" && find . | cpio --quiet -o -H newc | gzip -1) >"$work/initramfs"
}

nic_arguments() {
  local entry kind n=0 i
  for entry in ${nics//,/ }; do
    kind=${entry%%:*}
    for ((i = 0; i < ${entry#*:}; i++, n++)); do
      echo -netdev "hubport,id=n$n,hubid=$((n / 2 + 1))"
      echo -device "$kind,netdev=n$n,romfile=,addr=$(printf %x $((n + 16))),mac=02:00:00:00:00:0$((n + 1))"
    done
  done
  [ "$n" != 0 ] || echo -nic none
}

kernel=$(newest_kernel)
initramfs "$kernel" "$@"
# shellcheck disable=SC2046 # words, not lines
timeout --kill-after=5 "$limit" qemu-system-x86_64 -machine pc "${cpu[@]}" -cpu max -m "$memory" \
  -nodefaults -display none -no-reboot -kernel "/boot/vmlinuz-$kernel" -initrd "$work/initramfs" \
  -append "console=ttyS0 quiet panic=-1 mitigations=off random.trust_cpu=on net.ifnames=0 tsc=reliable no_timer_check" \
  -serial "file:$work/console" -serial stdio -device isa-debug-exit,iobase=0xf4,iosize=1 -device virtio-rng-pci \
  -virtfs local,path=/,security_model=none,mount_tag=host,readonly=on,multidevs=remap \
  $(nic_arguments) </dev/null > >(grep --line-buffered -v '^\[vmxnet3\]') 2> >(grep -v 'is not connected to host' >&2) &
qemu=$!
status=0
wait "$qemu" || status=$?
qemu=
[ "$status" != 124 ] || { echo "boot.sh: not done after $limit s" >&2; tail -n 5 "$work/console" >&2; exit 124; }
if [ $((status % 2)) = 0 ] || [ "$status" = 1 ]; then
  tail -n 20 "$work/console" >&2 || true
  exit 125
fi
exit $((status / 2 - 1))
