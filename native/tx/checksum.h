#pragma once

#include <cstdint>
#include <cstring>

// One's-complement sums (RFC 1071). A sum is kept in 64 bits and folded once at the end.
namespace nmgen {

inline uint16_t fold(uint64_t sum) {
  sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16);
  sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<uint16_t>((sum & 0xffff) + (sum >> 16));
}

// RFC 1624 eqn. 3, HC' = ~(~HC + ~m + m'), with m = 0: the template's varying bytes count as zero.
inline uint16_t finish(uint64_t sum, bool zero_is_ones) {
  uint16_t checksum = static_cast<uint16_t>(~fold(sum));
  return checksum == 0 && zero_is_ones ? 0xffff : checksum;
}

// What is sent for a checksum that must be wrong. Not 0, which means "none" to UDP (RFC 768) and SCTP (RFC 9653); and
// never the other form of zero, which would be as right.
inline uint32_t spoil(uint32_t right) { return right == 1 ? 2 : right ^ 1; }

inline uint16_t get16(const uint8_t* at) { return static_cast<uint16_t>(at[0] << 8 | at[1]); }

inline void put16(uint8_t* at, uint16_t value) {
  value = __builtin_bswap16(value);
  std::memcpy(at, &value, sizeof value);
}

inline uint32_t get32(const uint8_t* at) {
  uint32_t value;
  std::memcpy(&value, at, sizeof value);
  return __builtin_bswap32(value);
}

inline void put32(uint8_t* at, uint32_t value) {
  value = __builtin_bswap32(value);
  std::memcpy(at, &value, sizeof value);
}

inline uint64_t get64(const uint8_t* at) {
  uint64_t value;
  std::memcpy(&value, at, sizeof value);
  return __builtin_bswap64(value);
}

inline void put64(uint8_t* at, uint64_t value) {
  value = __builtin_bswap64(value);
  std::memcpy(at, &value, sizeof value);
}

}  // namespace nmgen
