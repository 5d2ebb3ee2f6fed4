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
// Where a share of the packets is sent alone (Plan::sample), the lowest bit of the time tells which: 1 of those, 0 of
// the others. So it says when to the nanosecond before or after, which is less than reading the clock takes.
inline constexpr uint64_t kAlone = 1;
// No run: a signature of any counts.
inline constexpr uint64_t kAnyRun = 0;

inline uint64_t stamp_of(uint64_t run, uint64_t time_ns) { return run << kTimeBits | (time_ns & kTimeMask); }
inline uint64_t run_of(uint64_t stamp) { return stamp >> kTimeBits; }
// The time of a stamp: of all with these 48 bits, the one nearest to `now`.
inline uint64_t time_of(uint64_t stamp, uint64_t now) {
  constexpr uint32_t rest = 64 - kTimeBits;
  return now - static_cast<uint64_t>(static_cast<int64_t>((now - stamp) << rest) >> rest);
}

// Writes what of a signature differs from packet to packet; the compensator keeps the 18 bytes' sum at 0xffff, so that
// no UDP or TCP checksum changes.
class Stamp {
 public:
  explicit Stamp(uint64_t stamp)
      : time_(__builtin_bswap64(stamp)), sum_(kSignatureMagic + (stamp >> 32) + (stamp & 0xffffffff)) {}
  // Stream and magic, where the template is another's.
  void write(uint8_t* at, uint16_t stream, uint64_t index) const {
    put32(at, uint32_t{kSignatureMagic} << 16 | stream);
    write_rest(at, stream, index);
  }
  void write_rest(uint8_t* at, uint16_t stream, uint64_t index) const {
    const uint32_t low = static_cast<uint32_t>(index);
    put32(at + 4, low);
    std::memcpy(at + 8, &time_, sizeof time_);
    put16(at + 16, static_cast<uint16_t>(~fold(sum_ + stream + low)));
  }

 private:
  uint64_t time_, sum_;
};

// Of a good one the sum is all ones: in any order of bytes (RFC 1071, section 2).
inline bool is_whole(const uint8_t* signature) {
  uint32_t words[4];
  uint16_t last;
  static_assert(sizeof words + sizeof last == kSignatureBytes);
  std::memcpy(words, signature, sizeof words);
  std::memcpy(&last, signature + sizeof words, sizeof last);
  const uint64_t sum = uint64_t{words[0]} + words[1] + words[2] + words[3] + last;
  return sum != 0 && sum % 0xffff == 0;  // folded, it is all ones: a multiplication instead of four additions
}

// Is it an ICMP error? One quotes the packet that it is about, signature and all (RFC 792; RFC 1812 section 4.3.2.3;
// RFC 4443 section 2.4), and is no arrival of that packet.
bool is_icmp_error(const uint8_t* frame, uint32_t length);

// The first place from `from` on where a whole signature stands, `length` where there is none.
uint32_t find_signature(const uint8_t* frame, uint32_t length, uint32_t from);

}  // namespace nmgen
