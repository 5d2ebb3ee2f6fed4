#pragma once

#include <optional>
#include <string>
#include <vector>

#include "../failure.h"

// DPDK's environment abstraction layer: one a process, started by the first device that is opened.
namespace nmgen::dpdk {

// While it lives, what anybody prints to descriptors 1 and 2 goes into the log: on bad arguments the EAL prints its
// usage to standard output, where only the result of a run may stand, and libxdp talks to standard error.
class Silence {
 public:
  Silence();
  ~Silence();
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;

 private:
  int file_;
  int saved_[2] = {-1, -1};
};

// Starts the EAL unless it runs. `devices`: the PCI addresses among them are the only ones that it may touch.
// `arguments`: more EAL arguments from the URI and the profile.
std::optional<Failure> start_eal(const std::vector<std::string>& devices, const std::vector<std::string>& arguments);

// Bytes of free hugepages of any size.
uint64_t free_hugepage_bytes();
bool is_pci(const std::string& device);
// Where DPDK could not have memory for `what`.
Failure no_memory(const std::string& what);

}  // namespace nmgen::dpdk
