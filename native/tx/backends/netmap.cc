// netmap: rings and buffers that a NIC's driver, a VALE switch or a pipe shares with us. One descriptor a ring.

#include <algorithm>

#include "../backend.h"
#include "netmap_bind.h"
#include "netmap_link.h"
#include "netmap_name.h"
#include "netmap_rx.h"
#include "netmap_tx.h"

namespace nmgen {
namespace netmap {
namespace {

struct Settings {
  uint32_t batch = 0;  // slots between two system calls, where nothing waits; 0: as the port takes them
  uint32_t slots = 0;  // of rings that this open creates; 0: as the module has it
  uint32_t rings = 0;
  uint32_t extra = 0;
  uint32_t wait_ms = 5000;
  uint32_t by = 0;
  uint32_t shared = 0;
};

constexpr Argument kArguments[] = {
    {"batch",
     "slots that are handed over with one system call, 1 to 4096, at most half the ring (default: 512, and nearly the "
     "whole ring where a call takes all at once, as VALE does)"},
    {"sync", "ioctl (default: never sleeps) or poll (sleeps up to 1 ms where there is nothing to do)"},
    {"slots", "VALE and pipes: slots of each ring, 128 to 4096 (default 1024)"},
    {"rings", "VALE and pipes: rings each way, 1 to 256 (default: as many as the port has queues)"},
    {"extra", "buffers to reserve beside those of the rings; they go back at the end"},
    {"wait", "NICs: ms to wait for the carrier after the driver's reset (default 5000; 0: do not wait)"},
    {"shared", "yes: open rings that another program has open, too (default no)"}};

Expected<Settings> read(const std::string& device) {
  Settings s;
  const std::vector<Setting> known{{"batch", &s.batch, 1, 4096},
                                   {"sync", &s.by, 0, 0, {"ioctl", "poll"}},
                                   {"slots", &s.slots, 2 * kMaxBurst, 4096},
                                   {"rings", &s.rings, 1, 256},
                                   {"extra", &s.extra, 0, 1 << 20},
                                   {"wait", &s.wait_ms, 0, 600'000},
                                   {"shared", &s.shared, 0, 0, {"no", "yes"}}};
  if (auto failure = read_settings("netmap", device, known)) return *failure;
  return s;
}

class Port final : public Device {
 public:
  Port(Name name, Settings settings)
      : name_(std::move(name)), settings_(settings), link_(name_.kind == PortKind::kInterface ? name_.port : "") {}
  std::optional<Failure> open(const OpenRequest& request);

  uint32_t tx_queues() const override { return static_cast<uint32_t>(tx_.size()); }
  uint32_t rx_queues() const override { return static_cast<uint32_t>(rx_.size()); }
  TxQueue* tx(uint32_t queue) override { return tx_[queue].get(); }
  RxQueue* rx(uint32_t queue) override { return rx_[queue].get(); }
  uint64_t link_bps() const override { return name_.rings == Rings::kHost ? 0 : link_.bps(); }
  std::map<std::string, std::string> facts() const override;
  std::map<std::string, uint64_t> counters() const override;

 private:
  using Bound = Expected<std::unique_ptr<Descriptor>>;
  Bound bind(uint32_t place, bool sends, uint32_t queues);
  uint32_t rings(bool sends) const;
  std::optional<Failure> too_few(uint32_t asked, bool sends) const;
  std::optional<Failure> open_tx(const OpenRequest& request);
  std::optional<Failure> open_rx(const OpenRequest& request);
  std::optional<Failure> check_length(const Descriptor& descriptor, uint32_t max_frame) const;
  By by() const { return static_cast<By>(settings_.by); }

  Name name_;
  Settings settings_;
  Link link_;
  Memories memories_;  // unmapped after the queues have closed their descriptors
  std::vector<std::unique_ptr<Tx>> tx_;
  std::vector<std::unique_ptr<Rx>> rx_;
  std::optional<Granted> granted_;  // of the first ring
  uint32_t slots_ = 0, buffer_bytes_ = 0;
};

// The n-th of the rings that the name stands for: hardware rings first, then host rings.
Port::Bound Port::bind(uint32_t place, bool sends, uint32_t queues) {
  Wanted wanted{.port = name_.port, .memory = name_.memory};
  uint32_t ring = name_.first + place;
  wanted.host = name_.rings == Rings::kHost;
  if (name_.rings == Rings::kBoth && granted_) {
    const uint32_t hardware = sends ? granted_->tx_rings : granted_->rx_rings;
    wanted.host = ring >= hardware;
    if (wanted.host) ring -= hardware;
  }
  wanted.ring = static_cast<uint16_t>(ring);
  wanted.flags = (sends ? kTxRingsOnly : kRxRingsOnly) | name_.monitors;
  if (!settings_.shared && !name_.monitors) wanted.flags |= kExclusive;
  if (name_.kind != PortKind::kInterface) {
    wanted.rings = static_cast<uint16_t>(settings_.rings ? settings_.rings : queues);
    wanted.slots = settings_.slots;
  }
  wanted.extra_buffers = granted_ ? 0 : settings_.extra;
  Bound bound = Descriptor::bind(wanted, memories_);
  if (bound && !granted_) {
    granted_ = (*bound)->granted();
    slots_ = (*bound)->ring().num_slots;
    buffer_bytes_ = (*bound)->ring().nr_buf_size;
  }
  return bound;
}

// How many rings the name stands for, once the first is open.
uint32_t Port::rings(bool sends) const {
  const uint32_t hardware = sends ? granted_->tx_rings : granted_->rx_rings;
  const uint32_t host = sends ? granted_->host_tx_rings : granted_->host_rx_rings;
  const uint32_t all = name_.rings == Rings::kHardware ? hardware
                       : name_.rings == Rings::kHost   ? host
                                                       : hardware + host;
  return all > name_.first ? std::min<uint32_t>(all, name_.last + 1u) - name_.first : 0;
}

std::optional<Failure> Port::too_few(uint32_t asked, bool sends) const {
  const uint32_t there = rings(sends);
  if (asked <= there) return std::nullopt;
  const std::string text = std::to_string(there) + (sends ? " TX" : " RX") + (there == 1 ? " ring" : " rings");
  return Failure{
      "too-many-queues", "netmap:" + name_.port + " has " + text + " for " + std::to_string(asked) + " queues",
      name_.kind == PortKind::kInterface
          ? "ask for fewer queues, or give the NIC more (ethtool -L " + name_.port + ")"
          : "ask for fewer queues, or write rings=" + std::to_string(asked) + " for whoever opens the port first"};
}

std::optional<Failure> Port::open(const OpenRequest& request) {
  if (name_.monitors && request.tx_queues)
    return Failure{"bad-argument", "netmap:" + name_.port + ": a monitor can only receive",
                   "leave out /t and /r to send on it"};
  if (auto failure = open_tx(request)) return failure;
  if (auto failure = open_rx(request)) return failure;
  return name_.rings == Rings::kHost ? std::nullopt : link_.wait_for_carrier(settings_.wait_ms);
}

std::optional<Failure> Port::open_tx(const OpenRequest& request) {
  const uint32_t queues = std::max(request.tx_queues, request.rx_queues);
  for (uint32_t q = 0; q < request.tx_queues; q++) {
    if (q == 1)
      if (auto failure = too_few(request.tx_queues, true)) return failure;
    Bound bound = bind(q, true, queues);
    if (!bound) return bound.failure();
    if (auto failure = check_length(**bound, request.max_frame)) return failure;
    tx_.push_back(make_tx(std::move(*bound), name_.port, by(), settings_.batch, request.max_frame));
  }
  return std::nullopt;
}

// Every ring of the port is read: a NIC spreads what it receives over all of them.
std::optional<Failure> Port::open_rx(const OpenRequest& request) {
  if (request.rx_queues == 0) return std::nullopt;
  const uint32_t queues = std::max(request.tx_queues, request.rx_queues);
  for (uint32_t q = 0; q < request.rx_queues; q++)
    rx_.push_back(std::make_unique<Rx>(settings_.batch ? settings_.batch : kBatch));
  uint32_t place = 0;
  do {
    Bound bound = bind(place, false, queues);
    if (!bound) return bound.failure();
    rx_[place % request.rx_queues]->add(std::move(*bound), name_.port, by());
    if (place == 0)
      if (auto failure = too_few(request.rx_queues, false)) return failure;
  } while (++place < rings(false));
  if (name_.rings != Rings::kHost && !name_.monitors) link_.see_everything();
  return std::nullopt;
}

std::optional<Failure> Port::check_length(const Descriptor& descriptor, uint32_t max_frame) const {
  const uint32_t bytes = descriptor.ring().nr_buf_size;
  const bool fits = max_frame <= bytes;
  if (fits || name_.kind != PortKind::kInterface || link_.takes_fragments()) return std::nullopt;
  return Failure{"frame-too-long",
                 "netmap's buffers hold " + std::to_string(bytes) + " of the " + std::to_string(max_frame) +
                     " bytes of a frame, and the driver of `" + name_.port + "` sends no frame from several",
                 "larger buffers, before the first port is opened: echo " + std::to_string((max_frame + 63) / 64 * 64) +
                     " > /sys/module/netmap/parameters/buf_size"};
}

std::map<std::string, std::string> Port::facts() const {
  std::map<std::string, std::string> facts = link_.facts();
  const char* kinds[] = {"interface", "VALE switch", "pipe"};
  facts["driver"] = "netmap";
  facts["port"] = name_.port;
  facts["kind"] = kinds[static_cast<int>(name_.kind)];
  facts["api"] = granted_->legacy ? "NIOCREGIF" : std::to_string(kApi);
  facts["rings"] = std::to_string(granted_->tx_rings) + " TX, " + std::to_string(granted_->rx_rings) + " RX";
  facts["slots"] = std::to_string(slots_);
  facts["buffer"] = std::to_string(buffer_bytes_) + " B";
  facts["memory"] = "region " + std::to_string(memories_.front()->id());
  facts["sync"] = by() == By::kPoll ? "poll" : "ioctl";
  if (settings_.extra) facts["extra_buffers"] = std::to_string(granted_->extra_buffers);
  return facts;
}

std::map<std::string, uint64_t> Port::counters() const {
  std::map<std::string, uint64_t> counters = link_.counters();
  for (const auto& queue : tx_) {
    counters["tx_packets"] += queue->sent();
    counters["tx_pending"] += queue->pending();
  }
  for (const auto& queue : rx_) counters["rx_packets"] += queue->received();
  return counters;
}

Expected<std::unique_ptr<Device>> open(const OpenRequest& request) {
  auto name = parse_name(request.device);
  if (!name) return name.failure();
  auto settings = read(request.device);
  if (!settings) return settings.failure();
  auto port = std::make_unique<Port>(std::move(*name), *settings);
  if (auto failure = port->open(request)) return *failure;
  return std::unique_ptr<Device>(std::move(port));
}

const Backend kNetmap{"netmap", "NICs, VALE switches and pipes of netmap, by their shared rings", kArguments, no_device,
                      open};
const nmgen::Register kRegistered{&kNetmap};

}  // namespace
}  // namespace netmap
}  // namespace nmgen
