#include "device_clock.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <condition_variable>

namespace nmgen {
namespace {

constexpr int kTries = 5;                     // of a reading: the one that was interrupted least counts
constexpr uint64_t kWidestNs = 100'000;       // between our two looks: what takes longer says too little
constexpr uint64_t kFirstNs = 10'000'000;     // from the first reading to the second
constexpr uint64_t kEveryNs = 1'000'000'000;  // between readings later on
constexpr uint64_t kBaselineNs =
    4'000'000'000;                           // a line is drawn over so long: what drifts differently since, bends it
constexpr int64_t kStaleNs = 5'000'000'000;  // a line that nobody draws anew is not believed for longer
constexpr double kBend = 100e-6;             // by which two clocks may come to drift differently between two readings
constexpr double kFar = 1e18;                // ns or ticks; beyond, a difference means nothing

uint64_t moved(uint64_t from, double by) {
  return from + static_cast<uint64_t>(static_cast<int64_t>(std::llround(std::clamp(by, -kFar, kFar))));
}

double distance(uint64_t to, uint64_t from) { return static_cast<double>(static_cast<int64_t>(to - from)); }

}  // namespace

uint64_t ClockFit::ns_of(uint64_t at_ticks) const { return moved(ns, distance(at_ticks, ticks) * ns_per_tick); }

uint64_t ClockFit::ticks_of(uint64_t at_ns) const { return moved(ticks, distance(at_ns, ns) / ns_per_tick); }

double ClockFit::error_ns(uint64_t at_ns) const { return doubt_ns + std::abs(distance(at_ns, ns)) * doubt_per_ns; }

bool ClockFit::holds(uint64_t now) const { return ns_per_tick != 0 && static_cast<int64_t>(now - ns) < kStaleNs; }

std::optional<DeviceClock::Reading> DeviceClock::read() const {
  std::optional<Reading> best;
  for (int tried = 0; tried < kTries; tried++) {
    uint64_t ticks = 0;
    const uint64_t before = source_.now();
    if (!source_.read(ticks)) return std::nullopt;
    const uint64_t width = source_.now() - before;
    const double doubt = static_cast<double>(width) / 2;
    if (width <= kWidestNs && (!best || doubt < best->doubt_ns)) best = {ticks, before + width / 2, doubt};
  }
  return best;
}

bool DeviceClock::goes_on(const Reading& reading) const {
  const Reading& last = readings_.back();
  if (static_cast<int64_t>(reading.ticks - last.ticks) <= 0) return false;
  if (fit_.ns_per_tick == 0) return true;
  const double bend = distance(reading.ns, last.ns) * kBend;
  const double off = distance(fit_.ns_of(reading.ticks), reading.ns);
  return std::abs(off) <= fit_.error_ns(reading.ns) + reading.doubt_ns + bend + 1;
}

// From the oldest reading to the newest.
void DeviceClock::draw() {
  ClockFit fit;
  if (readings_.size() > 1) {
    const Reading &first = readings_.front(), &last = readings_.back();
    const double ns = distance(last.ns, first.ns);
    fit = {.ticks = last.ticks,
           .ns = last.ns,
           .ns_per_tick = ns / distance(last.ticks, first.ticks),
           .doubt_ns = last.doubt_ns + 1,  // and what is rounded
           .doubt_per_ns = (first.doubt_ns + last.doubt_ns + 1) / ns};
  }
  const std::scoped_lock lock(mutex_);
  fit_ = fit;
  version_.fetch_add(1, std::memory_order_release);
}

uint64_t DeviceClock::look() {
  if (const auto reading = read()) {
    if (!readings_.empty() && !goes_on(*reading)) readings_.clear();
    readings_.push_back(*reading);
    while (readings_.size() > 2 && reading->ns - readings_[1].ns >= kBaselineNs) readings_.pop_front();
    draw();
  }
  // The line reaches no further ahead than it was drawn over, until that is long.
  const uint64_t baseline = readings_.empty() ? 0 : readings_.back().ns - readings_.front().ns;
  return std::clamp(baseline, kFirstNs, kEveryNs);
}

bool DeviceClock::start() {
  for (int looks = 0; looks < 2; looks++) {
    if (looks) std::this_thread::sleep_for(std::chrono::nanoseconds(kFirstNs));
    look();
  }
  if (fit_.ns_per_tick == 0) return false;
  thread_ = std::jthread([this](std::stop_token stop) {
    std::mutex mutex;
    std::condition_variable_any stopped;
    std::unique_lock lock(mutex);
    uint64_t wait = kFirstNs;
    auto over = [&] { return stop.stop_requested(); };
    while (!stopped.wait_for(lock, stop, std::chrono::nanoseconds(wait), over)) wait = look();
  });
  return true;
}

void FitReader::renew() {
  const std::unique_lock lock(clock_->mutex_, std::try_to_lock);
  if (!lock) return;
  fit_ = clock_->fit_;
  seen_ = clock_->version_.load(std::memory_order_relaxed);
}

}  // namespace nmgen
