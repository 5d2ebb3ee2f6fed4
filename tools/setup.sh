#!/usr/bin/env bash
# Installs the Debian packages that are missing, and says why each is needed. Usage: tools/setup.sh build|test|vm
# A package counts as missing when what it brings is not found, so that a hand-built DPDK or another Python will do.
set -euo pipefail

# need | package | how to see that it is there | why
needs=(
  'must|build-essential|command -v g++ && command -v make|compiles the native core'
  'must|python3|command -v python3|node-gyp runs on it'
  'can|pkg-config|command -v pkg-config|finds DPDK and libxdp'
  'can|libxdp-dev|pkg-config --exists libxdp|headers of the afxdp: and xdp: backends'
  'can|libbpf-dev|pkg-config --exists libbpf|puts the XDP programs of these backends into the kernel'
  'can|libpcap-dev|pkg-config --exists libpcap|compiles the filters of nmgen capture'
  'can|libdpdk-dev|pkg-config --exists libdpdk|headers and drivers of the dpdk: backend'
)
if [ "${1:-build}" = test ]; then
  needs+=(
    'can|iproute2|command -v ip|network namespaces and veth pairs of the tests'
    'can|ethtool|command -v ethtool|switches offloads of test interfaces'
    'can|tcpdump|command -v tcpdump|captures what arrived'
    'can|tshark|command -v tshark|independent judge of frames and checksums'
    'can|dpdk-dev|command -v dpdk-testpmd|the peer that benchmarks are measured against'
    'can|libxml2-utils|command -v xmllint|reads the JUnit reports of the tests'
    'can|python3-prometheus-client|/usr/bin/python3 -c "import prometheus_client.parser"|independent judge of the metrics'
    'can|libhdrhistogram-java|test -f /usr/share/java/hdrhistogram.jar|reads the logs of histograms, where there is a Java'
    'can|cmark-gfm|command -v cmark-gfm|renders the Markdown reports as GitHub does'
    'can|chromium|command -v chromium|looks at the pages of reports'
    'can|valgrind|command -v valgrind|counts the instructions of a packet'
    'can|netsniff-ng|command -v trafgen|a peer on AF_PACKET'
    'can|tcpreplay|command -v tcpreplay|a peer on AF_PACKET'
  )
fi
if [ "${1:-build}" = vm ]; then
  needs+=(
    'can|qemu-system-x86|command -v qemu-system-x86_64|emulates the machine of make test-vm, and its NICs'
    'can|linux-image-amd64|ls /boot/vmlinuz-*-amd64|the kernel that runs in it'
    'can|busybox-static|command -v busybox|its first program'
    'can|cpio|command -v cpio|packs that'
  )
fi

check_node() {
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null && return
  echo "nmgen needs Node 20.19 or newer (found: $(node --version 2>/dev/null || echo none)): see https://nodejs.org" >&2
  exit 1
}

missing() { # prints the packages of need $1 that are missing
  local need package probe why
  for row in "${needs[@]}"; do
    IFS='|' read -r need package probe why <<<"$row"
    [ "$need" = "$1" ] && ! eval "$probe" >/dev/null 2>&1 && echo "$package"
  done
  return 0
}

explain() { # one line a package, on what is about to be installed
  local need package probe why
  for row in "${needs[@]}"; do
    IFS='|' read -r need package probe why <<<"$row"
    case " $* " in *" $package "*) echo "  $package: $why" ;; esac
  done
}

as_root() {
  if [ "$(id -u)" = 0 ]; then env "$@"; else sudo env "$@"; fi
}

can_install() {
  command -v apt-get >/dev/null || return 1
  [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null || { [ -t 0 ] && command -v sudo >/dev/null; }
}

install() {
  echo "Installing Debian packages:"
  explain "$@"
  local apt=(DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=120)
  as_root "${apt[@]}" update || echo "apt-get update failed; trying with the package lists that are there" >&2
  as_root "${apt[@]}" install -y --no-install-recommends "$@" </dev/null
}

check_node
mapfile -t wanted < <(missing must; missing can)
[ ${#wanted[@]} = 0 ] && exit 0
if ! can_install || ! install "${wanted[@]}"; then
  echo "Not installed, for want of rights or of a package source:" >&2
  explain "${wanted[@]}" >&2
  echo "To install: sudo apt-get install --no-install-recommends ${wanted[*]}" >&2
fi
# What is optional costs a backend or some skipped tests; what is not, the build.
[ -z "$(missing must)" ]
