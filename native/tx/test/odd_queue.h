#pragma once

#include <cstring>

#include "support.h"

namespace nmgen::test {

// A device that counts the pushes, may lose what its buffers held, and may be gone.
class Odd final : public TxQueue {
 public:
  explicit Odd(bool loses, bool gone = false)
      : loses_(loses), gone_(gone), buffers_(2 * kMaxBurst, std::vector<uint8_t>(kMaxFrame)) {
    disturbed = loses;
    if (gone) failure = Failure{"gone", "the device is gone", "plug it in"};
    for (Bytes& buffer : buffers_) all_.push_back({buffer.data(), 0, kNothing});
    refill();
  }
  std::span<Frame> all() override { return all_; }
  void filled() override {}
  uint32_t commit(uint32_t n, bool) override {
    commits++;
    for (uint32_t j = 0; j < n; j++) taken.emplace_back(frames[j].data, frames[j].data + frames[j].length);
    if (loses_) {
      for (Frame& frame : all_) std::memset(frame.data, 0xdd, 60), frame.length = 7, frame.holds = kNothing;
    }
    return n;
  }
  void push() override { pushes++; }
  void refill() override { frames = all_.data(), room = gone_ ? 0 : kMaxBurst; }
  std::vector<std::vector<uint8_t>> taken;
  uint32_t commits = 0, pushes = 0;

 private:
  bool loses_, gone_;
  std::vector<std::vector<uint8_t>> buffers_;
  std::vector<Frame> all_;
};

}  // namespace nmgen::test
