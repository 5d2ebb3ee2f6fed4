#include "pace.h"

#include <algorithm>
#include <cmath>

#include "render.h"

namespace nmgen {
namespace {

// Larger quotients fit into no integer; nothing is ever sent for so long.
constexpr double kForever = 0x1p62;
// Gaps that are drawn to count what is overdue; beyond, their mean must do.
constexpr uint64_t kDrawn = 256;

}  // namespace

Pace::Pace(const Lane& lane, uint64_t stride, uint64_t shard)
    : lane_(&lane), stride_(static_cast<double>(stride)), shard_(static_cast<double>(shard)) {
  // The sum of independent Poisson processes is one of the sum of their rates: each shard draws its own.
  poisson_key_ = mix(lane.key + shard);
  if (lane.shape == Shape::kPoisson) poisson_ns_ = gap_ns(poisson_draw_++);
}

// Exponential, with the mean of this shard's share. 1 - u is in (0, 1]: no infinite gap.
double Pace::gap_ns(uint64_t draw) const {
  const double u = static_cast<double>(mix(poisson_key_ + draw * kGamma) >> 11) * 0x1p-53;
  return -std::log(1 - u) * lane_->period_ns * stride_;
}

// Slot g of all shards together. A ramp from a to b packets/s over T has sent a t + (b - a) t^2 / 2T by t.
double Pace::global_due_ns(double slot) const {
  switch (lane_->shape) {
    case Shape::kBurst: {
      const double size = static_cast<double>(lane_->burst);
      return std::floor(slot / size) * size * lane_->period_ns;
    }
    case Shape::kRamp: {
      if (slot <= 0) return 0;  // a ramp from nothing would divide by it
      const double a = lane_->from_pns, b = lane_->to_pns, over = lane_->over_ns;
      const double ramped = (a + b) / 2 * over;
      if (slot >= ramped) return over + (slot - ramped) / b;
      const double slope = (b - a) / over;
      // The root in the form that does not cancel where the slope is small.
      return slope == 0 ? slot / a : 2 * slot / (a + std::sqrt(std::max(a * a + 2 * slope * slot, 0.0)));
    }
    default:
      return slot * lane_->period_ns;
  }
}

// Slots of all shards that are due by then: the last of them has the number that this minus one rounds down to.
double Pace::global_slots(double elapsed) const {
  switch (lane_->shape) {
    case Shape::kBurst: {
      const double size = static_cast<double>(lane_->burst);
      return (std::floor(elapsed / (size * lane_->period_ns)) + 1) * size;
    }
    case Shape::kRamp: {
      const double t = std::min(elapsed, lane_->over_ns);
      const double slope = (lane_->to_pns - lane_->from_pns) / lane_->over_ns;
      return std::floor(lane_->from_pns * t + slope * t * t / 2 + lane_->to_pns * (elapsed - t)) + 1;
    }
    default:
      return std::floor(elapsed / lane_->period_ns) + 1;
  }
}

// The table is this shard's own.
double Pace::traced_ns(uint64_t j) const {
  const uint64_t cycle = j / lane_->offsets.size();
  return static_cast<double>(cycle) * lane_->cycle_ns + lane_->offsets[j % lane_->offsets.size()];
}

// A slot that is due at that very moment counts.
uint64_t Pace::traced_by(double elapsed) const {
  const double cycles = std::min(std::floor(elapsed / lane_->cycle_ns), kForever / static_cast<double>(kMaxOffsets));
  const double rest = elapsed - cycles * lane_->cycle_ns;
  const auto due = std::ranges::upper_bound(lane_->offsets, rest) - lane_->offsets.begin();
  return static_cast<uint64_t>(cycles) * lane_->offsets.size() + static_cast<uint64_t>(due);
}

double Pace::due_ns(uint64_t j) const {
  if (lane_->shape == Shape::kPoisson) return poisson_ns_;
  if (lane_->shape == Shape::kTrace) return traced_ns(j);
  return global_due_ns(shard_ + static_cast<double>(j) * stride_);
}

void Pace::due_times(const Tempo& tempo, uint64_t next, uint32_t n, uint64_t* times) const {
  double at = poisson_ns_;
  for (uint64_t j = 0, draw = poisson_draw_; j < n; j++) {
    const bool poisson = lane_->shape == Shape::kPoisson;
    times[j] = static_cast<uint64_t>(std::llround(tempo.wall(poisson ? at : due_ns(next + j))));
    if (poisson) at += gap_ns(draw++);
  }
}

uint64_t Pace::due_by(double elapsed, uint64_t next, uint64_t most) const {
  if (elapsed < 0) return 0;
  if (lane_->shape == Shape::kPoisson) {
    uint64_t n = 0;
    double at = poisson_ns_;
    for (uint64_t draw = poisson_draw_; at <= elapsed && n < std::min(most, kDrawn); n++) at += gap_ns(draw++);
    if (at > elapsed || n == most) return n;
    const double rest = std::min((elapsed - at) / (lane_->period_ns * stride_), kForever);
    return std::min(n + static_cast<uint64_t>(rest), most);
  }
  if (lane_->shape == Shape::kTrace) {
    const uint64_t until = traced_by(elapsed);
    return until > next ? std::min(until - next, most) : 0;
  }
  const double all = std::min(global_slots(elapsed), kForever);
  if (!(all > shard_)) return 0;  // nor if it is no number
  const uint64_t until = static_cast<uint64_t>((all - shard_ - 1) / stride_) + 1;
  return until > next ? std::min(until - next, most) : 0;
}

void Pace::advance(uint64_t n) {
  if (lane_->shape != Shape::kPoisson) return;
  while (n-- > 0) poisson_ns_ += gap_ns(poisson_draw_++);
}

}  // namespace nmgen
