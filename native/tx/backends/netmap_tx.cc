#include "netmap_tx.h"

#include <algorithm>
#include <cstring>

#include "../clock.h"
#include "netmap_errors.h"

namespace nmgen::netmap {
namespace {

constexpr uint64_t kFlushNs = 100'000'000;
constexpr int kWaitMs = 1;  // the loop looks for a word to stop every 16 waits

// The frames are the ring's buffers: a frame that does not change is sent by moving head past its slot.
class InPlace final : public Tx {
 public:
  InPlace(std::unique_ptr<Descriptor> descriptor, const std::string& port, By by, uint32_t batch)
      : Tx(std::move(descriptor), port, by, batch) {
    // Flags of whoever had the ring before. All buffers are ours: the ring was opened for us alone, and drained.
    for (uint32_t i = 0; i < ring_.size(); i++) {
      ring_.slot(i).flags = 0;
      all_.push_back({ring_.data(ring_.slot(i)), 0, kNothing});
    }
    show();
  }
  std::span<Frame> all() override { return all_; }
  void filled() override { resize(0, ring_.size()); }
  uint32_t max_frame() const override { return ring_.room(ring_.slot(0)); }

  uint32_t commit(uint32_t n, bool resized) override {
    n = std::min(n, room);
    if (resized) resize(ring_.head(), n);
    ring_.advance(n);
    committed_ += n;
    frames_ += n;
    if (committed_ >= batch_) sync();
    show();
    return n;
  }
  void refill() override {
    if (ring_.space() == 0) sync(kWaitMs);
    show();
  }

 private:
  // The window ends at the ring's end: its frames lie side by side.
  void show() {
    const uint32_t head = ring_.head(), tail = ring_.tail();
    frames = &all_[head];
    room = failure ? 0 : std::min((tail >= head ? tail : ring_.size()) - head, kMaxBurst);
  }
  void resize(uint32_t first, uint32_t n) {
    for (uint32_t i = first; i < first + n; i++) ring_.slot(i).len = static_cast<uint16_t>(all_[i].length);
  }
  // A pipe's reader, or a zero-copy monitor, may have put other buffers into the slots; the mark stays there for the
  // driver to see. One pass over the flags is all it costs where nobody does.
  void came_back(uint32_t first, uint32_t last) override {
    uint16_t any = 0;
    const auto look = [&](uint32_t from, uint32_t to) {
      const Slot* slots = &ring_.slot(0);
      for (uint32_t i = from; i < to; i++) any |= slots[i].flags;
    };
    first <= last ? look(first, last) : (look(first, ring_.size()), look(0, last));
    if (any & kBufChanged)
      for (uint32_t i = first; i != last; i = ring_.after(i)) adopt(i);
  }
  // On a pipe the mark goes round with the slot, until somebody sees that the buffer is no longer another.
  void adopt(uint32_t i) {
    Slot& slot = ring_.slot(i);
    if (!(slot.flags & kBufChanged)) return;
    uint8_t* data = ring_.data(slot);
    if (!data) {
      failure = broken("a slot names a buffer that does not exist");
      return;
    }
    if (data == all_[i].data) slot.flags &= static_cast<uint16_t>(~kBufChanged);
    disturbed = true;
    all_[i] = {data, 0, kNothing};
  }

  std::vector<Frame> all_;
};

// Frames longer than a buffer go out as several slots. They are made in memory of ours and copied: slots cannot be
// skipped, so a frame would find itself on other slots with each turn of the ring, and a pipe gives buffers away.
class Copying final : public Tx {
 public:
  Copying(std::unique_ptr<Descriptor> descriptor, const std::string& port, By by, uint32_t batch, uint32_t max_frame)
      : Tx(std::move(descriptor), port, by, batch), max_frame_(max_frame) {
    const size_t stride = (size_t{max_frame} + 63) / 64 * 64 + 64;  // not all beginnings in the same cache set
    memory_.resize(kFrames * stride);
    for (uint32_t i = 0; i < kFrames; i++) all_.push_back({&memory_[i * stride], 0, kNothing});
    refill();
  }
  std::span<Frame> all() override { return all_; }
  void filled() override {}
  uint32_t max_frame() const override { return max_frame_; }

  uint32_t commit(uint32_t n, bool) override {
    n = std::min(n, room);
    uint32_t taken = 0;
    while (taken < n && put(frames[taken])) taken++;
    at_ += taken;
    if (at_ == kFrames) at_ = 0;
    if (committed_ >= batch_) sync();
    refill();
    return taken;
  }
  void refill() override {
    frames = &all_[at_];
    room = failure ? 0 : std::min(kMaxBurst, kFrames - at_);
  }

 private:
  static constexpr uint32_t kFrames = 4 * kMaxBurst;

  bool put(const Frame& frame) {
    const uint32_t bytes = ring_.buffer_bytes(), slots = (frame.length + bytes - 1) / bytes;
    if (ring_.space() < slots && (!sync(kWaitMs) || ring_.space() < slots)) return false;
    for (uint32_t done = 0; done < frame.length; done += bytes) {
      const uint32_t n = std::min(frame.length - done, bytes);
      Slot& slot = ring_.slot(ring_.head());
      if (uint8_t* data = ring_.data(slot)) std::memcpy(data, frame.data + done, n);
      slot.len = static_cast<uint16_t>(n);
      slot.flags = static_cast<uint16_t>((slot.flags & kBufChanged) | (done + n < frame.length ? kMoreFrag : 0));
      ring_.advance(1);
    }
    committed_ += slots;
    frames_++;
    return true;
  }

  uint32_t max_frame_;
  uint32_t at_ = 0;
  std::vector<uint8_t> memory_;
  std::vector<Frame> all_;
};

}  // namespace

Tx::Tx(std::unique_ptr<Descriptor> descriptor, const std::string& port, By by, uint32_t batch)
    : ring_(std::move(descriptor), port, true, by),
      batch_(std::min(batch ? batch : kBatch, ring_.size() / 2)),
      adapts_(batch == 0) {}

void Tx::push() {
  if (committed_) sync();
}

void Tx::flush() {
  const uint64_t until = now_ns() + kFlushNs;
  while (sync() && ring_.pending() && now_ns() < until) relax();
}

// Some drivers tell of finished slots only where they are asked to: at the end of each batch.
bool Tx::sync(int wait_ms) {
  if (committed_) ring_.slot(ring_.before(ring_.head())).flags |= kReport;
  const uint32_t tail = ring_.tail();
  if (!ring_.sync(wait_ms)) {
    failure = ring_.failure();
    return false;
  }
  sent_.add(frames_);
  pending_.set(ring_.pending());
  if (adapts_ && committed_) adapt();
  committed_ = frames_ = 0;
  came_back(tail, ring_.tail());
  return true;
}

// A port that has done everything when the call returns (VALE, sinks) is idle until the next: half as many calls. All
// others are to work on one half of the ring while we fill the other. What is left out keeps bursts whole.
void Tx::adapt() {
  const uint32_t size = ring_.size(), half = std::min(kBatch, size / 2);
  batch_ = ring_.pending() == 0 ? std::max(half, size - std::min(kMaxBurst, size)) : half;
}

std::unique_ptr<Tx> make_tx(std::unique_ptr<Descriptor> descriptor, const std::string& port, By by, uint32_t batch,
                            uint32_t max_frame) {
  if (max_frame <= descriptor->ring().nr_buf_size)
    return std::make_unique<InPlace>(std::move(descriptor), port, by, batch);
  return std::make_unique<Copying>(std::move(descriptor), port, by, batch, max_frame);
}

}  // namespace nmgen::netmap
