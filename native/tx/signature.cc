#include "signature.h"

#include <algorithm>
#include <cstring>

#include "backend.h"

namespace nmgen {
namespace {

constexpr uint32_t kMacs = 12;
constexpr uint32_t kExtensions = 8;  // IPv6 extension headers to look behind

bool is_tag(uint16_t ethertype) { return ethertype == 0x8100 || ethertype == 0x88a8 || ethertype == 0x9100; }

// Destination unreachable, source quench, redirect, time exceeded, parameter problem.
bool quotes_v4(uint8_t type) { return type == 3 || type == 4 || type == 5 || type == 11 || type == 12; }

bool is_error_v4(const uint8_t* ip, uint32_t length) {
  if (length < 20 || ip[9] != 1) return false;
  const uint32_t header = (ip[0] & 15u) * 4;
  return (get16(ip + 6) & 0x1fff) == 0 && header < length && quotes_v4(ip[header]);
}

bool is_error_v6(const uint8_t* ip, uint32_t length) {
  if (length < 40) return false;
  uint8_t next = ip[6];
  uint32_t at = 40;
  for (uint32_t n = 0; n < kExtensions && at + 2 <= length; n++) {
    if (next == 58) return ip[at] < 128;  // RFC 4443 section 2.1: errors have the high bit zero
    if (next != 0 && next != 43 && next != 44 && next != 60) return false;
    const uint32_t header = next == 44 ? 8 : (ip[at + 1] + 1u) * 8;
    next = ip[at];
    at += header;
  }
  return false;
}

constexpr uint32_t kPlaces = 16;
static_assert(kPlaces < kSignatureBytes, "where a signature has room, as many places and one byte more can be read");

// Does the magic stand at one of 16 places?
bool has_magic(const uint8_t* at) {
  using Bytes = uint8_t __attribute__((vector_size(kPlaces)));
  Bytes first, second;
  std::memcpy(&first, at, sizeof first);
  std::memcpy(&second, at + 1, sizeof second);
  const auto hits = (first == kSignatureMagic >> 8) & (second == (kSignatureMagic & 0xff));
  uint64_t halves[2];
  std::memcpy(halves, &hits, sizeof halves);
  return halves[0] | halves[1];
}

}  // namespace

bool is_icmp_error(const uint8_t* frame, uint32_t length) {
  uint32_t at = kMacs;
  while (at + 2 <= length && is_tag(get16(frame + at))) at += kVlanBytes;
  if (at + 2 > length) return false;
  const uint16_t ethertype = get16(frame + at);
  at += 2;
  if (ethertype == 0x0800) return is_error_v4(frame + at, length - at);
  return ethertype == 0x86dd && is_error_v6(frame + at, length - at);
}

uint32_t find_signature(const uint8_t* frame, uint32_t length, uint32_t from) {
  if (length < kSignatureBytes) return length;
  const uint32_t last = length - kSignatureBytes;
  for (uint32_t at = from; at <= last;) {
    const uint32_t end = std::min(at + kPlaces, last + 1);
    if (!has_magic(frame + at)) {
      at = end;
      continue;
    }
    for (; at < end; at++)
      if (get16(frame + at) == kSignatureMagic && is_whole(frame + at)) return at;
  }
  return length;
}

}  // namespace nmgen
