#include "afpacket_rx.h"

#include <linux/if_ether.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <ctime>

#include "../checksum.h"
#include "../clock.h"

namespace nmgen::afpacket {
namespace {

constexpr uint64_t kLongestWaitNs = 60'000'000'000;  // of a frame in the ring, before its block is found
constexpr uint64_t kClockNs = 100'000'000;           // by which no clock drifts from one block to the next

// The kernel takes the outer tag off, even where no device did (skb_vlan_untag).
void put_tag_back(Frame& frame, const tpacket_hdr_variant1& tag) {
  frame.data -= kVlanBytes;
  frame.length += kVlanBytes;
  std::memmove(frame.data, frame.data + kVlanBytes, 2 * ETH_ALEN);
  put16(frame.data + 2 * ETH_ALEN, tag.tp_vlan_tpid ? tag.tp_vlan_tpid : uint16_t{ETH_P_8021Q});
  put16(frame.data + 2 * ETH_ALEN + 2, static_cast<uint16_t>(tag.tp_vlan_tci));
}

}  // namespace

std::optional<Failure> Rx::create(const netdev::Netdev& device, const Options& options) {
  if (auto failure = socket_.open()) return failure;
  socket_.set(PACKET_RESERVE, kVlanBytes);  // room to put back a tag that the kernel took off
  socket_.set(PACKET_IGNORE_OUTGOING, 1);   // Linux 4.20; `show` makes up for its lack
  if (auto failure = map(options)) return failure;
  if (auto failure = socket_.bind(device.index, ETH_P_ALL)) return failure;
  return options.promiscuous ? see_everything(device) : std::nullopt;
}

std::optional<Failure> Rx::map(const Options& options) {
  blocks_ = options.blocks;
  block_bytes_ = 64 * 1024u << options.block_size;
  tpacket_req3 request{};
  request.tp_block_size = block_bytes_;
  request.tp_block_nr = blocks_;
  request.tp_frame_size = 2048;  // of no meaning but for a check: frames lie close together
  request.tp_frame_nr = block_bytes_ / request.tp_frame_size * blocks_;
  request.tp_retire_blk_tov = options.timeout_ms;
  return socket_.map(PACKET_RX_RING, request);
}

std::optional<Failure> Rx::see_everything(const netdev::Netdev& device) const {
  packet_mreq promiscuous{};
  promiscuous.mr_ifindex = device.index;
  promiscuous.mr_type = PACKET_MR_PROMISC;
  if (setsockopt(socket_.fd(), SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous, sizeof promiscuous) == 0)
    return std::nullopt;
  return failed("the interface cannot be made promiscuous");
}

std::optional<Failure> Rx::join(int& group, const Options& options) {
  constexpr int kIgnoreOutgoing = 0x4000;  // PACKET_FANOUT_FLAG_IGNORE_OUTGOING, Linux 6.1
  const int first = group < 0 ? PACKET_FANOUT_FLAG_UNIQUEID : 0, type = static_cast<int>(options.fanout);
  group = std::max(group, 0);
  if (!socket_.set(PACKET_FANOUT, group | (type | first | kIgnoreOutgoing) << 16) &&
      !socket_.set(PACKET_FANOUT, group | (type | first) << 16))
    return failed("the kernel cannot spread frames over several sockets (PACKET_FANOUT)", "use one RX queue");
  int joined = 0;
  socklen_t bytes = sizeof joined;
  if (getsockopt(socket_.fd(), SOL_PACKET, PACKET_FANOUT, &joined, &bytes)) return failed("PACKET_FANOUT is not known");
  group = joined & 0xffff;
  return std::nullopt;
}

std::span<const Frame> Rx::peek() {
  while (shown_ == 0 && open_block()) {
    while (left_ > 0 && shown_ < kMaxBurst) show();
    if (shown_ == 0) close_block();
  }
  if (shown_ == 0)
    if (auto lost = watch_.look()) failure = lost;
  return {frames_, shown_};
}

void Rx::release(uint32_t n) {
  shown_ -= n;
  std::copy_n(frames_ + n, shown_, frames_);
  std::copy_n(arrived_ + n, shown_, arrived_);
  if (shown_ == 0 && left_ == 0 && next_) close_block();
}

// Reading resets the kernel's counters (packet(7)).
uint64_t Rx::drops() {
  tpacket_stats_v3 stats{};
  socklen_t bytes = sizeof stats;
  std::scoped_lock lock(drops_mutex_);
  if (getsockopt(socket_.fd(), SOL_PACKET, PACKET_STATISTICS, &stats, &bytes) == 0) drops_ += stats.tp_drops;
  return drops_;
}

bool Rx::open_block() {
  if (next_) return true;
  if (!(status().load(std::memory_order_acquire) & TP_STATUS_USER)) return false;
  next_ = reinterpret_cast<uint8_t*>(&block()) + block().hdr.bh1.offset_to_first_pkt;
  left_ = block().hdr.bh1.num_pkts;
  read_clocks();
  return true;
}

void Rx::read_clocks() {
  timespec real;
  clock_gettime(CLOCK_REALTIME, &real);
  opened_ns_ = now_ns();
  const uint64_t before = real_ahead_ns_;
  real_ahead_ns_ =
      static_cast<uint64_t>(real.tv_sec) * 1'000'000'000 + static_cast<uint64_t>(real.tv_nsec) - opened_ns_;
  clock_was_set_ = before && real_ahead_ns_ - before + kClockNs > 2 * kClockNs;
}

void Rx::close_block() {
  status().store(TP_STATUS_KERNEL, std::memory_order_release);
  block_ = block_ + 1 == blocks_ ? 0 : block_ + 1;
  next_ = nullptr;
}

void Rx::show() {
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
uint64_t Rx::in_our_time(uint64_t stamp) const {
  const uint64_t at = stamp - real_ahead_ns_;
  return !clock_was_set_ && at <= opened_ns_ && opened_ns_ - at < kLongestWaitNs ? at : opened_ns_;
}

}  // namespace nmgen::afpacket
