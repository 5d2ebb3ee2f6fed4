#ifdef NMGEN_DPDK

#include "dpdk_port.h"

#include <rte_bus.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_lcore.h>

#include <algorithm>
#include <mutex>
#include <set>

#include "../log.h"
#include "dpdk_eal.h"

namespace nmgen::dpdk {
namespace {

constexpr uint16_t kTxDescriptors = 512, kRxDescriptors = 1024;
constexpr uint32_t kRxBuffers = 8191, kRxCache = 256;

// Devices that this process has open. DPDK's own list will not do: its start opens the PCI devices that it is told of.
std::mutex open_mutex;
std::set<std::string> open_names;

}  // namespace

Failure failed(const std::string& what, int error) {
  const std::string log = log_reason("Failed to attach");
  return {"dpdk-failed", what + ": " + rte_strerror(error < 0 ? -error : error) + (log.empty() ? "" : " (" + log + ")"),
          "NMGEN_LOG=debug shows all that DPDK said"};
}

bool claim(const std::string& name) {
  std::scoped_lock lock(open_mutex);
  return open_names.insert(name).second;
}
void disclaim(const std::string& name) {
  std::scoped_lock lock(open_mutex);
  open_names.erase(name);
}

Port::~Port() {
  // net_ring keeps its ring and what is in it (22.11 frees one of its 16): whoever opens it next would receive
  // frames of a pool that is gone.
  for (const auto& queue : rx_) queue->drain();
  time_.stop();
  Silence silence;  // libxdp has something to say here, too
  if (started_) rte_eth_dev_stop(id_);
  rte_dev_remove(device_);  // closes the port as well
  rx_.clear();
  tx_.clear();
  if (pool_) rte_mempool_free(pool_);
  disclaim(name_);
}

std::optional<Failure> Port::start(uint16_t id, const OpenRequest& request) {
  id_ = id;
  if (int error = rte_eth_dev_info_get(id, &info_)) return failed("the device does not describe itself", error);
  received_ = request.rx_queues;
  if (auto failure = configure(request)) return failure;
  if (int error = rte_eth_dev_start(id)) return failed("the device does not start", error);
  started_ = true;
  if (received_) rte_eth_promiscuous_enable(id);  // devices that always are refuse, and that is fine
  time_.start();
  return make_queues();
}

std::optional<Failure> Port::configure(const OpenRequest& request) {
  const uint32_t tx = std::max(request.tx_queues, 1u);
  // Some devices pair their queues (net_af_xdp opens its socket with the RX queue): one RX queue for each TX
  // queue exists even where nobody reads it, as far as the device has that many.
  const uint32_t rx = std::max(request.rx_queues, std::min<uint32_t>(tx, info_.max_rx_queues));
  if (tx > info_.max_tx_queues || rx > info_.max_rx_queues)
    return Failure{"too-many-queues",
                   request.device + " has " + std::to_string(info_.max_tx_queues) + " TX and " +
                       std::to_string(info_.max_rx_queues) + " RX queues",
                   "ask for fewer queues, or give the device more in its arguments"};
  rx_count_ = static_cast<uint16_t>(rx), tx_count_ = static_cast<uint16_t>(tx);
  rte_eth_conf conf{};
  time_.choose(id_, info_, time_options_, request);
  time_.ask(info_, conf);
  if (request.rx_queues > 1) {
    conf.rx_adv_conf.rss_conf.rss_hf =
        info_.flow_type_rss_offloads & (RTE_ETH_RSS_IP | RTE_ETH_RSS_UDP | RTE_ETH_RSS_TCP);
    if (conf.rx_adv_conf.rss_conf.rss_hf) conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
  }
  if (int error = rte_eth_dev_configure(id_, rx_count_, tx_count_, &conf))
    return failed("the device takes no " + std::to_string(tx) + " TX and " + std::to_string(rx) + " RX queues", error);
  return set_up_queues();
}

std::optional<Failure> Port::set_up_queues() {
  uint16_t rx_descriptors = kRxDescriptors;
  tx_descriptors_ = kTxDescriptors;
  if (int error = rte_eth_dev_adjust_nb_rx_tx_desc(id_, &rx_descriptors, &tx_descriptors_))
    return failed("no descriptors fit the device", error);
  const int socket = rte_eth_dev_socket_id(id_);
  const std::string name = "nmgen_rx_" + std::to_string(id_);
  pool_ = rte_pktmbuf_pool_create(name.c_str(), kRxBuffers, kRxCache, 0, RTE_MBUF_DEFAULT_BUF_SIZE, socket);
  if (!pool_) return no_memory(std::to_string(kRxBuffers) + " RX buffers");
  for (uint16_t q = 0; q < rx_count_; q++)
    if (int error = rte_eth_rx_queue_setup(id_, q, rx_descriptors, static_cast<unsigned>(socket), nullptr, pool_))
      return failed("RX queue " + std::to_string(q) + " cannot be set up", error);
  // No fast free: it puts buffers into their pool without looking at the reference that we keep.
  rte_eth_txconf conf = info_.default_txconf;
  conf.offloads &= ~static_cast<uint64_t>(RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE);
  for (uint16_t q = 0; q < tx_count_; q++)
    if (int error = rte_eth_tx_queue_setup(id_, q, tx_descriptors_, static_cast<unsigned>(socket), &conf))
      return failed("TX queue " + std::to_string(q) + " cannot be set up", error);
  return std::nullopt;
}

// Of which kind they are is known when the device runs.
std::optional<Failure> Port::make_queues() {
  for (uint16_t q = 0; q < rx_count_; q++) rx_.push_back(time_.make_rx(id_, q));
  for (uint16_t q = 0; q < tx_count_; q++) {
    tx_.push_back(time_.make_tx());
    if (auto failure = tx_.back()->create(id_, q, tx_descriptors_, rte_eth_dev_socket_id(id_))) return failure;
  }
  return std::nullopt;
}

uint64_t Port::link_bps() const {
  rte_eth_link link{};
  // Virtual devices claim 10 Gbit/s; only a link on a bus with a wire is a line rate.
  if (std::string(rte_bus_name(rte_dev_bus(device_))) == "vdev" || rte_eth_link_get(id_, &link) < 0) return 0;
  return link.link_speed == RTE_ETH_SPEED_NUM_UNKNOWN ? 0 : uint64_t{link.link_speed} * 1'000'000;
}

std::map<std::string, std::string> Port::facts() const {
  rte_ether_addr mac{};
  char text[RTE_ETHER_ADDR_FMT_SIZE] = "";
  if (rte_eth_macaddr_get(id_, &mac) == 0) rte_ether_format_addr(text, sizeof text, &mac);
  std::map<std::string, std::string> facts{{"driver", info_.driver_name},
                                           {"device", rte_dev_name(device_)},
                                           {"mac", text},
                                           {"memory", rte_eal_has_hugepages() ? "hugepages" : "no hugepages"}};
  time_.tell(facts);
  return facts;
}

// Of 22.11's virtual devices these alone count what the host had no room for; the others say 0 whatever was lost.
static bool counts_missed(const rte_device* device, const std::string& driver) {
  return std::string(rte_bus_name(rte_dev_bus(device))) != "vdev" || driver == "net_af_xdp" || driver == "net_pcap";
}

std::map<std::string, uint64_t> Port::counters() const {
  rte_eth_stats stats{};
  if (rte_eth_stats_get(id_, &stats)) return {};
  std::map<std::string, uint64_t> counters{{"tx_packets", stats.opackets},
                                           {"tx_errors", stats.oerrors},
                                           {"rx_packets", stats.ipackets},
                                           {"rx_errors", stats.ierrors},
                                           {"rx_no_buffer", stats.rx_nombuf}};
  if (counts_missed(device_, info_.driver_name)) counters["rx_missed"] = stats.imissed;
  time_.count(id_, counters);
  return counters;
}
}  // namespace nmgen::dpdk

#endif
