#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "backend.h"
#include "plan.h"
#include "render.h"

namespace nmgen {

// Can the streams of a plan be rendered ahead, and is it worth while?
bool pays_ahead(const Plan& plan);

// Of streams that take turns packet by packet, a burst holds too few packets each for fields to be computed as arrays.
// So a stream's next 32 packets are rendered together, ahead of their turns, as the first 64 bytes of their frames; in
// its turn a packet is copied. That takes 2 KiB a stream.
class Ahead {
 public:
  static constexpr uint32_t kHead = kMinBuffer;

  struct alignas(kHead) Head {
    uint8_t bytes[kHead];
  };

  Ahead(const Plan& plan, std::vector<StreamState>& streams, RenderFields render);

  // Where packet k of a stream is found, once it has been made.
  size_t place(uint32_t stream, uint64_t k) const { return stream * size_t{kBlock} + k % kBlock; }
  // Before packet k is taken, when packet k - 1 has been.
  void make(uint32_t stream, uint64_t k) {
    if (k % kBlock == 0) fill(stream, k);
  }
  const Head* heads() const { return heads_.data(); }
  const Template& frame(size_t place) const { return *templates_[place]; }
  // All frames are of one length, with nothing behind the head. Then a stream has one template, of its own number.
  bool uniform() const { return templates_.empty(); }
  // Bytes of all heads.
  size_t held() const {
    return heads_.capacity() * sizeof(Head) + templates_.capacity() * sizeof(void*) +
           grounds_.capacity() * sizeof(void*);
  }
  // Makes a frame hold what the template has behind its head, and as much of it as the longest template that goes on
  // from there. Returns whether its length has changed.
  bool dress(Frame& frame, const Template& t) const {
    const uint32_t length = static_cast<uint32_t>(t.bytes.size());
    const std::vector<uint8_t>* ground = grounds_[t.id];
    if (frame.holds == kNothing || grounds_[frame.holds] != ground)
      std::memcpy(frame.data, ground->data(), ground->size());
    else if (frame.length == length)
      return frame.holds = t.id, false;
    frame.length = length;
    frame.holds = t.id;
    return true;
  }

 private:
  static constexpr uint32_t kBlock = 32;

  void fill(uint32_t stream, uint64_t k);
  void begin(const StreamState& state, uint64_t k, Head* heads, const Template** templates);

  std::vector<StreamState>& streams_;
  RenderFields render_;
  std::vector<Head> heads_;
  std::vector<const Template*> templates_;              // of each head
  std::vector<const std::vector<uint8_t>*> grounds_{};  // by template id: whose tail its own begins
};

}  // namespace nmgen
