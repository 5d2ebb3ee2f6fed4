// afpacket: any Ethernet interface of the kernel through packet(7) sockets with rings in shared memory (PACKET_MMAP,
// Documentation/networking/packet_mmap.rst). One socket a queue and direction: TX frames stay in their slots, RX
// frames come in blocks (TPACKET_V3).

#include <linux/capability.h>

#include "afpacket_rx.h"
#include "afpacket_tx.h"
#include "netdev.h"
#include "netdev_driver.h"
#include "permission.h"

namespace nmgen::afpacket {
namespace {

constexpr const char* kName = "afpacket";
constexpr uint32_t kMaxQueues = 64;

// Each with the constant that PACKET_FANOUT knows it by.
constexpr const char* kFanouts[] = {"hash", "lb", "cpu", "rollover", "rnd", "qm"};

class AfPacket final : public Device {
 public:
  explicit AfPacket(netdev::Netdev device) : device_(std::move(device)) {}
  std::optional<Failure> create(const OpenRequest& request, const Options& options) {
    options_ = options;
    for (uint32_t q = 0; q < request.tx_queues; q++) {
      tx_.push_back(std::make_unique<Tx>(device_));
      if (auto failure = tx_.back()->create(device_, options)) return failure;
    }
    int group = -1;
    for (uint32_t q = 0; q < request.rx_queues; q++) {
      rx_.push_back(std::make_unique<Rx>(device_));
      if (auto failure = rx_.back()->create(device_, options)) return failure;
      if (request.rx_queues == 1) continue;
      if (auto failure = rx_.back()->join(group, options)) return failure;
    }
    return std::nullopt;
  }
  uint32_t tx_queues() const override { return static_cast<uint32_t>(tx_.size()); }
  uint32_t rx_queues() const override { return static_cast<uint32_t>(rx_.size()); }
  TxQueue* tx(uint32_t queue) override { return tx_[queue].get(); }
  RxQueue* rx(uint32_t queue) override { return rx_[queue].get(); }
  uint64_t link_bps() const override { return netdev::link_bps(device_.name); }
  std::map<std::string, std::string> facts() const override {
    auto facts = netdev::facts(device_, !rx_.empty());
    if (!tx_.empty())
      facts["tx"] = std::string("TPACKET_V3 ring, ") + (options_.bypass ? "qdisc bypassed" : "by the qdisc");
    if (!rx_.empty()) facts["rx"] = "TPACKET_V3 ring, stamped by the kernel";
    if (rx_.size() > 1) facts["fanout"] = kFanouts[options_.fanout];
    return facts;
  }
  std::map<std::string, uint64_t> counters() const override {
    auto counters = netdev::counters(device_);
    for (const auto& queue : rx_) counters["rx_missed"] += queue->drops();
    return counters;
  }

 private:
  netdev::Netdev device_;
  Options options_;
  std::vector<std::unique_ptr<Tx>> tx_;
  std::vector<std::unique_ptr<Rx>> rx_;
};

constexpr Argument kArguments[] = {
    {"slots", "TX slots of each queue, 128 to 65536 (default 512)"},
    {"bypass", "1: past the queueing discipline (default); 0: through it"},
    {"blocks", "RX blocks of each queue, 2 to 4096 (default 256)"},
    {"block_kib", "KiB of an RX block: 64 (default), 128, 256 ... 4096"},
    {"timeout_ms", "after which an RX block that is not full is read, 1 to 1000 (default 1)"},
    {"promiscuous", "1: receive frames for anybody (default); 0: for this interface"},
    {"fanout", "how frames are spread over RX queues: hash (by flow, default), lb, cpu, rollover, rnd, qm"}};

std::optional<Failure> probe() { return no_permission("packet sockets", {CAP_NET_RAW}); }

Expected<std::unique_ptr<Device>> open(const OpenRequest& request) {
  Options options;
  if (auto failure = read_settings(
          kName, request.device,
          {{"slots", &options.slots, 2 * kMaxBurst, 65536},
           {"bypass", &options.bypass, 0, 1},
           {"blocks", &options.blocks, 2, 4096},
           {.key = "block_kib",
            .value = &options.block_size,
            .choices = {"64", "128", "256", "512", "1024", "2048", "4096"}},
           {"timeout_ms", &options.timeout_ms, 1, 1000},
           {"promiscuous", &options.promiscuous, 0, 1},
           {.key = "fanout", .value = &options.fanout, .choices = {std::begin(kFanouts), std::end(kFanouts)}}}))
    return *failure;
  if (request.tx_queues > kMaxQueues || request.rx_queues > kMaxQueues)
    return Failure{"too-many-queues", "afpacket has at most 64 queues a direction", "ask for fewer queues"};
  const std::string name = request.device.substr(0, request.device.find(','));
  auto found = netdev::find(name, kName, request);
  if (!found) return found.failure();
  auto device = std::make_unique<AfPacket>(*found);
  if (auto failure = device->create(request, options)) return *failure;
  return std::unique_ptr<Device>(std::move(device));
}

const Backend kAfPacket{kName, "any Ethernet interface of the kernel, by packet sockets with rings", kArguments, probe,
                        open};
const Register kRegistered{&kAfPacket};

}  // namespace
}  // namespace nmgen::afpacket
