#pragma once

#include <memory>
#include <string>
#include <vector>

#include "../failure.h"
#include "netmap_abi.h"

// One open /dev/netmap: bound to one ring in one direction, and the memory in which that ring lies.
namespace nmgen::netmap {

// The buffers, rings and slots of a region, as the kernel shares them. All descriptors of a region see the same bytes.
class Memory {
 public:
  Memory(uint16_t id, int fd, size_t bytes);
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  bool ok() const { return base_ != nullptr; }
  uint16_t id() const { return id_; }
  size_t bytes() const { return bytes_; }
  uint8_t* at(uint64_t offset) const { return base_ + offset; }
  bool holds(const void* from, size_t bytes) const {
    const auto* at = static_cast<const uint8_t*>(from);
    return at >= base_ && at <= base_ + bytes_ && bytes <= static_cast<size_t>(base_ + bytes_ - at);
  }

 private:
  uint16_t id_;
  uint8_t* base_ = nullptr;
  size_t bytes_;
};
using Memories = std::vector<std::unique_ptr<Memory>>;

struct Wanted {
  std::string port;
  bool host = false;  // a host ring
  uint16_t ring = 0;
  uint64_t flags = 0;  // one of kTxRingsOnly and kRxRingsOnly, kExclusive, monitors
  // Of a port that this very request creates (VALE, pipe); 0: the module's own numbers.
  uint16_t rings = 0;
  uint32_t slots = 0;
  uint32_t extra_buffers = 0;
  uint16_t memory = 0;
};

struct Granted {
  uint16_t tx_rings = 0, rx_rings = 0, host_tx_rings = 0, host_rx_rings = 0;
  uint32_t extra_buffers = 0;
  bool legacy = false;  // by NIOCREGIF: the module knows nothing newer
};

class Descriptor {
 public:
  // Opens the device and binds the ring; the region is mapped unless `memories` has it.
  static Expected<std::unique_ptr<Descriptor>> bind(const Wanted& wanted, Memories& memories);
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int fd() const { return fd_; }
  Ring& ring() const { return *ring_; }
  const Memory& memory() const { return *memory_; }
  const Granted& granted() const { return granted_; }

 private:
  explicit Descriptor(int fd) : fd_(fd) {}
  std::optional<Failure> map(uint64_t offset, uint64_t bytes, uint16_t region, Memories& memories);
  std::optional<Failure> find_ring(const Interface& interface, const Wanted& wanted);

  int fd_;
  Granted granted_;
  Ring* ring_ = nullptr;
  const Memory* memory_ = nullptr;
  uint64_t interface_ = 0;
};

// Can /dev/netmap be opened, and if not, what would make it so?
std::optional<Failure> no_device();

}  // namespace nmgen::netmap
