#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "../clock.h"

// A device's own clock counts ticks of a length that only it knows, from a moment that nobody knows, and drifts. Read
// once and again between two looks at ours, it becomes a line from ticks to the time of `now_ns`.
namespace nmgen {

struct ClockSource {
  std::function<bool(uint64_t& ticks)> read;  // false: it cannot be read
  std::function<uint64_t()> now = now_ns;     // ns
};

// The line; none where `ns_per_tick` is 0.
struct ClockFit {
  uint64_t ticks = 0, ns = 0;  // the newest reading
  double ns_per_tick = 0;
  double doubt_ns = 0, doubt_per_ns = 0;  // how far off it may be there, and so much more with each ns from there

  // Ticks and times are differences modulo 2^64: a counter may wrap.
  uint64_t ns_of(uint64_t at_ticks) const;
  uint64_t ticks_of(uint64_t at_ns) const;
  double error_ns(uint64_t at_ns) const;
  // Is there a line, and has it been drawn anew lately?
  bool holds(uint64_t now) const;
};

class DeviceClock {
 public:
  explicit DeviceClock(ClockSource source) : source_(std::move(source)) {}
  // Takes a reading and draws the line anew. Returns after how many ns it should be called again. What does not go on
  // with the line so far (a clock that was set, or a counter that is narrower than 64 bits and begins anew) begins
  // another one, with which there is no fit until the next reading.
  uint64_t look();
  // Two looks now, and a thread that goes on with them. False, and no thread: the clock cannot be read, or stands
  // still.
  bool start();
  void stop() { thread_ = {}; }

 private:
  friend class FitReader;
  struct Reading {
    uint64_t ticks, ns;
    double doubt_ns;
  };
  std::optional<Reading> read() const;
  bool goes_on(const Reading& reading) const;
  void draw();

  ClockSource source_;
  std::deque<Reading> readings_;
  std::mutex mutex_;  // of what follows
  ClockFit fit_;
  std::atomic<uint64_t> version_{0};
  std::jthread thread_;
};

// A queue's copy of the fit, renewed when there is another: who sends or receives never waits for whoever reads the
// clock.
class FitReader {
 public:
  explicit FitReader(DeviceClock& clock) : clock_(&clock) {}
  const ClockFit& fit() {
    if (clock_->version_.load(std::memory_order_acquire) != seen_) renew();
    return fit_;
  }

 private:
  void renew();

  DeviceClock* clock_;
  ClockFit fit_;
  uint64_t seen_ = 0;
};

}  // namespace nmgen
