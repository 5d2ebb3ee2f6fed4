#pragma once

#include "afxdp_channel.h"
#include "handle.h"
#include "netdev.h"

namespace nmgen::afxdp {

// The XDP program on an interface that gives each frame to the socket of its queue, and the kernel those that have
// none. It is taken off when this object ends, or its process dies.
class Redirect {
 public:
  static constexpr const char* kPrograms[] = {"auto", "native", "generic"};
  // To the channels that receive; `program` is an index into kPrograms.
  static Expected<Redirect> attach(const netdev::Netdev& device, const Channels& channels, uint32_t program);
  bool generic() const { return generic_; }

 private:
  std::optional<Failure> fill_map(const Channels& channels);
  std::optional<Failure> link(const netdev::Netdev& device, uint32_t program);

  Handle map_, program_, link_;
  bool generic_ = false;
};

}  // namespace nmgen::afxdp
