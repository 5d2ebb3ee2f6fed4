// xdp: live frames (BPF_PROG_RUN, Documentation/bpf/bpf_prog_run.rst). A program of ours, called by the system call for
// as many frames as are filled, copies them from memory that we share with it into pages that the kernel recycles, and
// redirects them to the interface: no socket, no socket buffer, no queueing discipline. It only sends.

namespace {
constexpr const char* kName = "xdp";
constexpr const char* kDoc = "live frames of BPF on an interface: sends only, the fastest way of the kernel";
}  // namespace

#ifdef NMGEN_XDP

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/capability.h>
#include <linux/if_link.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "../backend.h"
#include "../clock.h"
#include "../log.h"
#include "netdev.h"
#include "netdev_driver.h"
#include "netdev_watch.h"
#include "permission.h"
#include "xdp_log.h"
#include "xdp_program.h"
#include "xdp_target.h"

namespace nmgen {
namespace {

using xdp::Arena;
using xdp::Cursor;

constexpr uint64_t kFlushNs = 100'000'000;
constexpr uint64_t kPatienceNs = 1'000'000'000;  // with an interface that is up and yet refuses
constexpr uint32_t kMaxQueues = 64;
// What a page of 4 KiB holds beside the kernel's notes, the headroom and skb_shared_info (bpf_prog_test_run_xdp).
constexpr uint32_t kLongest = 3368;
constexpr const char* kSlots[] = {"128", "256", "512", "1024", "2048", "4096", "8192"};

// Gathers frames until all slots are filled or nothing more is due: a system call costs as much as 20 frames.
class Tx final : public TxQueue {
 public:
  static Expected<std::unique_ptr<Tx>> create(const netdev::Netdev& device, int devices, uint32_t slots,
                                              uint32_t frame_bytes);
  std::span<Frame> all() override { return all_; }
  uint32_t max_frame() const override { return arena_.stride(); }
  void filled() override {
    cursor().bytes = 0;
    resize(0, arena_.slots());
  }

  uint32_t commit(uint32_t n, bool resized) override {
    n = std::min(n, room);
    if (n == 0) return 0;
    if (resized) resize(slot(cursor().end), n);
    cursor().end += n;
    if (waiting() == arena_.slots()) send();
    show();
    return n;
  }
  void refill() override {
    if (room == 0) send();
    show();
  }
  void push() override {
    send();
    show();
  }
  void flush() override {
    for (const uint64_t until = now_ns() + kFlushNs; waiting() && !failure && now_ns() < until;) send();
    show();
  }
  void unsent(const std::function<void(const Frame&)>& tell) override {
    for (uint64_t k = cursor().sent; k < cursor().end; k++) tell(all_[slot(k)]);
  }

 private:
  explicit Tx(const netdev::Netdev& device) : device_(device), watch_(device.name, true) {}
  Cursor& cursor() const { return arena_.cursor(); }
  uint32_t slot(uint64_t k) const { return static_cast<uint32_t>(k % arena_.slots()); }
  uint32_t waiting() const { return static_cast<uint32_t>(cursor().end - cursor().sent); }
  void resize(uint32_t first, uint32_t n) {
    for (uint32_t i = first; i < first + n; i++) {
      arena_.length(i) = all_[i].length;
      cursor().bytes = std::max(cursor().bytes, all_[i].length);
    }
  }
  void show() {
    const uint32_t first = slot(cursor().end);
    frames = &all_[first];
    room = failure ? 0 : std::min({kMaxBurst, arena_.slots() - waiting(), arena_.slots() - first});
  }
  void send();
  void look(bool moved);

  netdev::Netdev device_;
  netdev::Watch watch_;
  Arena arena_;
  Handle program_, witness_;
  xdp::Residence residence_;
  std::vector<Frame> all_;
  uint64_t refused_since_ = 0;
};

Expected<std::unique_ptr<Tx>> Tx::create(const netdev::Netdev& device, int devices, uint32_t slots,
                                         uint32_t frame_bytes) {
  std::unique_ptr<Tx> tx(new Tx(device));
  auto arena = Arena::create(slots, frame_bytes);
  if (!arena) return arena.failure();
  tx->arena_ = std::move(*arena);
  auto program = xdp::load_sender(tx->arena_, devices);
  if (!program) return program.failure();
  tx->program_ = std::move(*program);
  auto witness = xdp::attach_witness(tx->arena_);
  if (!witness) return witness.failure();
  tx->witness_ = std::move(*witness);
  auto residence = xdp::Residence::of(tx->program_.get());
  if (!residence) return residence.failure();
  tx->residence_ = std::move(*residence);
  for (uint32_t i = 0; i < tx->arena_.slots(); i++) tx->all_.push_back({tx->arena_.frame(i), 0, kNothing});
  tx->show();
  return tx;
}

void Tx::send() {
  if (waiting() == 0 || failure) return;
  Cursor& c = cursor();
  const uint64_t before = c.sent;
  c.error = 0;
  const int error = xdp::run_live(program_.get(), arena_.frame(0), c.bytes, waiting());
  if (error && error != -EINTR && error != -EAGAIN && error != -ENOMEM)
    failure = Failure{"xdp-failed", "BPF_PROG_RUN on `" + device_.name + "` failed: " + strerror(-error),
                      "NMGEN_LOG=debug shows more; afxdp:" + device_.name + " does without it"};
  // Those that did not reach the interface: it is down or gone, or they are too long for it now.
  if (c.next != c.sent) c.error = c.error ? c.error : -ENETDOWN;
  c.next = c.sent;
  look(c.sent != before);
}

// An interface that is full takes fewer frames; one that says an error, or nothing at all, may be no more.
void Tx::look(bool moved) {
  const bool refused = cursor().error && !moved;
  if (auto lost = refused ? watch_.look_now() : watch_.look()) failure = lost;
  if (!refused) refused_since_ = 0;
  if (!refused || failure) return;
  const uint64_t now = now_ns();
  if (refused_since_ == 0) refused_since_ = now;
  if (now - refused_since_ > kPatienceNs) failure = xdp::takes_no_frames(device_);
}

class Xdp final : public Device {
 public:
  explicit Xdp(netdev::Netdev device) : device_(std::move(device)) {}
  std::optional<Failure> create(const OpenRequest& request, uint32_t slots);

  uint32_t tx_queues() const override { return static_cast<uint32_t>(tx_.size()); }
  uint32_t rx_queues() const override { return 0; }
  TxQueue* tx(uint32_t queue) override { return tx_[queue].get(); }
  RxQueue* rx(uint32_t) override { return nullptr; }
  uint64_t link_bps() const override { return netdev::link_bps(device_.name); }
  std::map<std::string, std::string> facts() const override { return netdev::facts(device_, false); }
  std::map<std::string, uint64_t> counters() const override { return netdev::counters(device_); }

 private:
  netdev::Netdev device_;
  Handle devices_;  // the map by which the programs name the interface
  std::vector<std::unique_ptr<Tx>> tx_;
};

std::optional<Failure> Xdp::create(const OpenRequest& request, uint32_t slots) {
  const uint32_t key = 0, index = static_cast<uint32_t>(device_.index);
  devices_ = Handle(bpf_map_create(BPF_MAP_TYPE_DEVMAP, "nmgen_device", sizeof key, sizeof index, 1, nullptr));
  if (!devices_ || bpf_map_update_elem(devices_.get(), &key, &index, BPF_ANY) != 0)
    return Failure{"xdp-failed", "frames cannot be redirected to `" + device_.name + "`: " + strerror(errno),
                   "use afxdp:" + device_.name};
  const uint32_t longest = std::min({request.max_frame, device_.max_frame(), kLongest});
  for (uint32_t q = 0; q < request.tx_queues; q++) {
    auto tx = Tx::create(device_, devices_.get(), slots, longest);
    if (!tx) return tx.failure();
    tx_.push_back(std::move(*tx));
  }
  return std::nullopt;
}

constexpr Argument kArguments[] = {
    {"slots", "frames of each queue, sent by one system call at most: 128 ... 2048 (default) ... 8192"}};

std::optional<Failure> probe() {
  // Who has CAP_SYS_ADMIN has both of the others (bpf_capable, perfmon_capable: include/linux/capability.h).
  const bool may_all = has_capability(CAP_SYS_ADMIN);
  const auto lacking = may_all ? no_permission("live frames", {CAP_NET_ADMIN})
                               : no_permission("live frames", {CAP_NET_ADMIN, CAP_BPF, CAP_PERFMON});
  if (lacking) return lacking;
  const int error = xdp::try_live();
  if (error == 0) return std::nullopt;
  return Failure{"no-live-frames", std::string("this kernel sends no live frames: ") + strerror(-error),
                 "Linux 5.18 and later do, with CONFIG_BPF_JIT and CONFIG_XDP_SOCKETS; use afxdp:"};
}

std::optional<Failure> possible(const netdev::Netdev& device, const OpenRequest& request) {
  if (request.rx_queues > 0)
    return Failure{"sends-only", "`xdp:" + device.name + "` sends only", "receive with afxdp: or afpacket:"};
  if (request.tx_queues > kMaxQueues) return Failure{"too-many-queues", "xdp: has at most 64 queues", "ask for fewer"};
  if (request.max_frame > kLongest)
    return Failure{"frame-too-long", "xdp: carries frames of up to 3372 B", "send shorter frames, or use afpacket:"};
  return xdp::whether_it_takes_frames(device);
}

Expected<std::unique_ptr<Device>> open(const OpenRequest& request) {
  log_xdp();
  uint32_t slots = 4;
  if (auto failure =
          read_settings(kName, request.device,
                        {{.key = "slots", .value = &slots, .choices = {std::begin(kSlots), std::end(kSlots)}}}))
    return *failure;
  auto found = netdev::find(request.device.substr(0, request.device.find(',')), kName, request);
  if (!found) return found.failure();
  if (auto failure = possible(*found, request)) return *failure;
  auto device = std::make_unique<Xdp>(*found);
  if (auto failure = device->create(request, 128u << slots)) return *failure;
  return std::unique_ptr<Device>(std::move(device));
}

const Backend kXdp{kName, kDoc, kArguments, probe, open};
const Register kRegistered{&kXdp};

}  // namespace
}  // namespace nmgen

#else

#include "not_built.h"

namespace nmgen {
namespace {

Failure without_xdp() {
  return {"xdp-missing", "nmgen was built without XDP: the headers of libxdp and libbpf were not there",
          "apt-get install libxdp-dev libbpf-dev && npm rebuild"};
}
const Backend kXdp = not_built<without_xdp>(kName, kDoc);
const Register kRegistered{&kXdp};

}  // namespace
}  // namespace nmgen

#endif
