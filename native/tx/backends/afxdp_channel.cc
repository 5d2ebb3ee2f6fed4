#ifdef NMGEN_XDP

#include "afxdp_channel.h"

#include <linux/if_xdp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xdp/libxdp.h>

#include <cerrno>
#include <cstring>

#include "../backend.h"
#include "../clock.h"
#include "../memory.h"

namespace nmgen::afxdp {
namespace {

constexpr uint64_t kReleaseNs = 500'000'000;  // of a queue, by the kernel
constexpr int kMaxTxBudget = 9;  // XDP_MAX_TX_SKB_BUDGET, Linux 6.17: before, a call sends 32 frames at most

}  // namespace

Failure failed(const std::string& what, int error, const std::string& hint) {
  return {"afxdp-failed", what + ": " + strerror(error < 0 ? -error : error), hint};
}

Umem::~Umem() {
  if (registered) xsk_umem__delete(registered);
  if (memory) munmap(memory, bytes);
}

std::optional<Failure> Umem::map(uint32_t channels, uint32_t chunk_bytes, const Options& options) {
  chunk = chunk_bytes;
  bytes = size_t{channels} * (options.tx_ring() + options.rx_ring()) * chunk;
  memory = static_cast<uint8_t*>(map_memory(bytes));
  if (!memory) return Failure{"no-memory", "there is no memory for the UMEM", "ask for fewer slots or queues"};
  return std::nullopt;
}

std::optional<Failure> Channel::open(const std::string& interface, uint32_t queue, Umem& umem, const Options& options) {
  take_part(queue, umem, options);
  if (auto failure = umem.registered ? std::nullopt : register_umem(umem)) return failure;
  if (const int error = bind(interface, queue, umem, options))
    return failed("queue " + std::to_string(queue) + " of `" + interface + "` gives no AF_XDP socket", error,
                  options.mode == kZeroCopy ? "the driver may have no zero-copy: mode=auto"
                                            : "another program may have it, or there are fewer queues (ethtool -l)");
  xdp_options got{};
  socklen_t bytes = sizeof got;
  getsockopt(fd(), SOL_XDP, XDP_OPTIONS, &got, &bytes);
  zero_copy = got.flags & XDP_OPTIONS_ZEROCOPY;
  setsockopt(fd(), SOL_XDP, kMaxTxBudget, &slots, sizeof slots);
  return options.busy_poll ? poll_busily(options.busy_poll) : std::nullopt;
}

void Channel::take_part(uint32_t queue, const Umem& umem, const Options& options) {
  memory = umem.memory;
  chunk = umem.chunk;
  slots = options.tx_ring();
  rx_slots = options.rx_ring();
  tx_base = uint64_t{queue} * (slots + rx_slots) * chunk;
  rx_base = tx_base + uint64_t{slots} * chunk;
}

std::optional<Failure> Channel::register_umem(Umem& umem) {
  const xsk_umem_config config{
      .fill_size = rx_slots, .comp_size = slots, .frame_size = chunk, .frame_headroom = 0, .flags = 0};
  const int error = xsk_umem__create(&umem.registered, umem.memory, umem.bytes, &fill, &completed, &config);
  if (error == 0) return std::nullopt;
  return failed("the UMEM cannot be registered", error,
                "raise the limit of locked memory (ulimit -l unlimited), or give CAP_IPC_LOCK");
}

int Channel::bind(const std::string& interface, uint32_t queue, const Umem& umem, const Options& options) {
  constexpr uint16_t kFlags[] = {0, XDP_COPY, XDP_ZEROCOPY};
  const xsk_socket_config config{.rx_size = rx_slots,
                                 .tx_size = slots,
                                 .libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD,
                                 .xdp_flags = 0,
                                 .bind_flags = static_cast<uint16_t>(XDP_USE_NEED_WAKEUP | kFlags[options.mode])};
  // The kernel gives a queue back in its own time behind the close of its last socket, as that of the run before this
  // one (xp_release_deferred, net/xdp/xsk_buff_pool.c).
  int error = 0;
  const uint64_t until = now_ns() + kReleaseNs;
  do {
    error = xsk_socket__create_shared(&socket, interface.c_str(), queue, umem.registered, receives ? &rx : nullptr,
                                      sends ? &tx : nullptr, &fill, &completed, &config);
  } while (error == -EBUSY && now_ns() < until && usleep(1000) == 0);
  return error;
}

std::optional<Failure> Channel::poll_busily(uint32_t microseconds) const {
  const int on = 1, for_us = static_cast<int>(microseconds), budget = kMaxBurst;
  if (setsockopt(fd(), SOL_SOCKET, SO_PREFER_BUSY_POLL, &on, sizeof on) == 0 &&
      setsockopt(fd(), SOL_SOCKET, SO_BUSY_POLL, &for_us, sizeof for_us) == 0 &&
      setsockopt(fd(), SOL_SOCKET, SO_BUSY_POLL_BUDGET, &budget, sizeof budget) == 0)
    return std::nullopt;
  return failed("the kernel does not poll for this socket", errno, "leave busy_poll out (it needs Linux 5.11)");
}

}  // namespace nmgen::afxdp

#endif
