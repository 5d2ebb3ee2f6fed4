#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

// Order of arrival of one sequence, with a window of the newest numbers (RFC 4737: a packet is reordered if a
// later one came before it; next_ never goes back), and what of it never came, in runs (RFC 3357: loss periods).
namespace nmgen {

// What is lost is known late: a hole counts when newer ones take its place, or at the end.
struct Losses {
  uint64_t gaps = 0;         // runs of lost packets
  uint64_t longest_gap = 0;  // packets of the longest
  uint64_t outage_ns = 0;    // and the longest in time: its packets, as far apart as those around it were sent
  uint64_t head_ns = 0;      // when the first packet was sent, if those before it never came; 0: they did
};

// `Window`: numbers behind the newest that are told from one another, a power of two from 64 on; `Holes`: of the newest
// holes, how many can still be filled.
template <uint64_t Window, uint64_t Holes>
class BasicSequence {
 public:
  enum class Arrival { kInOrder, kReordered, kDuplicate, kStale };
  static constexpr uint64_t kWindow = Window;
  static constexpr uint64_t kHoles = Holes;

  // `sent`: when, of packets that arrive for the first time.
  Arrival arrive(uint64_t s, uint64_t sent = 0) {
    if (s >= next_) {
      if (s > next_) open(s, sent);
      forget(s);
      mark(s);
      next_ = s + 1;
      newest_ns_ = sent;
      arrivals_++;
      return Arrival::kInOrder;
    }
    if (next_ - s > kWindow) return Arrival::kStale;  // late or a duplicate: it cannot be told
    if (marked(s)) return Arrival::kDuplicate;
    mark(s);
    extent_ = fill(s);
    arrivals_++;
    return Arrival::kReordered;
  }

  // The n packets behind the latest one in order, sent together with it, n <= 64: the same as `arrive` of each.
  void follow(uint32_t n) {
    if (n == 0) return;
    const uint64_t at = next_ % 64, ones = ~0ull >> (64 - n);
    word(next_) |= ones << at;
    if (at + n > 64) word(next_ + n - 1) |= ones >> (64 - at);
    next_ += n;
    arrivals_ += n;
  }

  // Of the packet that was just reordered: how many came between the first later one and it (RFC 4737 section 4.2.1).
  // Where 32 newer holes hide which one that was, at least so many.
  uint64_t extent() const { return extent_; }
  // How many packets there are up to the newest, lost ones too; and when that was sent.
  uint64_t expected() const { return next_; }
  uint64_t newest_ns() const { return newest_ns_; }
  const Losses& losses() const { return losses_; }
  // Nothing more will come: what is missing is lost.
  void finish() {
    for (uint64_t n = opened_ < kHoles ? 0 : opened_ - kHoles; n < opened_; n++) close(holes_[n % kHoles]);
    opened_ = 0;
  }

 private:
  // Numbers that were jumped over.
  struct Hole {
    uint64_t first;
    uint64_t gap;      // how many
    uint64_t missing;  // of them, so far
    uint64_t arrival;  // how many had arrived when the one that jumped did
    uint64_t span_ns;  // between sending the packets before and behind it; of the first ones of all: when that was sent
  };

  void open(uint64_t s, uint64_t sent) {
    Hole& hole = holes_[opened_ % kHoles];
    if (opened_ >= kHoles) close(hole);
    const uint64_t span = sent > newest_ns_ ? sent - newest_ns_ : 0;
    hole = {next_, s - next_, s - next_, arrivals_, span};
    opened_++;
  }

  uint64_t fill(uint64_t s) {
    const uint64_t oldest = opened_ < kHoles ? 0 : opened_ - kHoles;
    for (uint64_t n = opened_; n-- > oldest;) {
      Hole& hole = holes_[n % kHoles];
      if (s < hole.first) continue;
      hole.missing--;
      return arrivals_ - hole.arrival;
    }
    return arrivals_ - holes_[oldest % kHoles].arrival;
  }

  void close(const Hole& hole) {
    if (hole.missing == 0) return;
    const uint64_t begin = losses_.gaps, longest = count_runs(hole);
    if (losses_.gaps == begin) losses_.gaps++;
    losses_.longest_gap = std::max(losses_.longest_gap, longest);
    if (hole.first == 0)
      losses_.head_ns = hole.span_ns;
    else
      losses_.outage_ns = std::max(losses_.outage_ns, share(hole.span_ns, longest, hole.gap + 1));
  }

  // Of evenly sent packets, the time of so many of them.
  static uint64_t share(uint64_t span_ns, uint64_t packets, uint64_t intervals) {
    return static_cast<uint64_t>(static_cast<double>(span_ns) * static_cast<double>(packets) /
                                 static_cast<double>(intervals));
  }

  // Counts the runs and returns the longest one. One that has left the window is one run.
  uint64_t count_runs(const Hole& hole) {
    if (hole.missing == hole.gap || next_ - hole.first > kWindow) return hole.missing;
    uint64_t longest = 0, run = 0;
    for (uint64_t s = hole.first; s < hole.first + hole.gap; s++) {
      run = marked(s) ? 0 : run + 1;
      if (run == 1) losses_.gaps++;
      longest = std::max(longest, run);
    }
    return longest;
  }

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
  uint64_t arrivals_ = 0;   // each packet once
  uint64_t newest_ns_ = 0;  // when next_ - 1 was sent
  uint64_t opened_ = 0;     // holes so far; the newest are in `holes_`
  uint64_t extent_ = 0;
  Losses losses_;
  std::array<uint64_t, kWords> seen_{};
  std::array<Hole, kHoles> holes_;
};

using Sequence = BasicSequence<8192, 32>;

}  // namespace nmgen
