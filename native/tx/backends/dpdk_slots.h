#pragma once

#include <rte_mbuf.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "../failure.h"

// Buffers of a DPDK queue that stay put. An ordinary mbuf goes back to a pool and comes out as some other
// packet's buffer; getting, filling and putting it back costs more than sending it. These belong to the queue
// for ever: it holds one reference, the device gets a second one, and when the device has dropped its own the
// buffer can go out again as it is. (A mempool whose `put` only marks the buffer took 51 instructions a packet
// more: the put fetches a thread-local lcore id and makes two indirect calls.)
namespace nmgen::dpdk {

class Slots {
 public:
  Slots() = default;
  ~Slots();
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;
  std::optional<Failure> create(const std::string& name, uint32_t count, int socket);

  std::vector<rte_mbuf*> mbufs;

  // The queue alone holds the buffer whenever it lends it, so a plain store will do; the device, or whoever
  // receives from it on another thread, drops its reference atomically.
  static void lend(rte_mbuf* m) { __atomic_store_n(&m->refcnt, uint16_t{2}, __ATOMIC_RELEASE); }
  static void take_back(rte_mbuf* m) { __atomic_store_n(&m->refcnt, uint16_t{1}, __ATOMIC_RELAXED); }
  static bool is_out(rte_mbuf* m) { return __atomic_load_n(&m->refcnt, __ATOMIC_ACQUIRE) != 1; }

 private:
  rte_mempool* pool_ = nullptr;
};

}  // namespace nmgen::dpdk
