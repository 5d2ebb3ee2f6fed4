// loop: a wire in memory from a device to itself. Each queue is a TX ring and an RX ring laid out as netmap's
// (struct netmap_ring and netmap_slot, API 14), sharing their buffers as the two ends of a netmap pipe do: what
// is committed on TX slot i is received on RX slot i, and comes back when the receiver has released it. With a
// `capacity` the wire is a device that loses what is beyond it.

#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <cstring>

#include "../backend.h"
#include "../clock.h"
#include "../memory.h"

namespace nmgen {
namespace {

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
constexpr uint32_t kBufferBytes = 9216 + 64;
constexpr uint32_t kDefaultSlots = 512, kMinSlots = 2 * kMaxBurst, kMaxSlots = 65536, kMaxQueues = 64;

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

uint32_t load(const uint32_t& cursor) { return __atomic_load_n(&cursor, __ATOMIC_ACQUIRE); }
void publish(uint32_t& cursor, uint32_t value) { __atomic_store_n(&cursor, value, __ATOMIC_RELEASE); }

class LoopTx : public TxQueue {
 public:
  explicit LoopTx(Wire& wire) : wire_(wire), ring_(wire.tx), size_(ring_->num_slots) {
    for (uint32_t i = 0; i < size_; i++) all_.push_back({wire.buffer(ring_, i), 0, kNothing});
    refill();
  }
  std::span<Frame> all() override { return all_; }
  void filled() override { resize(0, size_); }
  virtual uint64_t lost() const { return 0; }

  uint32_t commit(uint32_t n, bool resized) override {
    n = std::min(n, room);
    if (resized) resize(head_, n);
    head_ = head_ + n == size_ ? 0 : head_ + n;
    ring_->head = ring_->cur = head_;
    if (wire_.received.load(std::memory_order_relaxed))
      publish(wire_.rx->tail, head_);
    else
      sink();
    refill();
    return n;
  }

  // The window ends at the ring's end: its frames lie side by side. The receiver's cursor is only looked at
  // when the known room runs short: each look takes its cache line away from the receiver.
  void refill() override {
    if (space() < kMaxBurst) ring_->tail = before(load(wire_.rx->head));
    frames = &all_[head_];
    room = std::min(space(), kMaxBurst);
  }

 protected:
  void resize_window(uint32_t n) { resize(head_, n); }

 private:
  void resize(uint32_t first, uint32_t n) {
    Slot* tx = wire_.slots(ring_);
    Slot* rx = wire_.slots(wire_.rx);
    for (uint32_t i = first; i < first + n; i++) tx[i].len = rx[i].len = static_cast<uint16_t>(all_[i].length);
  }
  uint32_t space() const { return (ring_->tail >= head_ ? ring_->tail : size_) - head_; }
  uint32_t before(uint32_t slot) const { return slot == 0 ? size_ - 1 : slot - 1; }
  // Nobody receives: both ends of the RX ring move along.
  void sink() {
    wire_.rx->tail = head_;
    publish(wire_.rx->head, head_);
  }

  Wire& wire_;
  Ring* ring_;
  uint32_t size_;
  uint32_t head_ = 0;
  std::vector<Frame> all_;
};

// A token bucket stands in the wire: what finds no token is taken from the sender and never arrives. Its buffers are
// lent again as they are.
class NarrowTx final : public LoopTx {
 public:
  NarrowTx(Wire& wire, uint32_t packets_per_s, uint32_t depth)
      : LoopTx(wire), period_ns_(1e9 / packets_per_s), depth_(depth), tokens_(depth) {}

  uint32_t commit(uint32_t n, bool resized) override {
    n = std::min(n, room);
    const uint32_t passing = std::min(n, take_tokens(n));
    if (resized) resize_window(n);
    LoopTx::commit(passing, false);
    lost_.store(lost_.load(std::memory_order_relaxed) + n - passing, std::memory_order_relaxed);
    return n;
  }
  uint64_t lost() const override { return lost_.load(std::memory_order_relaxed); }

 private:
  uint32_t take_tokens(uint32_t n) {
    const uint64_t now = now_ns();
    const double grown = tokens_ + static_cast<double>(now - filled_ns_) / period_ns_;
    tokens_ = std::min(grown, depth_);
    filled_ns_ = now;
    const uint32_t taken = std::min(n, static_cast<uint32_t>(tokens_));
    tokens_ -= taken;
    return taken;
  }

  const double period_ns_, depth_;
  double tokens_;
  uint64_t filled_ns_ = now_ns();
  std::atomic<uint64_t> lost_{0};
};

class LoopRx final : public RxQueue {
 public:
  explicit LoopRx(Wire& wire) : wire_(wire), ring_(wire.rx), size_(ring_->num_slots) {
    for (uint32_t i = 0; i < size_; i++) frames_.push_back({wire.buffer(ring_, i), 0, kNothing});
  }
  void attach(bool attached) { wire_.received.store(attached, std::memory_order_relaxed); }

  std::span<const Frame> peek() override {
    const uint32_t head = ring_->head, tail = load(ring_->tail);
    const uint32_t n = std::min((tail >= head ? tail : size_) - head, kMaxBurst);
    const Slot* slots = wire_.slots(ring_);
    for (uint32_t i = head; i < head + n; i++) frames_[i].length = slots[i].len;
    return {&frames_[head], n};
  }
  void release(uint32_t n) override {
    const uint32_t head = ring_->head + n;
    publish(ring_->head, head >= size_ ? head - size_ : head);
  }

 private:
  Wire& wire_;
  Ring* ring_;
  uint32_t size_;
  std::vector<Frame> frames_;
};

struct Options {
  uint32_t slots = kDefaultSlots;
  uint32_t capacity = 0;  // packets per second; 0: as many as are sent
  uint32_t depth = 512;
};

struct Queue {
  Queue(uint16_t id, const Options& options) : wire(id, options.slots) {
    if (!wire.ok()) return;
    if (options.capacity)
      tx = std::make_unique<NarrowTx>(wire, options.capacity, options.depth);
    else
      tx = std::make_unique<LoopTx>(wire);
    rx = std::make_unique<LoopRx>(wire);
  }
  Wire wire;
  std::unique_ptr<LoopTx> tx;
  std::unique_ptr<LoopRx> rx;
};

class Loop final : public Device {
 public:
  Loop(std::vector<std::unique_ptr<Queue>> queues, uint32_t received, uint32_t slots)
      : queues_(std::move(queues)), received_(received), slots_(slots) {
    for (auto& queue : queues_) queue->rx->attach(received > 0);
  }
  uint32_t tx_queues() const override { return static_cast<uint32_t>(queues_.size()); }
  uint32_t rx_queues() const override { return received_ ? tx_queues() : 0; }
  TxQueue* tx(uint32_t queue) override { return queues_[queue]->tx.get(); }
  RxQueue* rx(uint32_t queue) override { return queues_[queue]->rx.get(); }
  std::map<std::string, std::string> facts() const override {
    return {
        {"driver", "loop"}, {"slots", std::to_string(slots_)}, {"receiver", received_ ? "yes" : "none, frames vanish"}};
  }
  // The wire holds a sender up rather than lose what its receiver has no room for.
  std::map<std::string, uint64_t> counters() const override {
    uint64_t lost = 0;
    for (const auto& queue : queues_) lost += queue->tx->lost();
    return {{"rx_missed", 0}, {"lost_in_wire", lost}};
  }

 private:
  std::vector<std::unique_ptr<Queue>> queues_;
  uint32_t received_;
  uint32_t slots_;
};

constexpr Argument kArguments[] = {
    {"slots", "slots of each ring, 128 to 65536 (default 512)"},
    {"capacity", "packets/s that each queue's wire carries; what is beyond is lost (default 0: any number)"},
    {"depth", "packets that may come at once through a wire with a capacity, 1 to 10000000 (default 512)"}};

std::optional<Failure> probe() { return std::nullopt; }

Expected<std::unique_ptr<Device>> open(const OpenRequest& request) {
  Options options;
  if (auto failure = read_settings("loop", request.device,
                                   {{"slots", &options.slots, kMinSlots, kMaxSlots},
                                    {"capacity", &options.capacity, 0, 1'000'000'000},
                                    {"depth", &options.depth, 1, 10'000'000}}))
    return *failure;
  const uint32_t count = std::max(request.tx_queues, request.rx_queues);
  if (count > kMaxQueues) return Failure{"too-many-queues", "loop has at most 64 queues", "ask for fewer queues"};
  std::vector<std::unique_ptr<Queue>> queues;
  for (uint32_t q = 0; q < count; q++) {
    queues.push_back(std::make_unique<Queue>(static_cast<uint16_t>(q), options));
    if (!queues.back()->wire.ok())
      return Failure{"no-memory", "loop: there is no memory for the rings", "ask for fewer slots or queues"};
  }
  return std::unique_ptr<Device>(std::make_unique<Loop>(std::move(queues), request.rx_queues, options.slots));
}

const Backend kLoop{"loop", "a wire in memory from a device to itself: no NIC, no privileges", kArguments, probe, open};
const Register kRegistered{&kLoop};

}  // namespace
}  // namespace nmgen
