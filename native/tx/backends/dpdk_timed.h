#pragma once

#include <rte_ethdev.h>

#include <map>
#include <memory>
#include <string>

#include "device_clock.h"
#include "dpdk_queue.h"

// What ports can do with time themselves: stamp what arrives (RTE_ETH_RX_OFFLOAD_TIMESTAMP). A stamp is in ticks of the
// clock that rte_eth_read_clock reads, and so a port without that call is one that cannot. IEEE 1588 (timesync) will
// not do: it stamps PTP's own frames.
namespace nmgen::dpdk {

struct PortTime {
  bool stamps = false;
  ClockSource clock{};
};
// What a port can do. No virtual device of DPDK 22.11 can any of it: tests say in its place what net_ring can.
extern PortTime (*time_of_port)(uint16_t port, const rte_eth_dev_info& info);

struct TimeOptions {
  uint32_t stamps = 1;
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

// Of one port: what is asked of it, and which queues it gets.
class Timekeeper {
 public:
  // Before the port is configured: what it can do of what is wanted.
  void choose(uint16_t port, const rte_eth_dev_info& info, const TimeOptions& options, bool receives);
  void ask(const rte_eth_dev_info& info, rte_eth_conf& conf) const;
  // When it runs: only now can its clock be read.
  void start();
  void stop();
  std::unique_ptr<Rx> make_rx(uint16_t port, uint16_t queue);
  void tell(std::map<std::string, std::string>& facts) const;

 private:
  PortTime time_;
  std::unique_ptr<DeviceClock> clock_;
  int field_ = -1;
  uint64_t rx_flag_ = 0;
};

}  // namespace nmgen::dpdk
