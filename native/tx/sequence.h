#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

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
// holes, how many can still be filled. What packets in order need is one cache line: where thousands of streams take
// turns, nothing else is read.
template <uint64_t Window, uint64_t Holes>
class alignas(64) BasicSequence {
 public:
  enum class Arrival { kInOrder, kReordered, kDuplicate, kStale };
  static constexpr uint64_t kWindow = Window;
  static constexpr uint64_t kHoles = Holes;

  // `sent`: when, of packets that arrive for the first time.
  Arrival arrive(uint64_t s, uint64_t sent = 0) {
    if (s >= next_) {
      if (s > next_) open(s, sent);
      next_ = s + 1;
      newest_ns_ = sent;
      arrivals_++;
      return Arrival::kInOrder;
    }
    if (next_ - s > kWindow) return Arrival::kStale;  // late or a duplicate: it cannot be told
    if (seen(s)) return Arrival::kDuplicate;
    word(s) |= bit(s);
    extent_ = fill(s);
    arrivals_++;
    return Arrival::kReordered;
  }

  // The n packets behind the newest one, in order and sent together: the same as `arrive` of each.
  void follow(uint64_t n, uint64_t sent) {
    next_ += n;
    newest_ns_ = sent;
    arrivals_ += n;
  }

  // Of the packet that was just reordered: how many came between the first later one and it (RFC 4737 section 4.2.1).
  // Where 32 newer holes hide which one that was, at least so many.
  uint64_t extent() const { return extent_; }
  // Bytes beside its own cache line.
  static constexpr size_t held() { return sizeof(Past); }
  // How many packets there are up to the newest, lost ones too; and when that was sent.
  uint64_t expected() const { return next_; }
  uint64_t newest_ns() const { return newest_ns_; }
  const Losses& losses() const { return past_->losses; }
  // Nothing more will come: what is missing is lost.
  void finish() {
    for (uint64_t n = opened_ < kHoles ? 0 : opened_ - kHoles; n < opened_; n++) close(hole_of(n));
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
    Hole& hole = hole_of(opened_);
    if (opened_ >= kHoles) close(hole);
    const uint64_t span = sent > newest_ns_ ? sent - newest_ns_ : 0;
    hole = {next_, s - next_, s - next_, arrivals_, span};
    opened_++;
    leave_gap(s);
  }

  uint64_t fill(uint64_t s) {
    const uint64_t oldest = opened_ < kHoles ? 0 : opened_ - kHoles;
    for (uint64_t n = opened_; n-- > oldest;) {
      Hole& hole = hole_of(n);
      if (s < hole.first) continue;
      hole.missing--;
      return arrivals_ - hole.arrival;
    }
    return arrivals_ - hole_of(oldest).arrival;
  }

  void close(const Hole& hole) {
    if (hole.missing == 0) return;
    Losses& losses = past_->losses;
    const uint64_t begin = losses.gaps, longest = count_runs(hole);
    if (losses.gaps == begin) losses.gaps++;
    losses.longest_gap = std::max(losses.longest_gap, longest);
    if (hole.first == 0)
      losses.head_ns = hole.span_ns;
    else
      losses.outage_ns = std::max(losses.outage_ns, share(hole.span_ns, longest, hole.gap + 1));
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
      run = seen(s) ? 0 : run + 1;
      if (run == 1) past_->losses.gaps++;
      longest = std::max(longest, run);
    }
    return longest;
  }

  Hole& hole_of(uint64_t n) { return past_->holes[n % kHoles]; }
  uint64_t bit(uint64_t s) const { return 1ull << (s % 64); }
  uint64_t& word(uint64_t s) { return past_->seen[s / 64 % kWords]; }
  bool seen(uint64_t s) { return s >= solid_ || (word(s) & bit(s)); }
  // Numbers up to s are jumped over: what was whole before is marked, and they are not, whoever had their bits before.
  void leave_gap(uint64_t s) {
    const uint64_t oldest = s > kWindow ? s - kWindow : 0;
    put(std::max(solid_, oldest), next_, true);
    put(std::max(next_, oldest), s, false);
    solid_ = s;
  }
  void put(uint64_t from, uint64_t to, bool value) {
    for (uint64_t n; from < to; from += n) {
      n = std::min(to - from, 64 - from % 64);
      const uint64_t ones = ~0ull >> (64 - n) << from % 64;
      word(from) = value ? word(from) | ones : word(from) & ~ones;
    }
  }

  static constexpr uint64_t kWords = kWindow / 64;
  // What only packets that are missing or late need.
  struct Past {
    Losses losses;
    std::array<uint64_t, kWords> seen{};
    std::array<Hole, kHoles> holes;
  };

  uint64_t next_ = 0;
  uint64_t solid_ = 0;      // from here to next_ all have come; only of those before are there bits
  uint64_t arrivals_ = 0;   // each packet once
  uint64_t newest_ns_ = 0;  // when next_ - 1 was sent
  uint64_t opened_ = 0;     // holes so far; the newest are in `holes`
  uint64_t extent_ = 0;
  std::unique_ptr<Past> past_ = std::make_unique<Past>();
};

using Sequence = BasicSequence<8192, 32>;
static_assert(sizeof(Sequence) == 64);

}  // namespace nmgen
