#pragma once

#include <memory>
#include <span>

#include "filter.h"
#include "page.h"

namespace nmgen {

// Takes frames off a receiving loop for JavaScript: a ring of pcap records (draft-ietf-opsawg-pcap: seconds,
// nanoseconds, bytes kept, bytes there were; then the bytes) in shared memory, with one writer and one reader. Where
// the reader is too slow, frames are not stored and that is counted: a receiver must never wait. A file, which can,
// does.
class Tap {
 public:
  // The cells before the bytes of the ring, 8 bytes each. Head and tail count bytes from the beginning of the run.
  enum Cell : size_t { kHead = 0, kMissed = 1, kSeen = 2, kStored = 3, kTail = 8, kLimit = 9, kSnap = 10, kCells = 16 };

  static bool fits(std::span<uint8_t> memory) { return memory.size() > kCells * sizeof(page::Word) + kMaxFrame + 16; }
  Tap(std::shared_ptr<Filter> filter, std::span<uint8_t> memory);

  // Those of the frames that the filter wants, no more than the limit; `arrived` (null: now) follows them.
  // `stop`: the cell that ends the wait for room, of a source that `waits`.
  std::span<const Frame> take(std::span<const Frame> frames, const uint64_t*& arrived, bool waits, page::Word* stop);
  // The limit is reached.
  bool full() const;

 private:
  bool store(const Frame& frame, uint64_t arrived);
  void write(const void* bytes, size_t size);
  size_t room() const { return bytes_.size() - static_cast<size_t>(head_ - page::acquire(cells_ + kTail)); }

  std::shared_ptr<Filter> filter_;
  page::Word* cells_;
  std::span<uint8_t> bytes_;
  uint64_t head_ = 0;
  uint64_t taken_ = 0;
  uint64_t ahead_;  // of the clock of the day before the monotonic one
  Frame frames_[kMaxBurst];
  uint64_t arrived_[kMaxBurst];
};

}  // namespace nmgen
