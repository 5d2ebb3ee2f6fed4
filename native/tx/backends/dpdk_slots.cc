#ifdef NMGEN_DPDK

#include "dpdk_slots.h"

#include <rte_mempool.h>

#include "../backend.h"
#include "dpdk_eal.h"

namespace nmgen::dpdk {

std::optional<Failure> Slots::create(const std::string& name, uint32_t count, int socket) {
  constexpr uint16_t room = RTE_PKTMBUF_HEADROOM + kMaxFrame + 4;
  pool_ = rte_pktmbuf_pool_create(name.c_str(), count, 0, 0, room, socket);
  mbufs.resize(count);
  if (!pool_ || rte_pktmbuf_alloc_bulk(pool_, mbufs.data(), count) != 0)
    return no_memory(std::to_string(count) + " TX buffers");
  return std::nullopt;
}

// The device is closed by now and has dropped what it held.
Slots::~Slots() {
  if (pool_) rte_mempool_free(pool_);
}

}  // namespace nmgen::dpdk

#endif
