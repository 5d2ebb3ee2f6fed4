#ifdef NMGEN_DPDK

#include "dpdk_slots.h"

#include <rte_errno.h>
#include <rte_mempool.h>

#include <cstring>

#include "../backend.h"

namespace nmgen::dpdk {

int Slots::offset_ = -1;

namespace {

// A mempool handler (rte_mempool_ops) that stores nothing: `put` marks, `get` is never granted.
int nothing_to_allocate(rte_mempool*) { return 0; }
void nothing_to_free(rte_mempool*) {}
int put(rte_mempool*, void* const* objects, unsigned n) {
  for (unsigned i = 0; i < n; i++) Slots::returned(static_cast<rte_mbuf*>(objects[i]));
  return 0;
}
int get(rte_mempool*, void**, unsigned) { return -ENOENT; }
unsigned available(const rte_mempool* pool) { return pool->size; }

constexpr char kHandler[] = "nmgen_slots";

bool register_handler() {
  rte_mempool_ops ops{};
  strcpy(ops.name, kHandler);
  ops.alloc = nothing_to_allocate;
  ops.free = nothing_to_free;
  ops.enqueue = put;
  ops.dequeue = get;
  ops.get_count = available;
  return rte_mempool_register_ops(&ops) >= 0;
}

void collect(rte_mempool*, void* list, void* object, unsigned) {
  static_cast<std::vector<rte_mbuf*>*>(list)->push_back(static_cast<rte_mbuf*>(object));
}

}  // namespace

std::optional<Failure> Slots::create(const std::string& name, uint32_t count, int socket) {
  static const bool registered = register_handler();
  static const rte_mbuf_dynfield field{
      .name = "nmgen_out", .size = sizeof(uint32_t), .align = alignof(uint32_t), .flags = 0};
  if (offset_ < 0) offset_ = rte_mbuf_dynfield_register(&field);
  if (registered && offset_ >= 0)
    pool_ = rte_pktmbuf_pool_create_by_ops(name.c_str(), count, 0, 0, RTE_PKTMBUF_HEADROOM + kMaxFrame + 4, socket,
                                           kHandler);
  if (!pool_)
    return Failure{"no-memory",
                   "DPDK has no memory for " + std::to_string(count) + " TX buffers: " + rte_strerror(rte_errno),
                   "give it more: args [\"-m\", \"2048\"], or reserve hugepages"};
  rte_mempool_obj_iter(pool_, collect, &mbufs);
  for (rte_mbuf* m : mbufs) {
    rte_pktmbuf_reset(m);
    rte_mbuf_refcnt_set(m, 1);
    returned(m);
  }
  return std::nullopt;
}

Slots::~Slots() {
  if (pool_) rte_mempool_free(pool_);
}

}  // namespace nmgen::dpdk

#endif
