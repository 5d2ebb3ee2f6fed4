#pragma once

#include <memory>
#include <string>
#include <vector>

#include "../backend.h"
#include "dpdk_queue.h"

namespace nmgen::dpdk {

// With what DPDK logged, where that says more than the error's number.
Failure failed(const std::string& what, int error);

// False: this process has it open already.
bool claim(const std::string& name);
void disclaim(const std::string& name);

class Port final : public Device {
 public:
  Port(rte_device* device, std::string name) : name_(std::move(name)), device_(device) {}
  ~Port() override;
  std::optional<Failure> start(uint16_t id, const OpenRequest& request);

  uint32_t tx_queues() const override { return static_cast<uint32_t>(tx_.size()); }
  uint32_t rx_queues() const override { return received_; }
  TxQueue* tx(uint32_t queue) override { return tx_[queue].get(); }
  RxQueue* rx(uint32_t queue) override { return &rx_[queue]; }
  // Without a thread id of its own a thread has no mempool cache.
  void enter() override { rte_thread_register(); }
  void leave() override { rte_thread_unregister(); }
  uint64_t link_bps() const override;
  std::map<std::string, std::string> facts() const override;
  std::map<std::string, uint64_t> counters() const override;

 private:
  std::optional<Failure> configure(const OpenRequest& request);
  std::optional<Failure> set_up_queues(uint16_t rx_count, uint16_t tx_count);

  std::string name_;
  rte_device* device_;
  uint16_t id_ = RTE_MAX_ETHPORTS;
  uint32_t received_ = 0;
  bool started_ = false;
  rte_eth_dev_info info_{};
  rte_mempool* pool_ = nullptr;
  std::vector<std::unique_ptr<Tx>> tx_;
  std::vector<Rx> rx_;
};

}  // namespace nmgen::dpdk
