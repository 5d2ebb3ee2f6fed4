#pragma once

#include <cstdint>
#include <cstring>
#include <span>

#include "backend.h"
#include "checksum.h"
#include "signature.h"

// What a burst holds most often: packets of one stream as one TX burst left them, each with the index behind the last
// one's and all with one time. All 18 bytes of such a signature are known beforehand, so that they are compared and not
// read, and counters, window and histogram get all packets of a streak at once.
namespace nmgen {

class Streak {
 public:
  // `at`: a good signature at `offset`; the next packet of its sender has an index greater by `stride`.
  Streak(const uint8_t* at, uint32_t offset, uint64_t stride)
      : offset_(offset), stride_(stride < 0xffff ? static_cast<uint32_t>(stride) : 0), index_(get32(at + 4)) {
    std::memcpy(&tag_, at, sizeof tag_);
    std::memcpy(&time_, at + 8, sizeof time_);
    sum_ = static_cast<uint16_t>(~get16(at + 16));
  }

  // How many of `frames` go on with it, from the first on. A streak ends where 32 bits of index wrap.
  uint32_t follow(std::span<const Frame> frames) {
    uint32_t n = 0;
    for (; n < frames.size() && index_ <= ~stride_ && stride_; n++) {
      if (n + kAhead < frames.size()) __builtin_prefetch(frames[n + kAhead].data);
      if (!takes(frames[n])) break;
      bytes += frames[n].length;
    }
    return n;
  }

  uint64_t bytes = 0;  // of what followed

 private:
  static constexpr size_t kAhead = 4;

  bool takes(const Frame& frame) {
    const uint32_t index = index_ + stride_;
    uint32_t sum = sum_ + stride_;  // of all words but the compensator, one's complement
    sum = (sum & 0xffff) + (sum >> 16);
    if (frame.length < offset_ + kSignatureBytes || !is(frame.data + offset_, index, static_cast<uint16_t>(~sum)))
      return false;
    index_ = index;
    sum_ = sum;
    return true;
  }
  bool is(const uint8_t* at, uint32_t index, uint16_t compensator) const {
    uint32_t tag;
    uint64_t time;
    std::memcpy(&tag, at, sizeof tag);
    std::memcpy(&time, at + 8, sizeof time);
    return tag == tag_ && get32(at + 4) == index && time == time_ && get16(at + 16) == compensator;
  }

  uint32_t offset_, stride_, index_, tag_, sum_;
  uint64_t time_;
};

}  // namespace nmgen
