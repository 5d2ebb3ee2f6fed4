#pragma once

#include <sys/mman.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

#include "../memory.h"

// The memory of the `loop` backend: rings as netmap's, two of which share their buffers.
namespace nmgen::loop {

// netmap's layout; only what a loop needs is ever read.
struct Slot {
  uint32_t buf_idx;
  uint16_t len;
  uint16_t flags;
  uint64_t ptr;
};
static_assert(sizeof(Slot) == 16);

struct alignas(128) Ring {
  int64_t buf_ofs;
  uint32_t num_slots;
  uint32_t nr_buf_size;
  uint16_t ringid;
  uint16_t dir;
  uint32_t head;
  uint32_t cur;
  uint32_t tail;
  uint8_t reserved[256 - 36];
};
static_assert(sizeof(Ring) == 256 && offsetof(Ring, head) == 20);

// A whole odd number of cache lines: with a power of two all headers would fall into the same cache sets.
inline constexpr uint32_t kBufferBytes = 9216 + 64;

// One queue: both rings, their slots and the buffers in one mapping.
class Wire {
 public:
  explicit Wire(uint16_t id, uint32_t slots) : slots_(slots) {
    const size_t ring = (sizeof(Ring) + slots * sizeof(Slot) + alignof(Ring) - 1) / alignof(Ring) * alignof(Ring);
    const size_t rings = 2 * ring;
    bytes_ = rings + size_t{slots} * kBufferBytes;
    base_ = static_cast<uint8_t*>(map_memory(bytes_));
    if (!base_) return;
    tx = make_ring(base_, id, 1, rings);
    rx = make_ring(base_ + ring, id, 0, ring);
  }
  ~Wire() {
    if (base_) munmap(base_, bytes_);
  }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  bool ok() const { return base_ != nullptr; }
  Slot* slots(Ring* ring) const { return reinterpret_cast<Slot*>(ring + 1); }
  uint8_t* buffer(Ring* ring, uint32_t i) const {
    return reinterpret_cast<uint8_t*>(ring) + ring->buf_ofs + size_t{slots(ring)[i].buf_idx} * kBufferBytes;
  }

  Ring* tx = nullptr;
  Ring* rx = nullptr;
  // Set while somebody receives; without a receiver the wire ends in the air and every frame is gone at once.
  std::atomic<bool> received{false};

 private:
  Ring* make_ring(uint8_t* at, uint16_t id, uint16_t dir, size_t buffers) {
    Ring* ring = new (at) Ring{};
    *ring = {.buf_ofs = static_cast<int64_t>(buffers),
             .num_slots = slots_,
             .nr_buf_size = kBufferBytes,
             .ringid = id,
             .dir = dir,
             .head = 0,
             .cur = 0,
             .tail = dir ? slots_ - 1 : 0,
             .reserved = {}};
    for (uint32_t i = 0; i < slots_; i++) slots(ring)[i] = {.buf_idx = i, .len = 0, .flags = 0, .ptr = 0};
    return ring;
  }

  uint32_t slots_;
  size_t bytes_ = 0;
  uint8_t* base_ = nullptr;
};

inline uint32_t load(const uint32_t& cursor) { return __atomic_load_n(&cursor, __ATOMIC_ACQUIRE); }
inline void publish(uint32_t& cursor, uint32_t value) { __atomic_store_n(&cursor, value, __ATOMIC_RELEASE); }

}  // namespace nmgen::loop
