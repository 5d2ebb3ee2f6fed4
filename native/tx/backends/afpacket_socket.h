#pragma once

#include <linux/if_packet.h>

#include <cstdint>
#include <optional>
#include <string>

#include "../failure.h"
#include "handle.h"

// A packet socket with a ring, and what a user may ask of the backend's queues.
namespace nmgen::afpacket {

struct Options {
  uint32_t slots = 512, bypass = 1;
  uint32_t blocks = 256, block_size = 0, timeout_ms = 1, promiscuous = 1, fanout = 0;
};

// With the reason in errno.
Failure failed(const std::string& what, const std::string& hint = "NMGEN_LOG=debug and `dmesg` may tell more");

// It sees nothing before it is bound to a protocol.
class Socket {
 public:
  Socket() = default;
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  std::optional<Failure> open();
  int fd() const { return fd_.get(); }
  uint8_t* ring() const { return ring_; }
  bool set(int option, int value) const;
  // `option`: PACKET_TX_RING or PACKET_RX_RING.
  std::optional<Failure> map(int option, const tpacket_req3& request);
  std::optional<Failure> bind(int index, uint16_t protocol) const;

 private:
  Handle fd_;
  uint8_t* ring_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace nmgen::afpacket
