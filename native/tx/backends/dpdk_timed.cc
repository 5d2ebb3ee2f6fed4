#ifdef NMGEN_DPDK

#define ALLOW_EXPERIMENTAL_API  // rte_eth_read_clock, which has been so since 2019

#include "dpdk_timed.h"

#include <rte_mbuf_dyn.h>

#include <algorithm>
#include <sstream>

#include "../clock.h"

namespace nmgen::dpdk {
namespace {

// The longest time that a stamp may lie back. No frame waits in a device for so long while somebody looks for it.
constexpr uint64_t kLongestWaitNs = 1'000'000'000;
// What the device has cannot be called back, and a change of rate is known 5 ms before (src/gen/rate-control.ts).
constexpr uint32_t kMostLeadUs = 4'000;

PortTime ask_device(uint16_t port, const rte_eth_dev_info& info) {
  return {.stamps = (info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_TIMESTAMP) != 0,
          .paces = (info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_SEND_ON_TIMESTAMP) != 0,
          .clock = {.read = [port](uint64_t& ticks) { return rte_eth_read_clock(port, &ticks) == 0; }}};
}

}  // namespace

PortTime (*time_of_port)(uint16_t, const rte_eth_dev_info&) = ask_device;

std::optional<Failure> take_time_options(std::string& device, TimeOptions& options) {
  const std::vector<Setting> settings{{"stamps", &options.stamps, 0, 1}, {"lead", &options.lead_us, 0, kMostLeadUs}};
  std::string rest, ours;
  std::istringstream in(device);
  for (std::string part; std::getline(in, part, ',');) {
    const auto names = [&](const Setting& setting) { return part.starts_with(std::string(setting.key) + "="); };
    if (std::ranges::any_of(settings, names))
      ours += "," + part;
    else
      rest += (rest.empty() ? "" : ",") + part;
  }
  device = rest;
  return read_settings("dpdk", ours, settings);
}

std::span<const Frame> StampedRx::peek() {
  const auto frames = Rx::peek();
  if (frames.empty()) return frames;
  const uint64_t now = now_ns();
  const ClockFit& fit = fit_.fit();
  const bool holds = fit.holds(now);
  for (size_t i = 0; i < frames.size(); i++) arrived_[i] = holds ? arrived_at(mbufs_[i], fit, now) : now;
  return frames;
}

// A stamp that cannot be true counts for nothing: then it arrived when it was found.
uint64_t StampedRx::arrived_at(const rte_mbuf* m, const ClockFit& fit, uint64_t now) const {
  if (!(m->ol_flags & flag_)) return now;
  const uint64_t at = fit.ns_of(*RTE_MBUF_DYNFIELD(m, field_, const rte_mbuf_timestamp_t*));
  return at <= now && now - at < kLongestWaitNs ? at : now;
}

// What is late leaves at once, and is not marked: devices count that as an error. Without a line from our time to the
// device's, nmgen waits itself, for a frame that leaves before its time would be stamped with a lie.
void PacedTx::mark(rte_mbuf* m, uint64_t due_ns, uint64_t now) {
  m->ol_flags &= ~flag_;
  const uint64_t at = epoch_ns + due_ns;
  if (due_ns == kAtOnce || at <= now) return;
  const ClockFit& fit = fit_.fit();
  if (fit.holds(now)) {
    *RTE_MBUF_DYNFIELD(m, field_, rte_mbuf_timestamp_t*) = fit.ticks_of(at);
    m->ol_flags |= flag_;
  } else {
    while (now_ns() < at) relax();
  }
}

uint32_t PacedTx::commit(uint32_t n, bool resized) {
  n = std::min(n, room);
  const uint64_t now = now_ns();
  for (uint32_t i = 0; i < n; i++) mark(first()[i], due_[i], now);
  const uint32_t sent = Tx::commit(n, resized);
  std::copy(due_ + sent, due_ + n, due_);  // of what was not taken, for the next try
  std::fill(due_ + n - sent, due_ + n, kAtOnce);
  return sent;
}

void Timekeeper::choose(uint16_t port, const rte_eth_dev_info& info, const TimeOptions& options,
                        const OpenRequest& request) {
  time_ = time_of_port(port, info);
  lead_ns_ = uint64_t{options.lead_us} * 1000;
  time_.stamps &= options.stamps && request.rx_queues && !rte_mbuf_dyn_rx_timestamp_register(&field_, &rx_flag_);
  time_.paces &= lead_ns_ && request.tx_queues && !rte_mbuf_dyn_tx_timestamp_register(&field_, &tx_flag_);
}

void Timekeeper::ask(const rte_eth_dev_info& info, rte_eth_conf& conf) const {
  if (time_.stamps) conf.rxmode.offloads |= info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_TIMESTAMP;
  if (time_.paces) conf.txmode.offloads |= info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_SEND_ON_TIMESTAMP;
}

void Timekeeper::start() {
  if (!time_.stamps && !time_.paces) return;
  clock_ = std::make_unique<DeviceClock>(time_.clock);
  if (!clock_->start()) time_ = {};
}

void Timekeeper::stop() {
  if (clock_) clock_->stop();
}

std::unique_ptr<Rx> Timekeeper::make_rx(uint16_t port, uint16_t queue) {
  if (time_.stamps) return std::make_unique<StampedRx>(port, queue, *clock_, field_, rx_flag_);
  return std::make_unique<Rx>(port, queue);
}

std::unique_ptr<Tx> Timekeeper::make_tx() {
  if (time_.paces) return std::make_unique<PacedTx>(*clock_, lead_ns_, field_, tx_flag_);
  return std::make_unique<Tx>();
}

void Timekeeper::count(uint16_t port, std::map<std::string, uint64_t>& counters) const {
  if (!time_.paces) return;
  const int count = std::max(rte_eth_xstats_get_names(port, nullptr, 0), 0);
  std::vector<rte_eth_xstat_name> names(static_cast<size_t>(count));
  std::vector<rte_eth_xstat> values(names.size());
  const auto room = static_cast<unsigned>(count);
  if (rte_eth_xstats_get_names(port, names.data(), room) != count) return;
  if (rte_eth_xstats_get(port, values.data(), room) != count) return;
  for (const rte_eth_xstat& value : values) {
    const std::string name = names[value.id].name;
    if (name.starts_with(time_.misses) && name.ends_with("_errors")) counters[name] = value.value;
  }
}

void Timekeeper::tell(std::map<std::string, std::string>& facts) const {
  if (time_.stamps) facts["rx"] = "stamped by the device";
  if (time_.paces)
    facts["tx"] =
        "where all streams have a rate: paced by the device, " + std::to_string(lead_ns_ / 1000) + " us ahead";
}

}  // namespace nmgen::dpdk

#endif
