#pragma once

#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "../failure.h"

// Buffers of a DPDK queue that stay put. An ordinary mbuf goes back to a pool and comes out as some other
// packet's buffer; getting, filling and putting it back costs more than sending it. These belong to the queue
// for ever: their pool's `put` only marks the buffer as returned, and the queue sends it again as it is.
namespace nmgen::dpdk {

class Slots {
 public:
  ~Slots();
  Slots() = default;
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;
  std::optional<Failure> create(const std::string& name, uint32_t count, int socket);

  std::vector<rte_mbuf*> mbufs;
  // Written by whoever sends (1) and by the pool's put, on any thread (0).
  static void lend(rte_mbuf* m) { __atomic_store_n(mark(m), 1u, __ATOMIC_RELAXED); }
  static void returned(rte_mbuf* m) { __atomic_store_n(mark(m), 0u, __ATOMIC_RELEASE); }
  static bool is_out(rte_mbuf* m) { return __atomic_load_n(mark(m), __ATOMIC_ACQUIRE) != 0; }

 private:
  static uint32_t* mark(rte_mbuf* m) { return RTE_MBUF_DYNFIELD(m, offset_, uint32_t*); }
  static int offset_;
  rte_mempool* pool_ = nullptr;
};

}  // namespace nmgen::dpdk
