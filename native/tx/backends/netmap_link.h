#pragma once

#include <map>
#include <optional>
#include <string>

#include "../failure.h"

#ifdef __linux__
#include "netdev.h"
#endif

// What the system tells of the network interface behind a netmap port. Where a system does not tell it the same way
// (FreeBSD), or there is no interface (VALE, pipe), it is unknown, and nothing depends on it.
namespace nmgen::netmap {

class Link {
 public:
  explicit Link(std::string interface);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // Opening a NIC resets it: waits until the carrier is back, at most so long. A failure if it does not come.
  std::optional<Failure> wait_for_carrier(uint32_t ms) const;
  // All frames, whomever they are for, until this object ends; the kernel undoes it when the process dies.
  void see_everything();
  // Is netmap built into the driver, or is it emulated above it? Unknown: empty.
  std::string mode() const;
  // A frame in several buffers needs a driver that knows of them.
  bool takes_fragments() const;
  uint64_t bps() const;
  std::map<std::string, std::string> facts() const;
  std::map<std::string, uint64_t> counters() const;

 private:
  std::string interface_;
  int socket_ = -1;
#ifdef __linux__
  std::optional<netdev::Netdev> before_;
#endif
};

}  // namespace nmgen::netmap
