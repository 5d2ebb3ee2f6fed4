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

PortTime ask_device(uint16_t port, const rte_eth_dev_info& info) {
  return {.stamps = (info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_TIMESTAMP) != 0,
          .clock = {.read = [port](uint64_t& ticks) { return rte_eth_read_clock(port, &ticks) == 0; }}};
}

}  // namespace

PortTime (*time_of_port)(uint16_t, const rte_eth_dev_info&) = ask_device;

std::optional<Failure> take_time_options(std::string& device, TimeOptions& options) {
  const std::vector<Setting> settings{{"stamps", &options.stamps, 0, 1}};
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

void Timekeeper::choose(uint16_t port, const rte_eth_dev_info& info, const TimeOptions& options, bool receives) {
  time_ = time_of_port(port, info);
  time_.stamps &= options.stamps && receives && rte_mbuf_dyn_rx_timestamp_register(&field_, &rx_flag_) == 0;
}

void Timekeeper::ask(const rte_eth_dev_info& info, rte_eth_conf& conf) const {
  if (time_.stamps) conf.rxmode.offloads |= info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_TIMESTAMP;
}

void Timekeeper::start() {
  if (!time_.stamps) return;
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

void Timekeeper::tell(std::map<std::string, std::string>& facts) const {
  if (time_.stamps) facts["rx"] = "stamped by the device";
}

}  // namespace nmgen::dpdk

#endif
