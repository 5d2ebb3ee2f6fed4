#pragma once

#include <cstdint>
#include <optional>
#include <string>

// What an interface's driver tells of it (SIOCETHTOOL).
namespace nmgen::netdev {

// Bits per second; 0 where there is no wire: veth and its like claim 10 Gbit/s.
uint64_t link_bps(const std::string& name);
std::string driver(const std::string& name);
// How many queues it works with; 1 where the driver does not say.
uint32_t channels(const std::string& name);
// Does it take VLAN tags off before an XDP program sees the frame?
bool strips_vlan(const std::string& name);
// Does the kernel merge TCP segments that arrive? nullopt: the driver does not say.
std::optional<bool> merges_tcp(const std::string& name);

}  // namespace nmgen::netdev
