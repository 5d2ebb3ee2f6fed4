#include <cstdlib>
#include <sstream>

#include "contract.h"

namespace nmgen::test {
namespace {

constexpr const char* kTakesRedirected = "ethtool -K nmgt1 gro on";

const Target kTargets[] = {
    {"loop:x", "loop:x,slots=7"},
    {"loop:x,slots=131", "loop:x,colour=red"},  // no power of two, and not a whole number of bursts
    {"dpdk:net_ring0", "dpdk:net_ring0,nodeaction=nonsense"},
    {"dpdk:net_null0,size=60", "dpdk:net_nonsense0", "what it receives is made up"},
    {.uri = "netmap:nmc{1", .bad = "netmap:nmc{", .peer = "netmap:nmc}1", .max_frame = 1514},
    {.uri = "netmap:nmc}2,slots=4096,sync=poll",
     .bad = "netmap:nmc{2,sync=sleep",
     .peer = "netmap:nmc{2,sync=poll",
     .max_frame = 2048},
    {.uri = "netmap:nmc{3,batch=1", .bad = "netmap:nmc{3/z", .peer = "netmap:nmc}3", .copies = true},  // long frames
    {.uri = "netmap:vale7:1",
     .bad = "netmap:vale7:1^",
     .peer = "netmap:vale7:2,slots=2048",
     .why_never_full = kDrops,
     .max_frame = 1514,
     .window = 512},
    {.uri = "netmap:nmsink0",
     .bad = "netmap:nmsink0-17",
     .why_nothing_arrives = "it swallows all frames",
     .max_frame = 1514},
    {.uri = "afpacket:nmgt0",
     .bad = "afpacket:nmgt7",
     .peer = "afpacket:nmgt1",
     .why_never_full = kDrops,
     .max_frame = 1514,
     .window = 4096,
     .in_kernel = true},
    {.uri = "afpacket:nmgt0,slots=131,bypass=0",
     .bad = "afpacket:nmgt0,fanout=most",
     .peer = "afpacket:nmgt1,blocks=64,block_kib=256,timeout_ms=3",
     .why_never_full = kDrops,
     .max_frame = 1514,
     .window = 4096,
     .in_kernel = true},
    {.uri = "afxdp:nmgt0",
     .bad = "afxdp:nmgt0,mode=zero-copy",  // which veth has not
     .peer = "afxdp:nmgt1",
     .why_never_full = kDrops,
     .max_frame = 1514,
     .window = 256,
     .in_kernel = true},
    {.uri = "afxdp:nmgt0,slots=128,mode=copy,busy_poll=20",
     .bad = "afxdp:nmgt0,slots=100",
     .peer = "afxdp:nmgt1,program=generic,rx_slots=4096",
     .why_never_full = kDrops,
     .max_frame = 1514,
     .window = 1024,
     .in_kernel = true},
    {.uri = "xdp:nmgt0",
     .bad = "xdp:nmgt0,slots=100",
     .peer = "afpacket:nmgt1",
     .why_never_full = kDrops,
     .max_frame = 1514,
     .window = 4096,
     .in_kernel = true,
     .before = kTakesRedirected},
    {.uri = "xdp:nmgt0,slots=128",
     .bad = "xdp:nmgt7",
     .peer = "afxdp:nmgt1,rx_slots=4096",
     .why_never_full = kDrops,
     .max_frame = 1514,
     .window = 1024,
     .in_kernel = true,
     .before = kTakesRedirected},
    {.uri = "pcap:build/contract.pcap",
     .bad = "pcap:nowhere/x.pcap",
     .peer = "pcap:build/contract.pcap",
     .why_never_full = "a file takes all that the disk has room for",
     .window = 4096},
};

// Devices of this machine, such as the NICs of test/vm: `URI PEER WINDOW LONGEST` of each, separated by `;`.
std::deque<Target> here() {
  const char* text = std::getenv("NMGEN_CONTRACT");
  std::istringstream all(text ? text : "");
  static std::deque<std::string> uris;
  std::deque<Target> targets;
  for (std::string one; std::getline(all, one, ';');) {
    std::string uri, peer;
    Target target{.uri = nullptr, .bad = nullptr, .why_never_full = kDrops};
    std::istringstream(one) >> uri >> peer >> target.window >> target.max_frame;
    target.uri = uris.emplace_back(uri).c_str();
    target.peer = uris.emplace_back(peer).c_str();
    target.bad = uris.emplace_back(uri + "x").c_str();
    targets.push_back(target);
  }
  return targets;
}

}  // namespace

const std::deque<Target>& targets() {
  static const std::deque<Target> all = [] {
    std::deque<Target> list = here();
    list.insert(list.end(), std::begin(kTargets), std::end(kTargets));
    return list;
  }();
  return all;
}

}  // namespace nmgen::test
