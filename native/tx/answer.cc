#include "answer.h"

#include <algorithm>
#include <cstring>

#include "checksum.h"

namespace nmgen {
namespace {

constexpr uint32_t kMacBytes = 6, kEthernet = 14, kShortest = 60;
constexpr uint16_t kArp = 0x0806, kIpv4 = 0x0800, kIpv6 = 0x86dd, kVlan = 0x8100, kSvlan = 0x88a8;
constexpr uint32_t kArpBytes = 28, kIpv6Header = 40, kAdvertisement = 32;
constexpr uint8_t kIcmp = 1, kIcmpv6 = 58, kHops = 64, kOnLinkHops = 255;

// What lies behind the tags: its EtherType and where it begins.
struct Inner {
  uint16_t type = 0;
  uint32_t at = 0;
};

Inner inner_of(std::span<const uint8_t> frame) {
  for (uint32_t at = kEthernet; at <= frame.size() && at <= kEthernet + 2 * kVlanBytes; at += kVlanBytes) {
    const uint16_t type = get16(&frame[at - 2]);
    if (type != kVlan && type != kSvlan) return {type, at};
  }
  return {};
}

uint64_t sum_of(const uint8_t* at, uint32_t bytes) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i + 1 < bytes; i += 2) sum += get16(at + i);
  return bytes % 2 ? sum + static_cast<uint64_t>(at[bytes - 1] << 8) : sum;
}

template <size_t N>
bool has(const std::vector<std::array<uint8_t, N>>& addresses, const uint8_t* at) {
  return std::ranges::any_of(addresses, [&](const auto& one) { return std::memcmp(one.data(), at, N) == 0; });
}

bool is_ours(const Owner& owner, const uint8_t* mac) { return std::memcmp(mac, owner.mac.data(), kMacBytes) == 0; }
bool is_group(const uint8_t* mac) { return mac[0] & 1; }

// The request's headers up to the tags, back to where they came from.
void turn_back(const Owner& owner, std::span<const uint8_t> frame, uint32_t bytes, uint8_t* reply) {
  std::memcpy(reply, frame.data(), bytes);
  std::memcpy(reply, &frame[kMacBytes], kMacBytes);
  std::memcpy(reply + kMacBytes, owner.mac.data(), kMacBytes);
}

uint32_t padded(uint8_t* reply, uint32_t bytes) {
  if (bytes < kShortest) std::memset(reply + bytes, 0, kShortest - bytes);
  return std::max(bytes, kShortest);
}

uint32_t answer_arp(const Owner& owner, std::span<const uint8_t> frame, uint32_t at, uint8_t* reply) {
  static constexpr uint8_t kRequest[] = {0, 1, 8, 0, 6, 4, 0, 1};  // Ethernet, IPv4, their sizes, request
  if (frame.size() < at + kArpBytes || std::memcmp(&frame[at], kRequest, sizeof kRequest)) return 0;
  const uint8_t* sender = &frame[at + 8];
  const uint8_t* target = &frame[at + 24];
  if (!has(owner.ipv4, target)) return 0;
  turn_back(owner, frame, at, reply);
  std::memcpy(reply, sender, kMacBytes);
  uint8_t* arp = reply + at;
  std::memcpy(arp, kRequest, sizeof kRequest);
  arp[7] = 2;  // reply
  std::memcpy(arp + 8, owner.mac.data(), kMacBytes);
  std::memcpy(arp + 14, target, 4);
  std::memcpy(arp + 18, sender, kMacBytes + 4);
  return padded(reply, at + kArpBytes);
}

uint32_t answer_ping(const Owner& owner, std::span<const uint8_t> frame, uint32_t at, uint8_t* reply) {
  if (!is_ours(owner, frame.data()) || frame.size() < at + 20) return 0;
  const uint8_t* ip = &frame[at];
  const uint32_t header = (ip[0] & 15) * 4u, bytes = get16(ip + 2);
  const bool whole = (get16(ip + 6) & 0x3fff) == 0;  // neither more fragments nor an offset
  if (ip[0] >> 4 != 4 || header < 20 || bytes < header + 8 || at + bytes > frame.size() || !whole) return 0;
  if (ip[9] != kIcmp || !has(owner.ipv4, ip + 16) || ip[12] >= 224 || fold(sum_of(ip, header)) != 0xffff) return 0;
  if (get16(ip + header) != 0x0800 || fold(sum_of(ip + header, bytes - header)) != 0xffff) return 0;
  turn_back(owner, frame, at + bytes, reply);
  uint8_t* out = reply + at;
  std::memcpy(out + 12, ip + 16, 4);
  std::memcpy(out + 16, ip + 12, 4);
  out[8] = kHops;
  put16(out + 10, 0);
  put16(out + 10, finish(sum_of(out, header), false));
  put16(out + header, 0);  // echo reply
  put16(out + header + 2, 0);
  put16(out + header + 2, finish(sum_of(out + header, bytes - header), false));
  return padded(reply, at + bytes);
}

// RFC 8200 section 8.1.
uint64_t sum_ipv6(const uint8_t* ip, uint32_t bytes) {
  return sum_of(ip + 8, 32) + bytes + kIcmpv6 + sum_of(ip + kIpv6Header, bytes);
}

uint32_t answer_solicitation(const Owner& owner, std::span<const uint8_t> frame, uint32_t at, uint8_t* reply) {
  const uint8_t* ip = &frame[at];
  const uint8_t* target = ip + kIpv6Header + 8;
  if (ip[7] != kOnLinkHops || get16(ip + 4) < 24 || !has(owner.ipv6, target)) return 0;
  static constexpr uint8_t kNobody[16] = {}, kAllNodes[16] = {0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  static constexpr uint8_t kAllNodesMac[] = {0x33, 0x33, 0, 0, 0, 1};
  const bool probe = std::memcmp(ip + 8, kNobody, 16) == 0;  // duplicate address detection: nobody to answer to
  turn_back(owner, frame, at + kIpv6Header, reply);
  if (probe) std::memcpy(reply, kAllNodesMac, kMacBytes);
  uint8_t* out = reply + at;
  put16(out + 4, kAdvertisement);
  std::memcpy(out + 8, target, 16);
  std::memcpy(out + 24, probe ? kAllNodes : ip + 8, 16);
  uint8_t* icmp = out + kIpv6Header;
  put32(icmp, 136u << 24);
  put32(icmp + 4, probe ? 0x20000000 : 0x60000000);  // override, and solicited
  std::memcpy(icmp + 8, target, 16);
  put16(icmp + 24, 0x0201);  // target link-layer address, 8 bytes
  std::memcpy(icmp + 26, owner.mac.data(), kMacBytes);
  put16(icmp + 2, finish(sum_ipv6(out, kAdvertisement), false));
  return at + kIpv6Header + kAdvertisement;
}

uint32_t answer_ping6(const Owner& owner, std::span<const uint8_t> frame, uint32_t at, uint8_t* reply) {
  const uint8_t* ip = &frame[at];
  const uint32_t bytes = get16(ip + 4);
  if (!is_ours(owner, frame.data()) || !has(owner.ipv6, ip + 24) || ip[8] == 0xff) return 0;
  turn_back(owner, frame, at + kIpv6Header + bytes, reply);
  uint8_t* out = reply + at;
  std::memcpy(out + 8, ip + 24, 16);
  std::memcpy(out + 24, ip + 8, 16);
  out[7] = kHops;
  uint8_t* icmp = out + kIpv6Header;
  icmp[0] = 129;
  put16(icmp + 2, 0);
  put16(icmp + 2, finish(sum_ipv6(out, bytes), false));
  return at + kIpv6Header + bytes;
}

uint32_t answer_ipv6(const Owner& owner, std::span<const uint8_t> frame, uint32_t at, uint8_t* reply) {
  if (frame.size() < at + kIpv6Header + 8) return 0;
  const uint8_t* ip = &frame[at];
  const uint32_t bytes = get16(ip + 4);
  if (ip[0] >> 4 != 6 || ip[6] != kIcmpv6 || bytes < 8 || at + kIpv6Header + bytes > frame.size()) return 0;
  if (fold(sum_ipv6(ip, bytes)) != 0xffff) return 0;
  const uint16_t type_and_code = get16(ip + kIpv6Header);
  if (type_and_code == 135 << 8) return answer_solicitation(owner, frame, at, reply);
  return type_and_code == 128 << 8 ? answer_ping6(owner, frame, at, reply) : 0;
}

}  // namespace

uint32_t answer_to(const Owner& owner, std::span<const uint8_t> frame, uint8_t* reply) {
  const Inner inner = inner_of(frame);
  if (inner.at == 0 || (!is_ours(owner, frame.data()) && !is_group(frame.data()))) return 0;
  switch (inner.type) {
    case kArp:
      return answer_arp(owner, frame, inner.at, reply);
    case kIpv4:
      return answer_ping(owner, frame, inner.at, reply);
    case kIpv6:
      return answer_ipv6(owner, frame, inner.at, reply);
  }
  return 0;
}

bool may_name_neighbour(std::span<const uint8_t> frame) {
  const Inner inner = inner_of(frame);
  return inner.type == kArp ||
         (inner.type == kIpv6 && frame.size() > inner.at + kIpv6Header && frame[inner.at + 6] == kIcmpv6);
}

bool Answerer::take(const Frame& frame) {
  if (frame.length > kMaxFrame) return false;
  std::scoped_lock lock(box_in_use_);
  const uint32_t n = waiting_.load(std::memory_order_relaxed);
  Answer& answer = box_[n];  // the last one is for what finds no room
  answer.length = answer_to(owner_, {frame.data, frame.length}, answer.bytes);
  if (answer.length == 0) return false;
  if (n < kMostWaiting && answer.length <= queue_.max_frame()) waiting_.store(n + 1, std::memory_order_relaxed);
  return true;
}

void Answerer::send_if_free() {
  const std::unique_lock lock(queue_in_use_, std::try_to_lock);
  if (lock) send();
}

uint32_t Answerer::send() {
  std::scoped_lock lock(box_in_use_);
  const uint32_t n = waiting_.load(std::memory_order_relaxed);
  uint32_t sent = 0, undressed = 0;
  while (sent < n && put({box_[sent].bytes, box_[sent].length}, undressed)) sent++;
  for (uint32_t i = sent; i < n && sent; i++) {
    box_[i - sent].length = box_[i].length;
    std::memcpy(box_[i - sent].bytes, box_[i].bytes, box_[i].length);
  }
  waiting_.store(n - sent, std::memory_order_relaxed);
  if (sent) queue_.push();
  return undressed;
}

bool Answerer::send(std::span<const uint8_t> frame) {
  uint32_t undressed = 0;
  const std::unique_lock lock(queue_in_use_, std::try_to_lock);
  if (!lock || frame.size() > queue_.max_frame() || !put(frame, undressed)) return false;
  queue_.push();
  queue_.flush();
  return true;
}

// The buffer holds no template from then on: the loop fills it again before its next packet.
bool Answerer::put(std::span<const uint8_t> frame, uint32_t& undressed) {
  if (queue_.room == 0) queue_.refill();
  if (queue_.room == 0) return false;
  Frame& buffer = queue_.frames[0];
  std::memcpy(buffer.data, frame.data(), frame.size());
  buffer.length = static_cast<uint32_t>(frame.size());
  if (buffer.holds != kNothing) undressed++;
  buffer.holds = kNothing;
  return queue_.commit(1, true) == 1;
}

}  // namespace nmgen
