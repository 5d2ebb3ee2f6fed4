#pragma once

#include <string>

#include "test.h"

namespace nmgen::test {

// A network namespace for this thread and those that it starts, with a veth pair `nmgt0` - `nmgt1` in it, quiet: no
// IPv6, ARP or multicast of the kernel's. All of it is gone when the last socket in it is closed.
class Veth {
 public:
  explicit Veth(uint32_t queues = 1);
  ~Veth();
  Veth(const Veth&) = delete;
  Veth& operator=(const Veth&) = delete;
  // Runs `ip ARGUMENTS` in the namespace.
  static void ip(const std::string& arguments);

 private:
  int before_;
};

}  // namespace nmgen::test
