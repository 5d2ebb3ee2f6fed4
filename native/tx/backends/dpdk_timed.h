#pragma once

#include <rte_ethdev.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include "device_clock.h"
#include "dpdk_queue.h"

// What ports can do with time themselves: stamp what arrives (RTE_ETH_RX_OFFLOAD_TIMESTAMP), and send a frame at the
// time that stands in its mbuf (RTE_ETH_TX_OFFLOAD_SEND_ON_TIMESTAMP). Both are in ticks of the clock that
// rte_eth_read_clock reads, and so a port without that call is one that can neither. IEEE 1588 (timesync) will not do:
// it stamps PTP's own frames.
namespace nmgen::dpdk {

struct PortTime {
  bool stamps = false, paces = false;
  // How the names of its counters (rte_eth_xstats) begin of packets that did not leave by the time.
  std::string misses = "tx_pp_";
  ClockSource clock{};
};
// What a port can do. No virtual device of DPDK 22.11 can any of it: tests say in its place what net_ring can.
extern PortTime (*time_of_port)(uint16_t port, const rte_eth_dev_info& info);

struct TimeOptions {
  uint32_t stamps = 1, lead_us = 200;
};

// The URI's arguments for it, of which the driver is to hear nothing: takes them out of `device`.
std::optional<Failure> take_time_options(std::string& device, TimeOptions& options);

// An RX queue whose frames the device stamps.
class StampedRx final : public Rx {
 public:
  StampedRx(uint16_t port, uint16_t queue, DeviceClock& clock, int field, uint64_t flag)
      : Rx(port, queue), fit_(clock), field_(field), flag_(flag) {
    arrived = arrived_;
  }
  std::span<const Frame> peek() override;

 private:
  uint64_t arrived_at(const rte_mbuf* m, const ClockFit& fit, uint64_t now) const;

  FitReader fit_;
  int field_;
  uint64_t flag_;
  uint64_t arrived_[kMaxBurst];
};

// A TX queue whose device sends each frame when it is due.
class PacedTx final : public Tx {
 public:
  PacedTx(DeviceClock& clock, uint64_t lead, int field, uint64_t flag) : fit_(clock), field_(field), flag_(flag) {
    lead_ns = lead;
    due = due_;
    std::ranges::fill(due_, kAtOnce);
  }
  uint32_t commit(uint32_t n, bool resized) override;

 private:
  void mark(rte_mbuf* m, uint64_t due_ns, uint64_t now);

  FitReader fit_;
  int field_;
  uint64_t flag_;
  uint64_t due_[kMaxBurst];
};

// Of one port: what is asked of it, and which queues it gets.
class Timekeeper {
 public:
  // Before the port is configured: what it can do of what is wanted.
  void choose(uint16_t port, const rte_eth_dev_info& info, const TimeOptions& options, const OpenRequest& request);
  void ask(const rte_eth_dev_info& info, rte_eth_conf& conf) const;
  // When it runs: only now can its clock be read.
  void start();
  void stop();
  std::unique_ptr<Rx> make_rx(uint16_t port, uint16_t queue);
  std::unique_ptr<Tx> make_tx();
  // Into `counters`: how many packets did not leave by the time, where the device tells.
  void count(uint16_t port, std::map<std::string, uint64_t>& counters) const;
  void tell(std::map<std::string, std::string>& facts) const;

 private:
  PortTime time_;
  std::unique_ptr<DeviceClock> clock_;
  int field_ = -1;
  uint64_t rx_flag_ = 0, tx_flag_ = 0, lead_ns_ = 0;
};

}  // namespace nmgen::dpdk
