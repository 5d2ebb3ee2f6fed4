#include "netmap_rx.h"

#include <algorithm>
#include <cstring>

namespace nmgen::netmap {
namespace {

constexpr int kWaitMs = 1;
constexpr uint32_t kJoinedBytes = kMaxFrame;
uint8_t nowhere[1];  // where a frame lies whose slot leads out of the region

}  // namespace

// Reading each buffer once maps its page before the first packet comes.
void Rx::add(std::unique_ptr<Descriptor> descriptor, const std::string& port, By by) {
  sources_.push_back({std::make_unique<OpenRing>(std::move(descriptor), port, false, by), 0});
  const OpenRing& ring = *sources_.back().ring;
  for (uint32_t i = 0; i < ring.size(); i++) *static_cast<volatile uint8_t*>(ring.data(ring.slot(i)));
}

std::span<const Frame> Rx::peek() {
  for (size_t tries = 0; tries < sources_.size(); tries++) {
    Source& source = sources_[current_];
    look(source);
    if ((peeked_ = gather(*source.ring))) return {frames_, peeked_};
    current_ = current_ + 1 == sources_.size() ? 0 : current_ + 1;
  }
  return {};
}

// The kernel is asked when nothing is left, and when so many slots were released that the sender may need them. Only a
// queue of one ring may sleep for frames.
void Rx::look(Source& source) {
  const bool empty = source.ring->space() == 0;
  if (!empty && source.released < std::min(batch_, source.ring->size() / 2)) return;
  if (source.ring->sync(empty && sources_.size() == 1 ? kWaitMs : 0)) source.released = 0;
  if (source.ring->failure()) failure = source.ring->failure();
}

uint32_t Rx::gather(OpenRing& ring) {
  uint32_t n = 0, available = ring.space(), slot = ring.head();
  for (joins_ = 0; n < kMaxBurst && available; n++) {
    if (!take(ring, slot, available, frames_[n], slots_[n])) break;
    available -= slots_[n];
    slot = ring.after(slot, slots_[n]);
  }
  return n;
}

bool Rx::take(OpenRing& ring, uint32_t from, uint32_t available, Frame& frame, uint32_t& slots) {
  const Slot& slot = ring.slot(from);
  slots = 1;
  if (slot.flags & kMoreFrag) {
    uint32_t at = from;
    while (ring.slot(at).flags & kMoreFrag && slots < std::min(available, kMaxFrags)) slots++, at = ring.after(at);
    // A ring that is full of one frame will never see its end.
    if (ring.slot(at).flags & kMoreFrag && slots == available && ring.pending()) return false;
    frame = join(ring, from, slots);
    return true;
  }
  uint8_t* data = ring.data(slot);
  frame = {data ? data : nowhere, data ? std::min<uint32_t>(slot.len, ring.room(slot)) : 0, kNothing};
  return true;
}

Frame Rx::join(OpenRing& ring, uint32_t from, uint32_t slots) {
  if (joined_.empty()) joined_.resize(size_t{kMaxBurst} * kJoinedBytes);
  Frame frame{&joined_[size_t{joins_++} * kJoinedBytes], 0, kNothing};
  for (uint32_t at = from; slots > 0; slots--, at = ring.after(at)) {
    const Slot& slot = ring.slot(at);
    const uint8_t* data = ring.data(slot);
    if (!data) continue;
    const uint32_t n = std::min({uint32_t{slot.len}, ring.room(slot), kJoinedBytes - frame.length});
    std::memcpy(frame.data + frame.length, data, n);
    frame.length += n;
  }
  return frame;
}

// The next ring is next: none waits for the end of another.
void Rx::release(uint32_t n) {
  if (n == 0) return;
  uint32_t slots = 0;
  for (uint32_t i = 0; i < std::min(n, peeked_); i++) slots += slots_[i];
  Source& source = sources_[current_];
  source.ring->advance(slots);
  source.released += slots;
  received_.add(n);
  current_ = current_ + 1 == sources_.size() ? 0 : current_ + 1;
}

}  // namespace nmgen::netmap
