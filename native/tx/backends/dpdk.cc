// dpdk: any device that DPDK has a driver for, physical or virtual (`net_null0`, `net_af_packet0,iface=eth3`).

#include "../backend.h"

#ifdef NMGEN_DPDK

#include <linux/capability.h>
#include <net/if.h>
#include <rte_bus.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <set>
#include <sstream>

#include "../clock.h"
#include "../log.h"
#include "dpdk_eal.h"
#include "dpdk_slots.h"
#include "netdev.h"
#include "xdp_log.h"

namespace nmgen {
namespace dpdk {
namespace {

constexpr uint16_t kTxDescriptors = 512, kRxDescriptors = 1024;
constexpr uint32_t kRxBuffers = 8191, kRxCache = 256;
constexpr uint64_t kFlushNs = 100'000'000;

// Slots are lent in blocks of a burst. The lowest free block is always taken next: as with a pool's cache, the
// buffers used last are used again while they are still in the CPU's cache.
class Tx final : public TxQueue {
 public:
  std::optional<Failure> create(uint16_t port, uint16_t queue, uint16_t descriptors, int socket) {
    port_ = port;
    queue_ = queue;
    // What the device may hold back, and a few bursts to work on meanwhile.
    const uint32_t count = (descriptors + 4 * kMaxBurst) / kMaxBurst * kMaxBurst;
    const std::string name = "nmgen_tx_" + std::to_string(port) + "_" + std::to_string(queue);
    if (auto failure = slots_.create(name, count, socket)) return failure;
    for (rte_mbuf* m : slots_.mbufs) all_.push_back({rte_pktmbuf_mtod(m, uint8_t*), 0, kNothing});
    refill();
    return std::nullopt;
  }
  std::span<Frame> all() override { return all_; }
  void filled() override { resize(0, static_cast<uint32_t>(all_.size())); }

  uint32_t commit(uint32_t n, bool resized) override {
    n = std::min(n, room);
    rte_mbuf** mbufs = &slots_.mbufs[head_];
    if (resized) resize(head_, n);
#pragma GCC unroll 8
    for (uint32_t i = 0; i < n; i++) Slots::lend(mbufs[i]);
    const uint32_t sent = rte_eth_tx_burst(port_, queue_, mbufs, static_cast<uint16_t>(n));
    for (uint32_t i = sent; i < n; i++) Slots::take_back(mbufs[i]);
    head_ += sent;
    frames += sent;
    room -= sent;
    if (room == 0) refill();
    return sent;
  }

  void refill() override {
    for (uint32_t block = 0; block < slots_.mbufs.size(); block += kMaxBurst) {
      if (!is_free(block)) continue;
      head_ = block;
      frames = &all_[block];
      room = kMaxBurst;
      return;
    }
    rte_eth_tx_done_cleanup(port_, queue_, 0);
  }

  // Some devices return buffers only when asked, and af_packet pushes its ring only with a burst.
  void flush() override {
    const uint64_t until = now_ns() + kFlushNs;
    while (std::ranges::any_of(slots_.mbufs, Slots::is_out) && now_ns() < until) {
      rte_eth_tx_done_cleanup(port_, queue_, 0);
      relax();
    }
  }

 private:
  void resize(uint32_t first, uint32_t n) {
    rte_mbuf* const* mbufs = &slots_.mbufs[first];
    const Frame* lent = &all_[first];
#pragma GCC unroll 8
    for (uint32_t i = 0; i < n; i++) mbufs[i]->data_len = static_cast<uint16_t>(mbufs[i]->pkt_len = lent[i].length);
  }
  // The last is looked at first: devices return buffers in order, so it tells of the others most often.
  bool is_free(uint32_t block) {
    rte_mbuf* const* mbufs = &slots_.mbufs[block];
#pragma GCC unroll 8
    for (uint32_t i = kMaxBurst; i-- > 0;)
      if (Slots::is_out(mbufs[i])) return false;
    return true;
  }

  Slots slots_;
  std::vector<Frame> all_;
  uint16_t port_ = 0, queue_ = 0;
  uint32_t head_ = 0;
};

class Rx final : public RxQueue {
 public:
  Rx(uint16_t port, uint16_t queue) : port_(port), queue_(queue) {}
  std::span<const Frame> peek() override {
    const uint16_t n = rte_eth_rx_burst(port_, queue_, mbufs_, kMaxBurst);
    for (uint16_t i = 0; i < n; i++)
      frames_[i] = {rte_pktmbuf_mtod(mbufs_[i], uint8_t*), mbufs_[i]->data_len, kNothing};
    return {frames_, n};
  }
  void release(uint32_t n) override { rte_pktmbuf_free_bulk(mbufs_, n); }
  // Bounded: net_null never runs dry.
  void drain() {
    uint32_t n;
    for (uint32_t burst = 0; burst <= kMaxDrain / kMaxBurst && (n = static_cast<uint32_t>(peek().size())); burst++)
      release(n);
  }

 private:
  static constexpr uint32_t kMaxDrain = 16384;
  uint16_t port_, queue_;
  rte_mbuf* mbufs_[kMaxBurst];
  Frame frames_[kMaxBurst];
};

Failure failed(const std::string& what, int error) {
  const std::string log = log_reason("Failed to attach");
  return {"dpdk-failed", what + ": " + rte_strerror(error < 0 ? -error : error) + (log.empty() ? "" : " (" + log + ")"),
          "NMGEN_LOG=debug shows all that DPDK said"};
}

// Devices that this process has open. DPDK's own list will not do: its start opens the PCI devices that it is told of.
std::mutex open_mutex;
std::set<std::string> open_names;

bool claim(const std::string& name) {
  std::scoped_lock lock(open_mutex);
  return open_names.insert(name).second;
}
void disclaim(const std::string& name) {
  std::scoped_lock lock(open_mutex);
  open_names.erase(name);
}

class Port final : public Device {
 public:
  Port(rte_device* device, std::string name) : name_(std::move(name)), device_(device) {}
  ~Port() override {
    // net_ring keeps its ring and what is in it (22.11 frees one of its 16): whoever opens it next would receive
    // frames of a pool that is gone.
    for (Rx& queue : rx_)
      if (started_) queue.drain();
    Silence silence;  // libxdp has something to say here, too
    if (started_) rte_eth_dev_stop(id_);
    rte_dev_remove(device_);  // closes the port as well
    rx_.clear();
    tx_.clear();
    if (pool_) rte_mempool_free(pool_);
    disclaim(name_);
  }
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

std::optional<Failure> Port::start(uint16_t id, const OpenRequest& request) {
  id_ = id;
  if (int error = rte_eth_dev_info_get(id, &info_)) return failed("the device does not describe itself", error);
  received_ = request.rx_queues;
  if (auto failure = configure(request)) return failure;
  if (int error = rte_eth_dev_start(id)) return failed("the device does not start", error);
  started_ = true;
  if (received_) rte_eth_promiscuous_enable(id);  // devices that always are refuse, and that is fine
  return std::nullopt;
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
  rte_eth_conf conf{};
  if (request.rx_queues > 1) {
    conf.rx_adv_conf.rss_conf.rss_hf =
        info_.flow_type_rss_offloads & (RTE_ETH_RSS_IP | RTE_ETH_RSS_UDP | RTE_ETH_RSS_TCP);
    if (conf.rx_adv_conf.rss_conf.rss_hf) conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
  }
  if (int error = rte_eth_dev_configure(id_, static_cast<uint16_t>(rx), static_cast<uint16_t>(tx), &conf))
    return failed("the device takes no " + std::to_string(tx) + " TX and " + std::to_string(rx) + " RX queues", error);
  return set_up_queues(static_cast<uint16_t>(rx), static_cast<uint16_t>(tx));
}

std::optional<Failure> Port::set_up_queues(uint16_t rx_count, uint16_t tx_count) {
  uint16_t rx_descriptors = kRxDescriptors, tx_descriptors = kTxDescriptors;
  if (int error = rte_eth_dev_adjust_nb_rx_tx_desc(id_, &rx_descriptors, &tx_descriptors))
    return failed("no descriptors fit the device", error);
  const int socket = rte_eth_dev_socket_id(id_);
  const std::string name = "nmgen_rx_" + std::to_string(id_);
  pool_ = rte_pktmbuf_pool_create(name.c_str(), kRxBuffers, kRxCache, 0, RTE_MBUF_DEFAULT_BUF_SIZE, socket);
  if (!pool_) return failed("DPDK has no memory for RX buffers", rte_errno);
  for (uint16_t q = 0; q < rx_count; q++) {
    if (int error = rte_eth_rx_queue_setup(id_, q, rx_descriptors, static_cast<unsigned>(socket), nullptr, pool_))
      return failed("RX queue " + std::to_string(q) + " cannot be set up", error);
    rx_.emplace_back(id_, q);
  }
  // No fast free: it puts buffers into their pool without looking at the reference that we keep.
  rte_eth_txconf conf = info_.default_txconf;
  conf.offloads &= ~static_cast<uint64_t>(RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE);
  for (uint16_t q = 0; q < tx_count; q++) {
    if (int error = rte_eth_tx_queue_setup(id_, q, tx_descriptors, static_cast<unsigned>(socket), &conf))
      return failed("TX queue " + std::to_string(q) + " cannot be set up", error);
    tx_.push_back(std::make_unique<Tx>());
    if (auto failure = tx_.back()->create(id_, q, tx_descriptors, socket)) return failure;
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
  return {{"driver", info_.driver_name},
          {"device", rte_dev_name(device_)},
          {"mac", text},
          {"memory", free_hugepage_bytes() || rte_eal_has_hugepages() ? "hugepages" : "no hugepages"}};
}

std::map<std::string, uint64_t> Port::counters() const {
  rte_eth_stats stats{};
  if (rte_eth_stats_get(id_, &stats)) return {};
  return {{"tx_packets", stats.opackets}, {"tx_errors", stats.oerrors}, {"rx_packets", stats.ipackets},
          {"rx_missed", stats.imissed},   {"rx_errors", stats.ierrors}, {"rx_no_buffer", stats.rx_nombuf}};
}

// The URI's arguments that are ours; all others go to the driver.
struct Parsed {
  std::string device;
  std::vector<std::string> eal;
};

Parsed parse(const std::string& text) {
  Parsed parsed;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');) {
    if (!part.starts_with("eal=")) {
      parsed.device += (parsed.device.empty() ? "" : ",") + part;
      continue;
    }
    std::ranges::replace(part, '+', ' ');
    std::istringstream words(part.substr(4));
    for (std::string word; words >> word;) parsed.eal.push_back(word);
  }
  return parsed;
}

// net_af_packet's own ring of 512 frames is over in 10 ms at 50 kpps, less than a busy machine keeps a thread
// waiting, and DPDK 22.11 does not report what the kernel dropped then: a deeper one where we receive.
void deepen_ring(std::string& device, uint32_t rx_queues) {
  if (rx_queues && device.starts_with("net_af_packet") && !device_arguments(device).contains("framecnt"))
    device += ",framecnt=8192";
}

std::optional<Failure> check_interface(const std::string& device) {
  const auto arguments = device_arguments(device);
  auto iface = arguments.find("iface");
  if (iface == arguments.end() || device.starts_with("net_tap")) return std::nullopt;  // a tap is created
  if (if_nametoindex(iface->second.c_str()) == 0)
    return Failure{"no-interface", "there is no network interface `" + iface->second + "`",
                   "`ip -br link` lists those there are"};
  if (!netdev::has_capability(CAP_NET_RAW))
    return Failure{"no-permission", "sending on `" + iface->second + "` needs CAP_NET_RAW", "run as root"};
  return std::nullopt;
}

// A PCI device belongs to one driver at a time, mostly still the kernel's.
std::optional<Failure> not_bound(const std::string& name) {
  std::error_code none;
  const std::filesystem::path folder = "/sys/bus/pci/devices/" + name;
  if (!is_pci(name) || !std::filesystem::exists(folder, none)) return std::nullopt;
  const std::string driver = std::filesystem::read_symlink(folder / "driver", none).filename();
  if (driver == "vfio-pci" || driver == "uio_pci_generic" || driver == "igb_uio") return std::nullopt;
  return Failure{"not-bound",
                 driver.empty() ? "no driver has `" + name + "`, and DPDK needs one that hands it over"
                                : "the kernel's driver `" + driver + "` has `" + name + "`",
                 "give it away: dpdk-devbind.py --bind=vfio-pci " + name + " (without an IOMMU: uio_pci_generic)"};
}

Expected<uint16_t> attach(const std::string& name, const std::string& device) {
  uint16_t id;
  if (rte_eth_dev_get_port_by_name(name.c_str(), &id) == 0) return id;  // at DPDK's start
  Silence silence;  // libbpf and libxdp below net_af_xdp know nothing of DPDK's log
  if (const int error = rte_dev_probe(device.c_str()); error < 0) {
    if (auto failure = not_bound(name)) return *failure;
    return failed("DPDK cannot open `" + device + "`", error);
  }
  if (rte_eth_dev_get_port_by_name(name.c_str(), &id) != 0)
    return failed("`" + name + "` is no network device", ENODEV);
  return id;
}

Expected<std::unique_ptr<Device>> open(const OpenRequest& request) {
  log_xdp();
  Parsed parsed = parse(request.device);
  deepen_ring(parsed.device, request.rx_queues);
  if (auto failure = check_interface(parsed.device)) return *failure;
  std::vector<std::string> eal = request.args;
  eal.insert(eal.end(), parsed.eal.begin(), parsed.eal.end());
  std::vector<std::string> devices = request.devices;
  devices.push_back(parsed.device);
  if (auto failure = start_eal(devices, eal)) return *failure;
  const std::string name = parsed.device.substr(0, parsed.device.find(','));
  if (!claim(name)) return Failure{"device-in-use", "`" + name + "` is open already", "name each device once"};
  auto id = attach(name, parsed.device);
  if (!id) {
    disclaim(name);
    return id.failure();
  }
  rte_eth_dev_info info{};
  rte_eth_dev_info_get(*id, &info);
  auto port = std::make_unique<Port>(info.device, name);
  if (auto failure = port->start(*id, request)) return *failure;
  return std::unique_ptr<Device>(std::move(port));
}

constexpr Argument kArguments[] = {
    {"eal", "more EAL arguments, joined by `+`, e.g. eal=-m+2048"},
    {"iface", "net_af_packet, net_af_xdp, net_tap: the network interface"},
    {"size", "net_null: bytes of a received frame"},
    {"...", "all others go to the driver, see DPDK's guide of network interface controller drivers"}};

std::optional<Failure> probe() { return std::nullopt; }

const Backend kDpdk{"dpdk", "any device that DPDK has a driver for, physical or virtual", kArguments, probe, open};
const Register kRegistered{&kDpdk};

}  // namespace
}  // namespace dpdk
}  // namespace nmgen

#else

namespace nmgen {
namespace {

std::optional<Failure> probe() {
  return Failure{"dpdk-missing", "nmgen was built without DPDK: its headers were not there",
                 "apt-get install libdpdk-dev dpdk-dev dpdk && npm rebuild"};
}
Expected<std::unique_ptr<Device>> open(const OpenRequest&) { return *probe(); }

const Backend kDpdk{"dpdk", "any device that DPDK has a driver for, physical or virtual", {}, probe, open};
const Register kRegistered{&kDpdk};

}  // namespace
}  // namespace nmgen

#endif
