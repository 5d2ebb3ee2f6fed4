#pragma once

#include <cstdint>
#include <cstring>

#include "checksum.h"

// What the 18 bytes of a signature say (src/templates/plan.ts), and when a frame that holds one is its packet.
namespace nmgen {

inline constexpr uint32_t kSignatureBytes = 18;
inline constexpr uint16_t kSignatureMagic = 0x4e4d;  // "NM"

// The upper 16 bits of the stamp name the run, drawn at random: two runs on one network do not count each other's
// packets. The lower 48 bits are the TX time; the receiver, whose clock is the same, knows the rest (78 hours).
inline constexpr uint32_t kTimeBits = 48;
inline constexpr uint64_t kTimeMask = (1ull << kTimeBits) - 1;
// No run: a signature of any counts.
inline constexpr uint64_t kAnyRun = 0;

inline uint64_t stamp_of(uint64_t run, uint64_t time_ns) { return run << kTimeBits | (time_ns & kTimeMask); }
inline uint64_t run_of(uint64_t stamp) { return stamp >> kTimeBits; }
// The time of a stamp: of all with these 48 bits, the one nearest to `now`.
inline uint64_t time_of(uint64_t stamp, uint64_t now) {
  constexpr uint32_t rest = 64 - kTimeBits;
  return now - static_cast<uint64_t>(static_cast<int64_t>((now - stamp) << rest) >> rest);
}

// Of a good one the sum is all ones: in any order of bytes (RFC 1071, section 2).
inline bool is_whole(const uint8_t* signature) {
  uint32_t words[4];
  uint16_t last;
  static_assert(sizeof words + sizeof last == kSignatureBytes);
  std::memcpy(words, signature, sizeof words);
  std::memcpy(&last, signature + sizeof words, sizeof last);
  return fold(uint64_t{words[0]} + words[1] + words[2] + words[3] + last) == 0xffff;
}

// Is it an ICMP error? One quotes the packet that it is about, signature and all (RFC 792; RFC 1812 section 4.3.2.3;
// RFC 4443 section 2.4), and is no arrival of that packet.
bool is_icmp_error(const uint8_t* frame, uint32_t length);

// The first place from `from` on where a whole signature stands, `length` where there is none.
uint32_t find_signature(const uint8_t* frame, uint32_t length, uint32_t from);

}  // namespace nmgen
