#pragma once

#include <xdp/xsk.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "../failure.h"

// The sockets of the `afxdp` backend and the memory that they share. Whoever includes this is built with NMGEN_XDP.
namespace nmgen::afxdp {

inline constexpr uint32_t kSmallChunk = 2048, kLargeChunk = 4096;  // of the UMEM; a chunk lies within a page
inline constexpr uint32_t kHeadroom = 256;                         // XDP_PACKET_HEADROOM, in front of a received frame

enum Mode : uint32_t { kAuto, kCopy, kZeroCopy };
struct Options {
  uint32_t mode = kAuto, program = 0, slots = 2, rx_slots = 4, busy_poll = 0;
  uint32_t tx_ring() const { return 128u << slots; }
  uint32_t rx_ring() const { return 128u << rx_slots; }
};

inline constexpr const char* kLook = "NMGEN_LOG=debug shows what libxdp said";
// `error`: of errno or -errno.
Failure failed(const std::string& what, int error, const std::string& hint);

// The chunks of all channels. The first channel's socket registers them with the kernel.
struct Umem {
  Umem() = default;
  Umem(const Umem&) = delete;
  Umem& operator=(const Umem&) = delete;
  ~Umem();
  std::optional<Failure> map(uint32_t channels, uint32_t chunk_bytes, const Options& options);

  uint8_t* memory = nullptr;
  size_t bytes = 0;
  uint32_t chunk = kSmallChunk;  // bytes
  xsk_umem* registered = nullptr;
};

// One socket of one queue of the interface, its rings and its part of the UMEM. TX and RX may be used by two threads.
struct Channel {
  Channel() = default;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;
  ~Channel() { xsk_socket__delete(socket); }
  // `sends` and `receives` are set before.
  std::optional<Failure> open(const std::string& interface, uint32_t queue, Umem& umem, const Options& options);
  int fd() const { return xsk_socket__fd(socket); }
  uint8_t* at(uint64_t address) const { return memory + address; }

  xsk_socket* socket = nullptr;
  xsk_ring_prod fill{}, tx{};
  xsk_ring_cons completed{}, rx{};
  uint8_t* memory = nullptr;  // of the whole UMEM
  uint32_t chunk = 0, slots = 0, rx_slots = 0;
  uint64_t tx_base = 0, rx_base = 0;  // this channel's chunks
  bool zero_copy = false, sends = false, receives = false;

 private:
  void take_part(uint32_t queue, const Umem& umem, const Options& options);
  std::optional<Failure> register_umem(Umem& umem);
  int bind(const std::string& interface, uint32_t queue, const Umem& umem, const Options& options);
  std::optional<Failure> poll_busily(uint32_t microseconds) const;
};
using Channels = std::vector<std::unique_ptr<Channel>>;

}  // namespace nmgen::afxdp
