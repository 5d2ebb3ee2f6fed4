#include "afpacket_tx.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "../clock.h"

namespace nmgen::afpacket {
namespace {

constexpr uint64_t kFlushNs = 100'000'000;
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

}  // namespace

std::optional<Failure> Tx::create(const netdev::Netdev& device, const Options& options) {
  if (auto failure = socket_.open()) return failure;
  if (options.bypass && !socket_.set(PACKET_QDISC_BYPASS, 1)) return failed("the kernel has no PACKET_QDISC_BYPASS");
  if (!socket_.set(PACKET_VNET_HDR, 1)) return failed("the kernel has no PACKET_VNET_HDR");
  max_frame_ = device.max_frame();
  if (auto failure = map(options.slots)) return failure;
  if (auto failure = socket_.bind(device.index, 0)) return failure;
  refill();
  return std::nullopt;
}

std::optional<Failure> Tx::map(uint32_t slots) {
  const uint32_t room = kTxData + max_frame_ + kLine;                // and the widest store at its end
  const uint32_t slot = (room / kLine + 1) / 2 * 2 * kLine + kLine;  // odd, so that all cache sets are used
  const uint32_t per_block = kTxBlockBytes / slot, blocks = (slots + per_block - 1) / per_block;
  tpacket_req3 request{};
  request.tp_block_size = kTxBlockBytes;
  request.tp_block_nr = blocks;
  request.tp_frame_size = slot;
  request.tp_frame_nr = per_block * blocks;
  if (auto failure = socket_.map(PACKET_TX_RING, request)) return failure;
  for (uint32_t i = 0; i < request.tp_frame_nr; i++) {
    uint8_t* at = socket_.ring() + i / per_block * kTxBlockBytes + i % per_block * slot;
    all_.push_back({at + kTxData, 0, kNothing});
  }
  // The kernel charges what is under way to the socket: the skb's own memory and the frame's.
  const int buffer = static_cast<int>(all_.size() * (slot + 1024));
  setsockopt(socket_.fd(), SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof buffer);
  return std::nullopt;
}

uint32_t Tx::commit(uint32_t n, bool resized) {
  n = std::min(n, room);
  if (n == 0) return 0;
  if (resized) resize(head_, n);
  for (uint32_t i = head_; i < head_ + n; i++) status(i).store(TP_STATUS_SEND_REQUEST, std::memory_order_release);
  const int error = ::send(socket_.fd(), nullptr, 0, MSG_DONTWAIT) < 0 ? errno : 0;
  const uint32_t sent = is_refused(head_ + n - 1) ? take_back(n) : n;
  head_ = head_ + sent == all_.size() ? 0 : head_ + sent;
  scanned_ -= sent;
  look(error);
  refill();
  return sent;
}

// The window ends at the ring's end. Each slot is looked at once a lap, up to the first that is still out.
void Tx::refill() {
  const uint32_t most = std::min(static_cast<uint32_t>(all_.size()) - head_, kMaxBurst);
  while (scanned_ < most && !is_out(head_ + scanned_)) scanned_++;
  frames = &all_[head_];
  room = failure ? 0 : scanned_;
}

void Tx::flush() {
  const uint64_t until = now_ns() + kFlushNs;
  for (uint32_t i = 0; i < all_.size(); i++)
    while (is_out(i) && now_ns() < until) relax();
}

// The kernel reads the ring in our own calls only: what it has not taken is ours again.
uint32_t Tx::take_back(uint32_t n) {
  while (n > 0 && is_refused(head_ + n - 1)) status(head_ + --n).store(TP_STATUS_AVAILABLE);
  return n;
}

void Tx::resize(uint32_t first, uint32_t n) {
  for (uint32_t i = first; i < first + n; i++) {
    header(i).tp_len = static_cast<uint32_t>(sizeof(VnetHeader)) + all_[i].length;
    VnetHeader copied{};
    copied.hdr_len = static_cast<uint16_t>(all_[i].length);
    std::memcpy(all_[i].data - sizeof copied, &copied, sizeof copied);
  }
}

void Tx::look(int error) {
  const bool passing = error == 0 || error == EAGAIN || error == ENOBUFS || error == EINTR;
  if (auto lost = passing ? watch_.look() : watch_.look_now()) failure = lost;
  if (!passing && !failure)
    failure = {"send-failed", std::string("the kernel refuses the frames: ") + strerror(error),
               "`dmesg` may tell more"};
}

tpacket3_hdr& Tx::header(uint32_t i) { return *reinterpret_cast<tpacket3_hdr*>(all_[i].data - kTxData); }

bool Tx::is_out(uint32_t i) {
  return status(i).load(std::memory_order_acquire) & (TP_STATUS_SEND_REQUEST | TP_STATUS_SENDING);
}

bool Tx::is_refused(uint32_t i) {
  return status(i).load(std::memory_order_relaxed) & (TP_STATUS_SEND_REQUEST | TP_STATUS_WRONG_FORMAT);
}

}  // namespace nmgen::afpacket
