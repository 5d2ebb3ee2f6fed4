#pragma once

#include <optional>

#include "../failure.h"
#include "netdev.h"

// Whether an interface takes frames that an XDP program redirects to it (ndo_xdp_xmit).
namespace nmgen::xdp {

// NETDEV_XDP_ACT_* (Documentation/netlink/specs/netdev.yaml); nullopt: this kernel does not tell (Linux 6.3 does).
std::optional<uint64_t> features(int index);
// Why it takes none, and the command that makes it. Without an answer of the kernel's: nullopt.
std::optional<Failure> whether_it_takes_frames(const netdev::Netdev& device);
// The same, when it has refused them.
Failure takes_no_frames(const netdev::Netdev& device);

}  // namespace nmgen::xdp
