// afxdp: AF_XDP sockets (Documentation/networking/af_xdp.rst), one a queue of the interface, on one shared UMEM.
// Zero-copy where the driver has it, else copies made by the kernel. Sending needs no XDP program; for receiving one of
// our own redirects each queue to its socket, held by a bpf_link that dies with this process.

#include "../backend.h"

#ifdef NMGEN_XDP

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/if_link.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <xdp/libxdp.h>
#include <xdp/xsk.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "../clock.h"
#include "../log.h"
#include "netdev.h"
#include "xdp_log.h"

namespace nmgen {
namespace {

constexpr uint64_t kFlushNs = 100'000'000;
constexpr uint64_t kReleaseNs = 500'000'000;                // of a queue, by the kernel
constexpr uint32_t kSmallChunk = 2048, kLargeChunk = 4096;  // of the UMEM; a chunk lies within a page
constexpr uint32_t kHeadroom = 256;                         // XDP_PACKET_HEADROOM, in front of a received frame
constexpr uint32_t kMaxQueues = 64;
constexpr int kMaxTxBudget = 9;  // XDP_MAX_TX_SKB_BUDGET, Linux 6.17: before, a call sends 32 frames at most

enum Mode : uint32_t { kAuto, kCopy, kZeroCopy };
struct Options {
  uint32_t mode = kAuto, program = 0, slots = 2, rx_slots = 4, busy_poll = 0;
  uint32_t tx_ring() const { return 128u << slots; }
  uint32_t rx_ring() const { return 128u << rx_slots; }
};
constexpr const char* kModes[] = {"auto", "copy", "zero-copy"};
constexpr const char* kPrograms[] = {"auto", "native", "generic"};
constexpr const char* kSlots[] = {"128", "256", "512", "1024", "2048", "4096", "8192"};

Failure failed(const std::string& what, int error, const std::string& hint) {
  return {"afxdp-failed", what + ": " + strerror(error < 0 ? -error : error), hint};
}
constexpr const char* kLook = "NMGEN_LOG=debug shows what libxdp said";

// One socket of one queue of the interface, its rings and its part of the UMEM. TX and RX may be used by two threads.
struct Channel {
  ~Channel() { xsk_socket__delete(socket); }
  int fd() const { return xsk_socket__fd(socket); }
  uint8_t* at(uint64_t address) const { return memory + address; }

  xsk_socket* socket = nullptr;
  xsk_ring_prod fill{}, tx{};
  xsk_ring_cons completed{}, rx{};
  uint8_t* memory = nullptr;  // of the whole UMEM
  uint32_t chunk = 0, slots = 0, rx_slots = 0;
  uint64_t tx_base = 0, rx_base = 0;  // this channel's chunks
  bool zero_copy = false, sends = false, receives = false;
};

// As many chunks as the ring has descriptors, so that descriptor i names chunk i for ever: only the producer moves.
class Tx final : public TxQueue {
 public:
  Tx(Channel& channel, const std::string& interface)
      : channel_(channel), watch_(interface, true), out_(channel.slots, 0) {
    for (uint32_t i = 0; i < channel.slots; i++) {
      const uint64_t address = channel.tx_base + uint64_t{i} * channel.chunk;
      all_.push_back({channel.at(address), 0, kNothing});
      *xsk_ring_prod__tx_desc(&channel.tx, i) = {.addr = address, .len = 0, .options = 0};
    }
    refill();
  }
  std::span<Frame> all() override { return all_; }
  void filled() override { resize(0, channel_.slots); }
  uint32_t max_frame() const override { return channel_.chunk; }

  uint32_t commit(uint32_t n, bool resized) override {
    n = std::min(n, room);
    if (n == 0) return 0;
    if (resized) resize(head_, n);
    std::fill_n(&out_[head_], n, 1);
    produced_ += n;
    __atomic_store_n(channel_.tx.producer, produced_, __ATOMIC_RELEASE);
    wake();
    const uint32_t sent = failure ? n - std::min(n, waiting()) : n;
    head_ = (head_ + sent) % channel_.slots;
    free_ -= sent;
    refill();
    return sent;
  }

  void refill() override {
    reap();
    if (room == 0 && waiting()) wake();
    const uint32_t most = std::min(channel_.slots - head_, kMaxBurst);
    while (free_ < most && !out_[head_ + free_]) free_++;
    frames = &all_[head_];
    room = failure ? 0 : free_;
  }
  void push() override {
    if (waiting()) wake();
  }
  void flush() override {
    const uint64_t until = now_ns() + kFlushNs;
    while (std::ranges::find(out_, 1) != out_.end() && !failure && now_ns() < until) {
      push();
      reap();
      relax();
    }
  }

 private:
  // Descriptors that the kernel has not taken yet.
  uint32_t waiting() const { return produced_ - __atomic_load_n(channel_.tx.consumer, __ATOMIC_ACQUIRE); }
  void resize(uint32_t first, uint32_t n) {
    for (uint32_t i = first; i < first + n; i++) xsk_ring_prod__tx_desc(&channel_.tx, i)->len = all_[i].length;
  }
  void reap() {
    uint32_t index = 0;
    const uint32_t n = xsk_ring_cons__peek(&channel_.completed, channel_.slots, &index);
    for (uint32_t i = 0; i < n; i++) {
      const uint64_t address = *xsk_ring_cons__comp_addr(&channel_.completed, index + i);
      out_[(address - channel_.tx_base) / channel_.chunk] = 0;
    }
    if (n) xsk_ring_cons__release(&channel_.completed, n);
  }
  // In copy mode the kernel sends within our call, so many frames a call, and says EAGAIN where more are waiting.
  void wake() {
    if (channel_.zero_copy && !xsk_ring_prod__needs_wakeup(&channel_.tx)) return look(0);
    int error = 0;
    for (uint32_t before = waiting(), left; before; before = left) {
      error = ::sendto(channel_.fd(), nullptr, 0, MSG_DONTWAIT, nullptr, 0) < 0 ? errno : 0;
      left = waiting();
      if (channel_.zero_copy || left == before || (error && error != EAGAIN && error != EBUSY)) break;
    }
    look(error);
  }
  void look(int error) {
    // EBUSY: the device dropped a frame, and has counted it (tx_dropped).
    const bool passing = error == 0 || error == EAGAIN || error == EBUSY || error == ENOBUFS || error == EINTR;
    if (auto lost = passing ? watch_.look() : watch_.look_now()) failure = lost;
    if (!passing && !failure)
      failure = {"send-failed", std::string("the kernel refuses the frames: ") + strerror(error), kLook};
  }

  Channel& channel_;
  netdev::Watch watch_;
  std::vector<Frame> all_;
  std::vector<uint8_t> out_;  // is the chunk with the kernel?
  uint32_t produced_ = 0;
  uint32_t head_ = 0;
  uint32_t free_ = 0;  // chunks from head_ on that are known to be ours
};

// Fetches from one or more queues of the interface in turn: where it has more of them than there are receivers.
class Rx final : public RxQueue {
 public:
  Rx(std::vector<Channel*> channels, const std::string& interface, bool busy_poll)
      : channels_(std::move(channels)), watch_(interface, false), busy_poll_(busy_poll) {
    for (Channel* channel : channels_) {
      uint32_t index = 0;
      xsk_ring_prod__reserve(&channel->fill, channel->rx_slots, &index);
      for (uint32_t i = 0; i < channel->rx_slots; i++)
        *xsk_ring_prod__fill_addr(&channel->fill, index + i) = channel->rx_base + uint64_t{i} * channel->chunk;
      xsk_ring_prod__submit(&channel->fill, channel->rx_slots);
    }
  }

  std::span<const Frame> peek() override {
    for (size_t tried = 0; shown_ == 0 && tried < channels_.size(); tried++) {
      at_ = (at_ + 1) % channels_.size();
      show(*channels_[at_]);
    }
    if (shown_ == 0)
      if (auto lost = watch_.look()) failure = lost;
    return {frames_, shown_};
  }
  void release(uint32_t n) override {
    Channel& channel = *channels_[at_];
    uint32_t index = 0;
    // There is room: as many chunks as the ring has entries are in use.
    xsk_ring_prod__reserve(&channel.fill, n, &index);
    for (uint32_t i = 0; i < n; i++) *xsk_ring_prod__fill_addr(&channel.fill, index + i) = addresses_[i];
    xsk_ring_prod__submit(&channel.fill, n);
    xsk_ring_cons__release(&channel.rx, n);
    shown_ -= n;
    std::copy_n(frames_ + n, shown_, frames_);
    std::copy_n(addresses_ + n, shown_, addresses_);
  }

 private:
  void show(Channel& channel) {
    uint32_t index = 0;
    shown_ = xsk_ring_cons__peek(&channel.rx, kMaxBurst, &index);
    for (uint32_t i = 0; i < shown_; i++) {
      const xdp_desc* descriptor = xsk_ring_cons__rx_desc(&channel.rx, index + i);
      frames_[i] = {channel.at(descriptor->addr), descriptor->len, kNothing};
      addresses_[i] = descriptor->addr & ~uint64_t{channel.chunk - 1};
    }
    if (shown_ == 0 && (busy_poll_ || xsk_ring_prod__needs_wakeup(&channel.fill)))
      recvfrom(channel.fd(), nullptr, 0, MSG_DONTWAIT, nullptr, nullptr);
  }

  std::vector<Channel*> channels_;
  netdev::Watch watch_;
  bool busy_poll_;
  size_t at_ = 0;
  uint32_t shown_ = 0;
  Frame frames_[kMaxBurst];
  uint64_t addresses_[kMaxBurst];
};

// The program: each frame goes to the socket of its queue; where there is none, on to the kernel.
int load_program(int map) {
  const bpf_insn program[] = {
      {.code = BPF_LDX | BPF_MEM | BPF_W,
       .dst_reg = BPF_REG_2,
       .src_reg = BPF_REG_1,
       .off = offsetof(xdp_md, rx_queue_index),
       .imm = 0},
      {.code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = BPF_REG_1, .src_reg = BPF_PSEUDO_MAP_FD, .off = 0, .imm = map},
      {.code = 0, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},  // the upper half of the 64-bit constant
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3, .src_reg = 0, .off = 0, .imm = XDP_PASS},
      {.code = BPF_JMP | BPF_CALL, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = BPF_FUNC_redirect_map},
      {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
  return bpf_prog_load(BPF_PROG_TYPE_XDP, "nmgen_redirect", "MIT", program, std::size(program), nullptr);
}

class AfXdp final : public Device {
 public:
  AfXdp(netdev::Netdev device, const Options& options) : device_(std::move(device)), options_(options) {}
  ~AfXdp() override {
    for (int fd : {link_, program_, map_})
      if (fd >= 0) ::close(fd);
    tx_.clear();
    rx_.clear();
    while (!channels_.empty()) channels_.pop_back();  // the first one's descriptor is the UMEM's: it goes last
    if (umem_) xsk_umem__delete(umem_);
    if (memory_) munmap(memory_, bytes_);
  }
  std::optional<Failure> create(const OpenRequest& request);

  uint32_t tx_queues() const override { return static_cast<uint32_t>(tx_.size()); }
  uint32_t rx_queues() const override { return static_cast<uint32_t>(rx_.size()); }
  TxQueue* tx(uint32_t queue) override { return tx_[queue].get(); }
  RxQueue* rx(uint32_t queue) override { return rx_[queue].get(); }
  uint64_t link_bps() const override { return netdev::link_bps(device_.name); }
  std::map<std::string, std::string> facts() const override;
  std::map<std::string, uint64_t> counters() const override;

 private:
  std::optional<Failure> map_memory(uint32_t channels, uint32_t chunk);
  std::optional<Failure> open_channel(uint32_t queue, bool sends, bool receives);
  std::optional<Failure> attach();

  netdev::Netdev device_;
  Options options_;
  uint8_t* memory_ = nullptr;
  size_t bytes_ = 0;
  uint32_t chunk_ = kSmallChunk;
  xsk_umem* umem_ = nullptr;
  int map_ = -1, program_ = -1, link_ = -1;
  bool generic_ = false;
  std::vector<std::unique_ptr<Channel>> channels_;
  std::vector<std::unique_ptr<Tx>> tx_;
  std::vector<std::unique_ptr<Rx>> rx_;
};

std::optional<Failure> AfXdp::create(const OpenRequest& request) {
  // What arrives on a queue without a socket goes to the kernel and would look like loss: all of them get one.
  const uint32_t received = request.rx_queues ? netdev::channels(device_) : 0;
  const uint32_t count = std::max(request.tx_queues, received);
  const uint32_t longest = std::max(device_.max_frame(), request.max_frame);
  if (auto failure = map_memory(count, longest + kHeadroom > kSmallChunk ? kLargeChunk : kSmallChunk)) return failure;
  for (uint32_t q = 0; q < count; q++)
    if (auto failure = open_channel(q, q < request.tx_queues, q < received)) return failure;
  for (uint32_t q = 0; q < request.tx_queues; q++) tx_.push_back(std::make_unique<Tx>(*channels_[q], device_.name));
  for (uint32_t r = 0; r < request.rx_queues; r++) {
    std::vector<Channel*> served;
    for (uint32_t q = r; q < received; q += request.rx_queues) served.push_back(channels_[q].get());
    rx_.push_back(std::make_unique<Rx>(std::move(served), device_.name, options_.busy_poll > 0));
  }
  return received ? attach() : std::nullopt;
}

std::optional<Failure> AfXdp::map_memory(uint32_t channels, uint32_t chunk) {
  chunk_ = chunk;
  bytes_ = size_t{channels} * (options_.tx_ring() + options_.rx_ring()) * chunk;
  void* memory = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (memory == MAP_FAILED) return failed("there is no memory for the UMEM", errno, "ask for fewer slots or queues");
  memory_ = static_cast<uint8_t*>(memory);
  return std::nullopt;
}

std::optional<Failure> AfXdp::open_channel(uint32_t queue, bool sends, bool receives) {
  channels_.push_back(std::make_unique<Channel>());
  Channel& c = *channels_.back();
  const uint32_t tx_ring = options_.tx_ring(), rx_ring = options_.rx_ring();
  const uint64_t base = uint64_t{queue} * (tx_ring + rx_ring) * chunk_;
  c.memory = memory_;
  c.chunk = chunk_;
  c.slots = tx_ring;
  c.rx_slots = rx_ring;
  c.sends = sends;
  c.receives = receives;
  c.tx_base = base;
  c.rx_base = base + uint64_t{tx_ring} * chunk_;
  if (!umem_) {
    const xsk_umem_config umem{
        .fill_size = rx_ring, .comp_size = tx_ring, .frame_size = chunk_, .frame_headroom = 0, .flags = 0};
    if (int error = xsk_umem__create(&umem_, memory_, bytes_, &c.fill, &c.completed, &umem))
      return failed("the UMEM cannot be registered", error,
                    "raise the limit of locked memory (ulimit -l unlimited), or give CAP_IPC_LOCK");
  }
  constexpr uint16_t kFlags[] = {0, XDP_COPY, XDP_ZEROCOPY};
  const xsk_socket_config config{.rx_size = rx_ring,
                                 .tx_size = tx_ring,
                                 .libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD,
                                 .xdp_flags = 0,
                                 .bind_flags = static_cast<uint16_t>(XDP_USE_NEED_WAKEUP | kFlags[options_.mode])};
  // The kernel gives a queue back in its own time behind the close of its last socket, as that of the run before this
  // one (xp_release_deferred, net/xdp/xsk_buff_pool.c).
  int error = 0;
  const uint64_t until = now_ns() + kReleaseNs;
  do {
    error = xsk_socket__create_shared(&c.socket, device_.name.c_str(), queue, umem_, receives ? &c.rx : nullptr,
                                      sends ? &c.tx : nullptr, &c.fill, &c.completed, &config);
  } while (error == -EBUSY && now_ns() < until && usleep(1000) == 0);
  if (error)
    return failed("queue " + std::to_string(queue) + " of `" + device_.name + "` gives no AF_XDP socket", error,
                  options_.mode == kZeroCopy ? "the driver may have no zero-copy: mode=auto"
                                             : "another program may have it, or there are fewer queues (ethtool -l)");
  xdp_options got{};
  socklen_t bytes = sizeof got;
  getsockopt(c.fd(), SOL_XDP, XDP_OPTIONS, &got, &bytes);
  c.zero_copy = got.flags & XDP_OPTIONS_ZEROCOPY;
  setsockopt(c.fd(), SOL_XDP, kMaxTxBudget, &tx_ring, sizeof tx_ring);
  if (options_.busy_poll == 0) return std::nullopt;
  const int on = 1, microseconds = static_cast<int>(options_.busy_poll), budget = kMaxBurst;
  if (setsockopt(c.fd(), SOL_SOCKET, SO_PREFER_BUSY_POLL, &on, sizeof on) ||
      setsockopt(c.fd(), SOL_SOCKET, SO_BUSY_POLL, &microseconds, sizeof microseconds) ||
      setsockopt(c.fd(), SOL_SOCKET, SO_BUSY_POLL_BUDGET, &budget, sizeof budget))
    return failed("the kernel does not poll for this socket", errno, "leave busy_poll out (it needs Linux 5.11)");
  return std::nullopt;
}

std::optional<Failure> AfXdp::attach() {
  const uint32_t count = static_cast<uint32_t>(channels_.size());
  map_ = bpf_map_create(BPF_MAP_TYPE_XSKMAP, "nmgen_sockets", sizeof(int), sizeof(int), count, nullptr);
  if (map_ < 0 && errno == EPERM)
    return Failure{"no-permission", "to receive, AF_XDP needs an XDP program, and that CAP_BPF",
                   "run as root (sudo), or in a container with --cap-add BPF"};
  if (map_ < 0) return failed("the map of sockets cannot be made", errno, kLook);
  for (auto& channel : channels_)
    if (int error = channel->receives ? xsk_socket__update_xskmap(channel->socket, map_) : 0)
      return failed("a socket cannot be put into the map", error, kLook);
  program_ = load_program(map_);
  if (program_ < 0) return failed("the XDP program is not accepted", errno, kLook);
  int error = 0;
  for (bool generic : {false, true}) {
    if (options_.program == (generic ? 1u : 2u)) continue;
    bpf_link_create_opts how{};
    how.sz = sizeof how;
    how.flags = generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
    link_ = bpf_link_create(program_, device_.index, BPF_XDP, &how);
    error = link_ < 0 ? errno : 0;
    generic_ = generic;
    if (link_ >= 0) return std::nullopt;
    if (error == EBUSY || error == EEXIST) break;
  }
  if (error == EBUSY || error == EEXIST)
    return Failure{"device-in-use", "another XDP program is on `" + device_.name + "`",
                   "end what loaded it, or take it off: ip link set dev " + device_.name + " xdp off"};
  return failed("the XDP program cannot be put on `" + device_.name + "`", error, "try program=generic");
}

std::map<std::string, std::string> AfXdp::facts() const {
  auto facts = netdev::facts(device_, !rx_.empty());
  facts["mode"] = channels_[0]->zero_copy ? "zero-copy" : "copy";
  facts["sockets"] = std::to_string(channels_.size());
  if (rx_.empty()) return facts;
  facts["program"] = generic_ ? "generic (skb)" : "native";
  if (netdev::strips_vlan(device_))
    facts["rxvlan"] = "on: hides VLAN tags (ethtool -K " + device_.name + " rxvlan off)";
  return facts;
}

std::map<std::string, uint64_t> AfXdp::counters() const {
  auto counters = netdev::counters(device_);
  for (const auto& channel : channels_) {
    xdp_statistics stats{};
    socklen_t bytes = sizeof stats;
    if (getsockopt(channel->fd(), SOL_XDP, XDP_STATISTICS, &stats, &bytes)) continue;
    // A copy that finds no chunk to lie in counts as dropped, and once more under rx_fill_ring_empty_descs
    // (xp_alloc and __xsk_rcv of net/xdp); with zero-copy those are times that the driver asked, not frames.
    counters["rx_missed"] += stats.rx_dropped + stats.rx_ring_full;
    counters["tx_invalid"] += stats.tx_invalid_descs;
  }
  return counters;
}

constexpr Argument kArguments[] = {
    {"mode", "auto (default), copy or zero-copy: who moves the frames, the driver or the kernel"},
    {"program", "receiving: auto (default), native or generic XDP"},
    {"slots", "TX frames of each queue: 128, 256, 512 (default) ... 8192"},
    {"rx_slots", "RX frames of each queue: 128 ... 2048 (default) ... 8192"},
    {"busy_poll", "microseconds that a call polls the driver for, 0 to 1000 (default 0: interrupts)"}};

std::optional<Failure> probe() { return netdev::no_permission("AF_XDP sockets", {CAP_NET_RAW, CAP_NET_ADMIN}); }

Expected<std::unique_ptr<Device>> open(const OpenRequest& request) {
  log_xdp();
  Options options;
  auto choice = [](const char* key, uint32_t* value, const auto& choices) {
    return Setting{.key = key, .value = value, .choices = {std::begin(choices), std::end(choices)}};
  };
  if (auto failure = read_settings("afxdp", request.device,
                                   {choice("mode", &options.mode, kModes),
                                    choice("program", &options.program, kPrograms),
                                    choice("slots", &options.slots, kSlots),
                                    choice("rx_slots", &options.rx_slots, kSlots),
                                    {"busy_poll", &options.busy_poll, 0, 1000}}))
    return *failure;
  const std::string name = request.device.substr(0, request.device.find(','));
  auto found = netdev::find(name, "afxdp", request);
  if (!found) return found.failure();
  if (request.max_frame > kLargeChunk - kHeadroom && request.tx_queues > 0)
    return Failure{"frame-too-long", "AF_XDP carries frames of up to 3844 B", "send shorter frames, or use afpacket:"};
  const uint32_t queues = netdev::channels(*found);
  if (std::max(request.tx_queues, request.rx_queues) > std::min(queues, kMaxQueues))
    return Failure{"too-many-queues", "`" + name + "` has " + std::to_string(queues) + " queues",
                   "ask for fewer, or give the interface more: ethtool -L " + name + " combined N"};
  auto device = std::make_unique<AfXdp>(*found, options);
  if (auto failure = device->create(request)) return *failure;
  return std::unique_ptr<Device>(std::move(device));
}

const Backend kAfXdp{"afxdp", "AF_XDP sockets on an interface: zero-copy where its driver can", kArguments, probe,
                     open};
const Register kRegistered{&kAfXdp};

}  // namespace
}  // namespace nmgen

#else

namespace nmgen {
namespace {

std::optional<Failure> probe() {
  return Failure{"afxdp-missing", "nmgen was built without AF_XDP: the headers of libxdp and libbpf were not there",
                 "apt-get install libxdp-dev libbpf-dev && npm rebuild"};
}
Expected<std::unique_ptr<Device>> open(const OpenRequest&) { return *probe(); }

const Backend kAfXdp{"afxdp", "AF_XDP sockets on an interface: zero-copy where its driver can", {}, probe, open};
const Register kRegistered{&kAfXdp};

}  // namespace
}  // namespace nmgen

#endif
