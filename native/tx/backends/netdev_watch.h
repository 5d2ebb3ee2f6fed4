#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "../failure.h"
#include "handle.h"

namespace nmgen::netdev {

// Nothing leaves through the interface: it is down, or up without a carrier.
Failure down(const std::string& name, bool carrier);

// Notices that an interface went away or down. Looking costs a clock reading, and a system call each 10 ms.
class Watch {
 public:
  Watch(std::string name, bool sends) : name_(std::move(name)), sends_(sends) {}
  std::optional<Failure> look();
  // At once: a system call has just said so.
  std::optional<Failure> look_now();

 private:
  std::optional<Failure> state();

  std::string name_;
  bool sends_;
  Handle socket_;
  uint64_t next_ns_ = 0;
};

}  // namespace nmgen::netdev
