#pragma once

#include <memory>
#include <string>
#include <vector>

#include "../backend.h"
#include "dpdk_queue.h"
#include "dpdk_timed.h"

namespace nmgen::dpdk {

// With what DPDK logged, where that says more than the error's number.
Failure failed(const std::string& what, int error);

// False: this process has it open already.
bool claim(const std::string& name);
void disclaim(const std::string& name);

class Port final : public Device {
 public:
  Port(rte_device* device, std::string name, const TimeOptions& options)
      : name_(std::move(name)), device_(device), time_options_(options) {}
  ~Port() override;
  std::optional<Failure> start(uint16_t id, const OpenRequest& request);

  uint32_t tx_queues() const override { return static_cast<uint32_t>(tx_.size()); }
  uint32_t rx_queues() const override { return received_; }
  TxQueue* tx(uint32_t queue) override { return tx_[queue].get(); }
  RxQueue* rx(uint32_t queue) override { return rx_[queue].get(); }
  // Without a thread id of its own a thread has no mempool cache.
  void enter() override { rte_thread_register(); }
  void leave() override { rte_thread_unregister(); }
  uint64_t link_bps() const override;
  std::map<std::string, std::string> facts() const override;
  std::map<std::string, uint64_t> counters() const override;

 private:
  std::optional<Failure> configure(const OpenRequest& request);
  std::optional<Failure> set_up_queues();
  std::optional<Failure> make_queues();

  std::string name_;
  rte_device* device_;
  TimeOptions time_options_;
  Timekeeper time_;
  uint16_t id_ = RTE_MAX_ETHPORTS;
  uint16_t rx_count_ = 0, tx_count_ = 0, tx_descriptors_ = 0;
  uint32_t received_ = 0;
  bool started_ = false;
  rte_eth_dev_info info_{};
  rte_mempool* pool_ = nullptr;
  std::vector<std::unique_ptr<Tx>> tx_;
  std::vector<std::unique_ptr<Rx>> rx_;
};

}  // namespace nmgen::dpdk
