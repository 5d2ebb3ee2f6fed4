#include "prebuilt.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "render.h"

namespace nmgen {
namespace {

constexpr uint64_t kTooLong = 1 << 24;  // far beyond any budget, and products of two do not wrap

bool draws_at_random(const Field& f) { return f.op == FieldOp::kRandom || f.op == FieldOp::kWeighted; }

// After so many numbers a field draws the same again (see Walk); 0: never, or too late.
uint64_t period_of(const Field& f) {
  if (draws_at_random(f) || f.size == 0 || f.size > kTooLong || f.every > kTooLong) return 0;
  const uint64_t step = f.op == FieldOp::kInc ? f.step % f.size : 1;
  return f.every * (f.size / std::gcd(step, f.size));
}

// The same in packets of the stream: after each turn through its places, their numbers have grown by the cycle.
uint64_t in_packets(uint64_t numbers, const Numbers& n) {
  return numbers / std::gcd(numbers, n.cycle) * n.places.size();
}

// Both 0 for never.
uint64_t together(uint64_t a, uint64_t b) {
  if (a == 0 || b == 0 || a > kTooLong || b > kTooLong) return 0;
  return std::lcm(a, b);
}

size_t bytes_of(uint64_t packets, const Stream& s) { return packets * s.layout.offsets.size() * sizeof(uint64_t); }

template <size_t kCount>
void copy(const Group& g, const uint32_t* layout, const uint64_t* words) {
  size_t offsets[kCount];  // in registers: what is stored could lie over the layout, for all that the compiler knows
  std::copy_n(layout, kCount, offsets);
#pragma GCC unroll 4
  for (size_t j = 0; j < g.n; j++, words += kCount)
    for (size_t w = 0; w < kCount; w++) std::memcpy(g.data[j] + offsets[w], words + w, sizeof *words);
}

void copy_any(const Group& g, const std::vector<uint32_t>& offsets, const uint64_t* words) {
  for (size_t j = 0; j < g.n; j++)
    for (const uint32_t offset : offsets) std::memcpy(g.data[j] + offset, words++, sizeof *words);
}

}  // namespace

uint64_t prebuilt_period(const Plan& plan, const Stream& s) {
  if (plan.abreast || s.sizes.on || s.layout.offsets.empty()) return 0;
  uint64_t period = s.sequence.size();
  for (const Field& f : s.fields) period = together(period, in_packets(period_of(f), s.numbers[f.numbers]));
  period /= std::gcd(period, plan.stride);
  const bool fits = period <= kTooLong && bytes_of(period, s) <= Prebuilt::kBudget / plan.streams.size();
  return fits ? period : 0;
}

static std::vector<uint64_t> make_words(StreamState& state, uint64_t packets) {
  const Stream& s = *state.stream;
  const auto longest = std::ranges::max_element(s.templates, {}, [](const Template& t) { return t.bytes.size(); });
  std::vector<std::vector<uint8_t>> buffers(kMaxBurst, std::vector<uint8_t>(longest->bytes.size() + kMinBuffer));
  uint8_t* data[kMaxBurst];
  const Template* templates[kMaxBurst];
  std::vector<uint64_t> words;
  for (uint64_t k = 0; k < packets; k += kMaxBurst) {
    choose_templates(state, k, kMaxBurst, templates);
    for (uint32_t j = 0; j < kMaxBurst; j++) {
      data[j] = buffers[j].data();
      std::ranges::copy(templates[j]->bytes, data[j]);
    }
    Group group{&state, k, kMaxBurst, 0, data, templates};
    choose_render()(group);
    for (const uint8_t* frame : data)
      for (const uint32_t offset : s.layout.offsets)
        std::memcpy(&words.emplace_back(), frame + offset, sizeof(uint64_t));
  }
  return words;
}

void prebuild(const Plan& plan, std::vector<StreamState>& states) {
  for (StreamState& state : states) {
    const uint64_t period = prebuilt_period(plan, *state.stream);
    if (period) state.prebuilt = {period, make_words(state, period + kMaxBurst)};
  }
}

void write_prebuilt(const Group& g) {
  const auto& [period, all] = g.stream->prebuilt;
  const std::vector<uint32_t>& offsets = g.stream->stream->layout.offsets;
  const uint64_t* const words = &all[g.k % period * offsets.size()];
  switch (offsets.size()) {
    case 1:
      return copy<1>(g, offsets.data(), words);
    case 2:
      return copy<2>(g, offsets.data(), words);
    case 3:
      return copy<3>(g, offsets.data(), words);
    default:
      return copy_any(g, offsets, words);
  }
}

}  // namespace nmgen
