{
  # One addon. Backends are found by their files; DPDK and AF_XDP are built in where the headers of their libraries are
  # (pkg-config libdpdk, libxdp and libbpf); filters of captures where libpcap is.
  "variables": {
    "dpdk": "<!(pkg-config --exists libdpdk 2>/dev/null && echo 1 || echo 0)",
    "xdp": "<!(pkg-config --exists libxdp libbpf 2>/dev/null && echo 1 || echo 0)",
    "pcap": "<!(pkg-config --exists libpcap 2>/dev/null && echo 1 || echo 0)",
  },
  "targets": [{
    "target_name": "nmgen",
    "sources": ["<!@(ls native/tx/*.cc native/tx/addon/*.cc native/tx/backends/*.cc)"],
    "include_dirs": ["<!(node -p \"require('node-addon-api').include_dir\")", "native/tx"],
    "defines": ["NAPI_VERSION=9", "NODE_ADDON_API_DISABLE_DEPRECATED"],
    "cflags!": ["-O2"],
    "cflags_cc!": ["-fno-exceptions", "-std=gnu++17", "-std=gnu++14"],
    "cflags_cc": ["-std=c++20", "-O3", "-g", "-Wall", "-Wextra", "-Wno-restrict", "-Wno-psabi", "-fvisibility=hidden"],
    "conditions": [
      ["dpdk==1", {
        "defines": ["NMGEN_DPDK"],
        "cflags_cc": ["<!@(pkg-config --cflags libdpdk | sed 's,-I,-isystem ,g')"],
        "libraries": ["-Wl,--as-needed", "-lrte_ethdev", "-lrte_mbuf", "-lrte_mempool", "-lrte_eal"],
      }],
      ["xdp==1", {
        "defines": ["NMGEN_XDP"],
        "cflags_cc": ["<!@(pkg-config --cflags libxdp libbpf | sed 's,-I,-isystem ,g')"],
        "libraries": ["<!@(pkg-config --libs libxdp libbpf)"],
      }],
      ["pcap==1", {"defines": ["NMGEN_PCAP"], "libraries": ["<!@(pkg-config --libs libpcap)"]}],
    ],
  }],
}
