#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "backend.h"
#include "plan.h"

namespace nmgen {

// The header bits that all frames of a stream have, compared eight bytes at a time.
class MatchRule {
 public:
  explicit MatchRule(const Match& match) : least_(std::max<size_t>(match.offset + match.value.size(), kBytes)) {
    const size_t end = match.offset + match.value.size();
    for (size_t from = match.offset; from < end; from += kBytes) add(match, std::min(from, least_ - kBytes), end);
  }

  bool takes(const Frame& frame) const {
    if (frame.length < least_) return false;
    for (const Word& word : words_) {
      uint64_t bytes;
      std::memcpy(&bytes, frame.data + word.offset, kBytes);
      if ((bytes & word.mask) != word.value) return false;
    }
    return true;
  }

 private:
  static constexpr size_t kBytes = sizeof(uint64_t);
  struct Word {
    size_t offset;
    uint64_t mask, value;
  };

  // The eight bytes at `at`, of which the rule may have some only.
  void add(const Match& match, size_t at, size_t end) {
    uint8_t mask[kBytes] = {}, value[kBytes] = {};
    for (size_t b = at < match.offset ? match.offset - at : 0; b < kBytes && at + b < end; b++) {
      mask[b] = match.mask[at + b - match.offset];
      value[b] = match.value[at + b - match.offset];
    }
    Word word{at, 0, 0};
    std::memcpy(&word.mask, mask, kBytes);
    std::memcpy(&word.value, value, kBytes);
    if (word.mask != 0 || word.value != 0) words_.push_back(word);
  }

  size_t least_;  // bytes that a frame must have: what is shorter than a word is no Ethernet frame
  std::vector<Word> words_;
};

}  // namespace nmgen
