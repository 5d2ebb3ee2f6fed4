#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "../backend.h"
#include "afxdp_channel.h"
#include "afxdp_redirect.h"
#include "afxdp_rx.h"
#include "afxdp_tx.h"
#include "netdev.h"
#include "netdev_driver.h"

namespace nmgen::afxdp {

// An interface with a channel for each queue that sends, and if anything is received, for each queue it has.
class AfXdp final : public Device {
 public:
  AfXdp(netdev::Netdev device, const Options& options) : device_(std::move(device)), options_(options) {}
  ~AfXdp() override;
  std::optional<Failure> create(const OpenRequest& request);

  uint32_t tx_queues() const override { return static_cast<uint32_t>(tx_.size()); }
  uint32_t rx_queues() const override { return static_cast<uint32_t>(rx_.size()); }
  TxQueue* tx(uint32_t queue) override { return tx_[queue].get(); }
  RxQueue* rx(uint32_t queue) override { return rx_[queue].get(); }
  uint64_t link_bps() const override { return netdev::link_bps(device_.name); }
  std::map<std::string, std::string> facts() const override;
  std::map<std::string, uint64_t> counters() const override;

 private:
  std::optional<Failure> open_channels(const OpenRequest& request, uint32_t received);

  netdev::Netdev device_;
  Options options_;
  Umem umem_;
  Channels channels_;
  std::optional<Redirect> redirect_;
  std::vector<std::unique_ptr<Tx>> tx_;
  std::vector<std::unique_ptr<Rx>> rx_;
};

}  // namespace nmgen::afxdp
