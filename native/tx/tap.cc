#include "tap.h"

#include <algorithm>
#include <cstring>

#include "clock.h"

namespace nmgen {

namespace {
struct Record {
  uint32_t seconds, nanoseconds, kept, length;
};
static_assert(sizeof(Record) == 16);
constexpr uint64_t kSecond = 1'000'000'000;
}  // namespace

Tap::Tap(std::shared_ptr<Filter> filter, std::span<uint8_t> memory)
    : filter_(std::move(filter)),
      cells_(reinterpret_cast<page::Word*>(memory.data())),
      bytes_(memory.subspan(kCells * sizeof(page::Word))),
      ahead_(real_ns() - now_ns()) {}

bool Tap::full() const {
  const uint64_t limit = page::get(cells_ + kLimit);
  return limit > 0 && taken_ >= limit;
}

std::span<const Frame> Tap::take(std::span<const Frame> frames, const uint64_t*& arrived, bool waits,
                                 page::Word* stop) {
  const uint64_t now = now_ns();
  size_t n = 0;
  for (size_t i = 0; i < frames.size() && !full(); i++) {
    if (!filter_->matches(frames[i])) continue;
    const uint64_t at = arrived ? arrived[i] : now;
    bool stored = store(frames[i], at);
    for (uint32_t turn = 1; !stored && waits && page::get(stop) == 0; turn++) {
      wait_a_moment(turn, true);
      stored = store(frames[i], at);
    }
    page::add(cells_ + (stored ? kStored : kMissed), 1);
    frames_[n] = frames[i];
    arrived_[n++] = at;
    taken_++;
  }
  page::add(cells_ + kSeen, frames.size());
  page::publish(cells_ + kHead, head_);
  arrived = arrived_;
  return {frames_, n};
}

bool Tap::store(const Frame& frame, uint64_t arrived) {
  const uint32_t kept = static_cast<uint32_t>(std::min<uint64_t>(frame.length, page::get(cells_ + kSnap)));
  if (room() < sizeof(Record) + kept) {
    page::publish(cells_ + kHead, head_);  // what waits for room must show the reader what there is to take
    return false;
  }
  const uint64_t at = arrived + ahead_;
  const Record record{static_cast<uint32_t>(at / kSecond), static_cast<uint32_t>(at % kSecond), kept, frame.length};
  write(&record, sizeof record);
  write(frame.data, kept);
  return true;
}

void Tap::write(const void* bytes, size_t size) {
  const size_t at = static_cast<size_t>(head_ % bytes_.size()), first = std::min(size, bytes_.size() - at);
  std::memcpy(&bytes_[at], bytes, first);
  std::memcpy(bytes_.data(), static_cast<const uint8_t*>(bytes) + first, size - first);
  head_ += size;
}

}  // namespace nmgen
