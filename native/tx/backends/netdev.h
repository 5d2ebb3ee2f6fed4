#pragma once

#include <linux/if_link.h>

#include <optional>
#include <string>

#include "../backend.h"

// A network interface of the kernel: what the backends that work on one (afpacket, afxdp, xdp) ask and tell of it.
namespace nmgen::netdev {

struct Netdev {
  std::string name;
  int index = 0;
  uint32_t mtu = 0;
  uint32_t flags = 0;        // IFF_* of net/if.h
  uint16_t type = 0;         // ARPHRD_* of net/if_arp.h
  int peer = 0;              // of a veth: the index of its other end,
  bool peer_is_here = true;  // which may be in another namespace
  std::string mac;
  rtnl_link_stats64 stats{};

  // Bytes of the longest frame it carries, without FCS, with an 802.1Q tag.
  uint32_t max_frame() const;
};

// nullopt: there is none of this name, here and now.
std::optional<Netdev> read(const std::string& name);
// The interface if a run can begin on it, else why not. One that only receives may lack its carrier.
Expected<Netdev> find(const std::string& name, const char* backend, const OpenRequest& request);

// Driver, MAC, MTU, and what would falsify a measurement.
std::map<std::string, std::string> facts(const Netdev& device, bool receives);
// What the interface counted since `device` was read: its driver's and the kernel's books, everybody's traffic.
std::map<std::string, uint64_t> counters(const Netdev& device);

}  // namespace nmgen::netdev
