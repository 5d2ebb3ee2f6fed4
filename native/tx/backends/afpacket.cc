// afpacket: any Ethernet interface of the kernel through packet(7) sockets with rings in shared memory (PACKET_MMAP,
// Documentation/networking/packet_mmap.rst). One socket a queue and direction: TX frames stay in their slots, RX
// frames come in blocks (TPACKET_V3).

#include <arpa/inet.h>
#include <linux/capability.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>

#include "../checksum.h"
#include "../clock.h"
#include "netdev.h"

namespace nmgen {
namespace {

constexpr uint64_t kFlushNs = 100'000'000;
constexpr uint64_t kLongestWaitNs = 60'000'000'000;  // of a frame in the ring, before its block is found
constexpr uint64_t kClockNs = 100'000'000;           // by which no clock drifts from one block to the next
constexpr uint32_t kTxBlockBytes = 64 * 1024, kLine = 64;
// struct virtio_net_hdr of linux/virtio_net.h, which is no C++.
struct VnetHeader {
  uint8_t flags, gso_type;
  uint16_t hdr_len, gso_size, csum_start, csum_offset;
};
static_assert(sizeof(VnetHeader) == 10);

// Where a TX slot's VnetHeader and its frame begin.
constexpr uint32_t kTxHeader = TPACKET3_HDRLEN - sizeof(sockaddr_ll);
constexpr uint32_t kTxData = kTxHeader + sizeof(VnetHeader);
constexpr uint32_t kMaxQueues = 64;

struct Options {
  uint32_t slots = 512, bypass = 1;
  uint32_t blocks = 256, block_size = 0, timeout_ms = 1, promiscuous = 1, fanout = 0;
};

// Each with the constant that PACKET_FANOUT knows it by.
constexpr const char* kFanouts[] = {"hash", "lb", "cpu", "rollover", "rnd", "qm"};

Failure failed(const std::string& what, const std::string& hint = "NMGEN_LOG=debug and `dmesg` may tell more") {
  return {"afpacket-failed", what + ": " + strerror(errno), hint};
}

// A packet socket and its ring. It sees nothing before it is bound to a protocol.
class Socket {
 public:
  Socket() : fd(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0)) {}
  ~Socket() {
    if (ring) munmap(ring, bytes_);
    if (fd >= 0) ::close(fd);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  bool set(int option, int value) const { return setsockopt(fd, SOL_PACKET, option, &value, sizeof value) == 0; }
  std::optional<Failure> map(int option, const tpacket_req3& request) {
    bytes_ = size_t{request.tp_block_size} * request.tp_block_nr;
    if (fd < 0) return failed("a packet socket cannot be opened");
    if (!set(PACKET_VERSION, TPACKET_V3)) return failed("the kernel has no TPACKET_V3");
    if (setsockopt(fd, SOL_PACKET, option, &request, sizeof request))
      return failed("the kernel gives no ring of " + std::to_string(bytes_ >> 10) + " KiB",
                    "ask for fewer or smaller slots and blocks");
    void* memory = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
    if (memory == MAP_FAILED) return failed("the ring cannot be mapped");
    ring = static_cast<uint8_t*>(memory);
    return std::nullopt;
  }
  std::optional<Failure> bind(int index, uint16_t protocol) const {
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(protocol);
    address.sll_ifindex = index;
    if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return std::nullopt;
    return failed("the socket cannot be bound to the interface");
  }

  int fd;
  uint8_t* ring = nullptr;

 private:
  size_t bytes_ = 0;
};

// The ring is TPACKET_V3, as fast as V2. With a VnetHeader in front of each frame (PACKET_VNET_HDR) the kernel
// copies the whole frame into the skb's linear part; without, it hands on the slot's pages as fragments, which costs a
// veth pair a third of its rate and lets later writes into the slot reach whoever still holds the skb.
class Tx final : public TxQueue {
 public:
  Tx(const netdev::Netdev& device) : watch_(device.name, true) {}
  std::optional<Failure> create(const netdev::Netdev& device, const Options& options) {
    if (options.bypass && !socket_.set(PACKET_QDISC_BYPASS, 1)) return failed("the kernel has no PACKET_QDISC_BYPASS");
    if (!socket_.set(PACKET_VNET_HDR, 1)) return failed("the kernel has no PACKET_VNET_HDR");
    max_frame_ = device.max_frame();
    const uint32_t room = kTxData + max_frame_ + kLine;                // and the widest store at its end
    const uint32_t slot = (room / kLine + 1) / 2 * 2 * kLine + kLine;  // odd, so that all cache sets are used
    const uint32_t per_block = kTxBlockBytes / slot, blocks = (options.slots + per_block - 1) / per_block;
    tpacket_req3 request{};
    request.tp_block_size = kTxBlockBytes;
    request.tp_block_nr = blocks;
    request.tp_frame_size = slot;
    request.tp_frame_nr = per_block * blocks;
    if (auto failure = socket_.map(PACKET_TX_RING, request)) return failure;
    for (uint32_t i = 0; i < request.tp_frame_nr; i++) {
      uint8_t* at = socket_.ring + i / per_block * kTxBlockBytes + i % per_block * slot;
      all_.push_back({at + kTxData, 0, kNothing});
    }
    // The kernel charges what is under way to the socket: the skb's own memory and the frame's.
    const int buffer = static_cast<int>(all_.size() * (slot + 1024));
    setsockopt(socket_.fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof buffer);
    if (auto failure = socket_.bind(device.index, 0)) return failure;
    refill();
    return std::nullopt;
  }

  std::span<Frame> all() override { return all_; }
  uint32_t max_frame() const override { return max_frame_; }
  void filled() override { resize(0, static_cast<uint32_t>(all_.size())); }

  uint32_t commit(uint32_t n, bool resized) override {
    n = std::min(n, room);
    if (n == 0) return 0;
    if (resized) resize(head_, n);
    for (uint32_t i = head_; i < head_ + n; i++) status(i).store(TP_STATUS_SEND_REQUEST, std::memory_order_release);
    const int error = ::send(socket_.fd, nullptr, 0, MSG_DONTWAIT) < 0 ? errno : 0;
    const uint32_t sent = is_refused(head_ + n - 1) ? take_back(n) : n;
    head_ = head_ + sent == all_.size() ? 0 : head_ + sent;
    scanned_ -= sent;
    const bool passing = error == 0 || error == EAGAIN || error == ENOBUFS || error == EINTR;
    if (auto lost = passing ? watch_.look() : watch_.look_now()) failure = lost;
    if (!passing && !failure)
      failure = {"send-failed", std::string("the kernel refuses the frames: ") + strerror(error),
                 "`dmesg` may tell more"};
    refill();
    return sent;
  }

  // The window ends at the ring's end. Each slot is looked at once a lap, up to the first that is still out.
  void refill() override {
    const uint32_t most = std::min(static_cast<uint32_t>(all_.size()) - head_, kMaxBurst);
    while (scanned_ < most && !is_out(head_ + scanned_)) scanned_++;
    frames = &all_[head_];
    room = failure ? 0 : scanned_;
  }

  void flush() override {
    const uint64_t until = now_ns() + kFlushNs;
    for (uint32_t i = 0; i < all_.size(); i++)
      while (is_out(i) && now_ns() < until) relax();
  }

 private:
  tpacket3_hdr& header(uint32_t i) { return *reinterpret_cast<tpacket3_hdr*>(all_[i].data - kTxData); }
  std::atomic_ref<uint32_t> status(uint32_t i) { return std::atomic_ref<uint32_t>(header(i).tp_status); }
  bool is_out(uint32_t i) {
    return status(i).load(std::memory_order_acquire) & (TP_STATUS_SEND_REQUEST | TP_STATUS_SENDING);
  }
  bool is_refused(uint32_t i) {
    return status(i).load(std::memory_order_relaxed) & (TP_STATUS_SEND_REQUEST | TP_STATUS_WRONG_FORMAT);
  }
  // The kernel reads the ring in our own calls only: what it has not taken is ours again.
  uint32_t take_back(uint32_t n) {
    while (n > 0 && is_refused(head_ + n - 1)) status(head_ + --n).store(TP_STATUS_AVAILABLE);
    return n;
  }
  void resize(uint32_t first, uint32_t n) {
    for (uint32_t i = first; i < first + n; i++) {
      header(i).tp_len = static_cast<uint32_t>(sizeof(VnetHeader)) + all_[i].length;
      VnetHeader copied{};
      copied.hdr_len = static_cast<uint16_t>(all_[i].length);
      std::memcpy(all_[i].data - sizeof copied, &copied, sizeof copied);
    }
  }

  Socket socket_;
  netdev::Watch watch_;
  uint32_t max_frame_ = 0;
  std::vector<Frame> all_;
  uint32_t head_ = 0;
  uint32_t scanned_ = 0;  // slots from head_ on that are known to be free
};

// Blocks of frames that the kernel closes when they are full, or after a while.
class Rx final : public RxQueue {
 public:
  Rx(const netdev::Netdev& device) : watch_(device.name, false) { arrived = arrived_; }
  std::optional<Failure> create(const netdev::Netdev& device, const Options& options) {
    blocks_ = options.blocks;
    block_bytes_ = 64 * 1024u << options.block_size;
    socket_.set(PACKET_RESERVE, kVlanBytes);  // room to put back a tag that the kernel took off
    socket_.set(PACKET_IGNORE_OUTGOING, 1);   // Linux 4.20; `is_ours` makes up for its lack
    tpacket_req3 request{};
    request.tp_block_size = block_bytes_;
    request.tp_block_nr = blocks_;
    request.tp_frame_size = 2048;  // of no meaning but for a check: frames lie close together
    request.tp_frame_nr = block_bytes_ / request.tp_frame_size * blocks_;
    request.tp_retire_blk_tov = options.timeout_ms;
    if (auto failure = socket_.map(PACKET_RX_RING, request)) return failure;
    if (auto failure = socket_.bind(device.index, ETH_P_ALL)) return failure;
    packet_mreq promiscuous{};
    promiscuous.mr_ifindex = device.index;
    promiscuous.mr_type = PACKET_MR_PROMISC;
    if (options.promiscuous &&
        setsockopt(socket_.fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous, sizeof promiscuous))
      return failed("the interface cannot be made promiscuous");
    return std::nullopt;
  }
  // Spreads what arrives over all sockets of a group; the first (group -1) gets a new one.
  std::optional<Failure> join(int& group, const Options& options) {
    constexpr int kIgnoreOutgoing = 0x4000;  // PACKET_FANOUT_FLAG_IGNORE_OUTGOING, Linux 6.1
    const int first = group < 0 ? PACKET_FANOUT_FLAG_UNIQUEID : 0, type = static_cast<int>(options.fanout);
    group = std::max(group, 0);
    if (!socket_.set(PACKET_FANOUT, group | (type | first | kIgnoreOutgoing) << 16) &&
        !socket_.set(PACKET_FANOUT, group | (type | first) << 16))
      return failed("the kernel cannot spread frames over several sockets (PACKET_FANOUT)", "use one RX queue");
    int joined = 0;
    socklen_t bytes = sizeof joined;
    if (getsockopt(socket_.fd, SOL_PACKET, PACKET_FANOUT, &joined, &bytes)) return failed("PACKET_FANOUT is not known");
    group = joined & 0xffff;
    return std::nullopt;
  }

  std::span<const Frame> peek() override {
    while (shown_ == 0 && open_block()) {
      while (left_ > 0 && shown_ < kMaxBurst) show();
      if (shown_ == 0) close_block();
    }
    if (shown_ == 0)
      if (auto lost = watch_.look()) failure = lost;
    return {frames_, shown_};
  }
  void release(uint32_t n) override {
    shown_ -= n;
    std::copy_n(frames_ + n, shown_, frames_);
    std::copy_n(arrived_ + n, shown_, arrived_);
    if (shown_ == 0 && left_ == 0 && next_) close_block();
  }

  // Reading resets the kernel's counters (packet(7)).
  uint64_t drops() {
    tpacket_stats_v3 stats{};
    socklen_t bytes = sizeof stats;
    std::scoped_lock lock(drops_mutex_);
    if (getsockopt(socket_.fd, SOL_PACKET, PACKET_STATISTICS, &stats, &bytes) == 0) drops_ += stats.tp_drops;
    return drops_;
  }

 private:
  tpacket_block_desc& block() {
    return *reinterpret_cast<tpacket_block_desc*>(socket_.ring + size_t{block_} * block_bytes_);
  }
  std::atomic_ref<uint32_t> status() { return std::atomic_ref<uint32_t>(block().hdr.bh1.block_status); }

  // Is there a block to read?
  bool open_block() {
    if (next_) return true;
    if (!(status().load(std::memory_order_acquire) & TP_STATUS_USER)) return false;
    next_ = reinterpret_cast<uint8_t*>(&block()) + block().hdr.bh1.offset_to_first_pkt;
    left_ = block().hdr.bh1.num_pkts;
    timespec real;
    clock_gettime(CLOCK_REALTIME, &real);
    opened_ns_ = now_ns();
    const uint64_t before = real_ahead_ns_;
    real_ahead_ns_ =
        static_cast<uint64_t>(real.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(real.tv_nsec) - opened_ns_;
    clock_was_set_ = before && real_ahead_ns_ - before + kClockNs > 2 * kClockNs;
    return true;
  }
  void close_block() {
    status().store(TP_STATUS_KERNEL, std::memory_order_release);
    block_ = block_ + 1 == blocks_ ? 0 : block_ + 1;
    next_ = nullptr;
  }
  void show() {
    auto* header = reinterpret_cast<tpacket3_hdr*>(next_);
    const auto* from = reinterpret_cast<const sockaddr_ll*>(next_ + TPACKET_ALIGN(sizeof *header));
    if (from->sll_pkttype != PACKET_OUTGOING) {
      frames_[shown_] = {next_ + header->tp_mac, header->tp_snaplen, kNothing};
      if (header->tp_status & TP_STATUS_VLAN_VALID) put_tag_back(frames_[shown_], header->hv1);
      arrived_[shown_++] = in_our_time(uint64_t{header->tp_sec} * 1'000'000'000 + header->tp_nsec);
    }
    next_ += header->tp_next_offset;
    left_--;
  }
  // The kernel stamps by the clock of the day. Where that was set between the stamp and now, the stamp says nothing.
  uint64_t in_our_time(uint64_t stamp) const {
    const uint64_t at = stamp - real_ahead_ns_;
    return !clock_was_set_ && at <= opened_ns_ && opened_ns_ - at < kLongestWaitNs ? at : opened_ns_;
  }
  // The kernel takes the outer tag off, even where no device did (skb_vlan_untag).
  static void put_tag_back(Frame& frame, const tpacket_hdr_variant1& tag) {
    frame.data -= kVlanBytes;
    frame.length += kVlanBytes;
    std::memmove(frame.data, frame.data + kVlanBytes, 2 * ETH_ALEN);
    put16(frame.data + 2 * ETH_ALEN, tag.tp_vlan_tpid ? tag.tp_vlan_tpid : uint16_t{ETH_P_8021Q});
    put16(frame.data + 2 * ETH_ALEN + 2, static_cast<uint16_t>(tag.tp_vlan_tci));
  }

  Socket socket_;
  netdev::Watch watch_;
  uint32_t blocks_ = 0, block_bytes_ = 0;
  uint32_t block_ = 0;       // the one that is read, or is to be read next
  uint8_t* next_ = nullptr;  // its next frame; null: it is still the kernel's
  uint32_t left_ = 0;        // frames of it that were not shown yet
  uint32_t shown_ = 0;
  uint64_t opened_ns_ = 0;      // when its block was found
  bool clock_was_set_ = false;  // since the block before it
  uint64_t real_ahead_ns_ = 0;  // what the clock of the kernel's stamps is ahead of ours
  Frame frames_[kMaxBurst];
  uint64_t arrived_[kMaxBurst];
  std::mutex drops_mutex_;
  uint64_t drops_ = 0;
};

class AfPacket final : public Device {
 public:
  explicit AfPacket(netdev::Netdev device) : device_(std::move(device)) {}
  std::optional<Failure> create(const OpenRequest& request, const Options& options) {
    options_ = options;
    for (uint32_t q = 0; q < request.tx_queues; q++) {
      tx_.push_back(std::make_unique<Tx>(device_));
      if (auto failure = tx_.back()->create(device_, options)) return failure;
    }
    int group = -1;
    for (uint32_t q = 0; q < request.rx_queues; q++) {
      rx_.push_back(std::make_unique<Rx>(device_));
      if (auto failure = rx_.back()->create(device_, options)) return failure;
      if (request.rx_queues == 1) continue;
      if (auto failure = rx_.back()->join(group, options)) return failure;
    }
    return std::nullopt;
  }
  uint32_t tx_queues() const override { return static_cast<uint32_t>(tx_.size()); }
  uint32_t rx_queues() const override { return static_cast<uint32_t>(rx_.size()); }
  TxQueue* tx(uint32_t queue) override { return tx_[queue].get(); }
  RxQueue* rx(uint32_t queue) override { return rx_[queue].get(); }
  uint64_t link_bps() const override { return netdev::link_bps(device_.name); }
  std::map<std::string, std::string> facts() const override {
    auto facts = netdev::facts(device_, !rx_.empty());
    if (!tx_.empty())
      facts["tx"] = std::string("TPACKET_V3 ring, ") + (options_.bypass ? "qdisc bypassed" : "by the qdisc");
    if (!rx_.empty()) facts["rx"] = "TPACKET_V3 ring, stamped by the kernel";
    if (rx_.size() > 1) facts["fanout"] = kFanouts[options_.fanout];
    return facts;
  }
  std::map<std::string, uint64_t> counters() const override {
    auto counters = netdev::counters(device_);
    for (const auto& queue : rx_) counters["rx_missed"] += queue->drops();
    return counters;
  }

 private:
  netdev::Netdev device_;
  Options options_;
  std::vector<std::unique_ptr<Tx>> tx_;
  std::vector<std::unique_ptr<Rx>> rx_;
};

constexpr Argument kArguments[] = {
    {"slots", "TX slots of each queue, 128 to 65536 (default 512)"},
    {"bypass", "1: past the queueing discipline (default); 0: through it"},
    {"blocks", "RX blocks of each queue, 2 to 4096 (default 256)"},
    {"block_kib", "KiB of an RX block: 64 (default), 128, 256 ... 4096"},
    {"timeout_ms", "after which an RX block that is not full is read, 1 to 1000 (default 1)"},
    {"promiscuous", "1: receive frames for anybody (default); 0: for this interface"},
    {"fanout", "how frames are spread over RX queues: hash (by flow, default), lb, cpu, rollover, rnd, qm"}};

std::optional<Failure> probe() { return netdev::no_permission("packet sockets", {CAP_NET_RAW}); }

Expected<std::unique_ptr<Device>> open(const OpenRequest& request) {
  Options options;
  if (auto failure = read_settings(
          "afpacket", request.device,
          {{"slots", &options.slots, 2 * kMaxBurst, 65536},
           {"bypass", &options.bypass, 0, 1},
           {"blocks", &options.blocks, 2, 4096},
           {.key = "block_kib",
            .value = &options.block_size,
            .choices = {"64", "128", "256", "512", "1024", "2048", "4096"}},
           {"timeout_ms", &options.timeout_ms, 1, 1000},
           {"promiscuous", &options.promiscuous, 0, 1},
           {.key = "fanout", .value = &options.fanout, .choices = {std::begin(kFanouts), std::end(kFanouts)}}}))
    return *failure;
  if (request.tx_queues > kMaxQueues || request.rx_queues > kMaxQueues)
    return Failure{"too-many-queues", "afpacket has at most 64 queues a direction", "ask for fewer queues"};
  const std::string name = request.device.substr(0, request.device.find(','));
  auto found = netdev::find(name, "afpacket", request);
  if (!found) return found.failure();
  auto device = std::make_unique<AfPacket>(*found);
  if (auto failure = device->create(request, options)) return *failure;
  return std::unique_ptr<Device>(std::move(device));
}

const Backend kAfPacket{"afpacket", "any Ethernet interface of the kernel, by packet sockets with rings", kArguments,
                        probe, open};
const Register kRegistered{&kAfPacket};

}  // namespace
}  // namespace nmgen
