// loop: a wire in memory from a device to itself. Each queue is a TX ring and an RX ring laid out as netmap's
// (struct netmap_ring and netmap_slot, API 14), sharing their buffers as the two ends of a netmap pipe do: what
// is committed on TX slot i is received on RX slot i, and comes back when the receiver has released it. With a
// `capacity` the wire is a device that loses what is beyond it.

#include <algorithm>

#include "../backend.h"
#include "loop_queues.h"

namespace nmgen::loop {
namespace {

constexpr uint32_t kDefaultSlots = 512, kMinSlots = 2 * kMaxBurst, kMaxSlots = 65536, kMaxQueues = 64;

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
}  // namespace nmgen::loop
