#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>

#include "histogram.h"
#include "page.h"

// How far from its time a packet left or came. Of a packet that is due at d, sent at t and received at r, the page
// keeps three histograms that are never mixed: lateness t - d (on the sender's), wire latency r - t, and schedule
// latency r - d, which is free of coordinated omission: a sender that was held up does not hide what its packets
// waited.
namespace nmgen {

// The packet before, of those whose gaps are judged.
struct Before {
  int64_t due = 0, late = 0;
  bool is_there = false;
  uint64_t k = 0;  // its number, for a receiver
};

// A block of a page that one loop writes: sums, the histogram, and how the gaps between two packets came out.
class Timing {
 public:
  static constexpr size_t kCells = page::kTimedHeader + histogram::kCells;

  explicit Timing(page::Word* cells) : cells_(cells) {}

  void take(uint64_t ns) {
    page::add(cells_ + page::kTimedCount, 1);
    page::add(cells_ + page::kTimedSum, ns);
    page::raise(cells_ + page::kTimedNotMin, ~ns);
    page::raise(cells_ + page::kTimedMax, ns);
    histogram::record(cells_ + page::kTimedHeader, ns);
  }

  // The packet after `before`, due at `due`, `late` behind that. The gap between the two is as much longer than it
  // was to be as the second is later than the first.
  void follow(Before& before, int64_t due, int64_t late) {
    if (before.is_there) gap(due - before.due, late - before.late);
    before.due = due;
    before.late = late;
    before.is_there = true;
  }

 private:
  // Within 64, 128 ... 1,024 ns of what was asked, and beyond (the classes of MoonGen's evaluation). A packet that
  // comes within a tenth of its gap is part of a micro-burst: nothing in the schedule asked for that.
  void gap(int64_t asked, int64_t error) {
    const uint64_t off = static_cast<uint64_t>(error < 0 ? -error : error);
    const int width = std::bit_width(off ? off - 1 : 0) - 6;
    page::add(cells_ + page::kTimedGaps, 1);
    page::add(cells_ + page::kTimedErrors + std::clamp(width, 0, 5), 1);
    if (asked > 0 && (asked + error) * 10 < asked) page::add(cells_ + page::kTimedBursts, 1);
  }

  page::Word* cells_;
};

// What a sender tells its receivers about the packets that are under way: a ring of a stream's packets on one queue,
// the number's low half and the lateness in ns. A receiver that finds another number came too late to know.
class Departures {
 public:
  static constexpr uint64_t kLongest = 0xffffffff;  // 4.3 s

  Departures() = default;
  explicit Departures(std::span<page::Word> ring) : ring_(ring.data()), mask_(ring.size() - 1) {}

  explicit operator bool() const { return ring_ != nullptr; }
  void put(uint64_t k, uint64_t late_ns) { page::set(ring_ + (k & mask_), k << 32 | std::min(late_ns, kLongest)); }
  bool find(uint64_t k, uint64_t& late_ns) const {
    const uint64_t entry = page::get(ring_ + (k & mask_));
    late_ns = entry & kLongest;
    return entry >> 32 == (k & kLongest) && late_ns != kLongest;
  }

 private:
  page::Word* ring_ = nullptr;
  uint64_t mask_ = 0;
};

}  // namespace nmgen
