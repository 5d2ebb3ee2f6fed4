#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

// Order of arrival of one sequence, with a window of the newest numbers (RFC 4737: a packet is reordered if a
// later one came before it; next_ never goes back).
namespace nmgen {

class Sequence {
 public:
  enum class Arrival { kInOrder, kReordered, kDuplicate, kStale };
  static constexpr uint64_t kWindow = 8192;

  Arrival arrive(uint64_t s) {
    if (s >= next_) {
      forget(s);
      mark(s);
      next_ = s + 1;
      return Arrival::kInOrder;
    }
    if (next_ - s > kWindow) return Arrival::kStale;  // late or a duplicate: it cannot be told
    if (marked(s)) return Arrival::kDuplicate;
    mark(s);
    return Arrival::kReordered;
  }

  // The n packets behind the latest one in order, n <= 64: the same as `arrive` of each.
  void follow(uint32_t n) {
    if (n == 0) return;
    const uint64_t at = next_ % 64, ones = ~0ull >> (64 - n);
    word(next_) |= ones << at;
    if (at + n > 64) word(next_ + n - 1) |= ones >> (64 - at);
    next_ += n;
  }

 private:
  static constexpr uint64_t kWords = kWindow / 64;
  uint64_t bit(uint64_t s) const { return 1ull << (s % 64); }
  uint64_t& word(uint64_t s) { return seen_[s / 64 % kWords]; }
  bool marked(uint64_t s) { return word(s) & bit(s); }
  void mark(uint64_t s) { word(s) |= bit(s); }
  // The window moves up to s: next_..s are unseen, whatever numbers shared their bits before.
  void forget(uint64_t s) {
    if (s - next_ >= kWindow) {
      seen_.fill(0);
      return;
    }
    for (uint64_t t = next_; t <= s; t++) word(t) &= ~bit(t);
  }

  uint64_t next_ = 0;
  std::array<uint64_t, kWords> seen_{};
};

}  // namespace nmgen
