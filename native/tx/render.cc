#include "render.h"

#include <algorithm>
#include <numeric>

#include "checksum.h"
#include "signature.h"

namespace nmgen {
namespace {

uint64_t multiply_mod(uint64_t a, uint64_t b, uint64_t modulus) {
  if (modulus == 0) return a * b;
  return static_cast<uint64_t>(static_cast<unsigned __int128>(a) * b % modulus);
}

uint64_t add_mod(uint64_t a, uint64_t b, uint64_t modulus) {
  if (modulus == 0) return a + b;
  return a >= modulus - b ? a - (modulus - b) : a + b;
}

uint64_t modulus_of(const Field& f) { return f.op == FieldOp::kRandom || f.op == FieldOp::kWeighted ? 0 : f.size; }

// From packet i on: see SizeDraw in plan.ts. What the packets are numbers of is counted on, without a division for
// each.
void draw_templates(const StreamState& state, uint64_t i, uint32_t n, const Template** templates) {
  const Stream& s = *state.stream;
  const auto& [cycle, places] = s.numbers[0];
  const uint64_t count = places.size(), turns = state.stride / count, rest = state.stride % count;
  const uint64_t key = s.sizes.key + kGamma, size = s.templates.size();
  const SizeColumn* columns = s.sizes.columns.empty() ? nullptr : s.sizes.columns.data();
  uint64_t turn = i / count, place = i % count;
  for (uint32_t j = 0; j < n; j++) {
    const uint64_t number = turn * cycle + places[place];
    const uint128_t at = static_cast<uint128_t>(mix(key + number * kGamma)) * size;
    uint64_t chosen = static_cast<uint64_t>(at >> 64);
    if (columns && static_cast<uint64_t>(at) >= columns[chosen].threshold) chosen = columns[chosen].other;
    templates[j] = &s.templates[chosen];
    const bool carry = (place += rest) >= count;
    place -= carry ? count : 0;
    turn += turns + carry;
  }
}

}  // namespace

Walk::Walk(const Plan& plan, const Stream& s, const Field& f)
    : start(0),
      step(1),
      every(f.every),
      modulus(modulus_of(f)),
      numbers_(&s.numbers[f.numbers]),
      shard_(plan.shard_of(s)),
      shards_(plan.stride) {
  if (f.op == FieldOp::kInc) {
    start = modulus ? f.key % modulus : f.key;
    step = modulus ? f.step % modulus : f.step;
  }
  const auto& [cycle, places_] = *numbers_;
  const uint32_t places = static_cast<uint32_t>(places_.size());
  first = number(0);
  stride = shards_ * cycle;  // where there is one place
  gain = gain_of(static_cast<int64_t>(stride));
  place_step = static_cast<uint32_t>(shards_ % places);
  if (places > 1) {
    for (uint32_t p = 0; p < places; p++) {
      const uint64_t next = p + place_step;
      const uint64_t cycles = shards_ / places + next / places;
      gains.push_back(gain_of(static_cast<int64_t>(cycles * cycle + places_[next % places] - places_[p])));
    }
  }
  seek(0);
}

// Fragments of several datagrams in flight go back and forth between their numbers: `packets` may be below 0.
Gain Walk::gain_of(int64_t packets) const {
  const uint64_t n = packets < 0 ? 0 - static_cast<uint64_t>(packets) : static_cast<uint64_t>(packets);
  const uint64_t steps = n / every, rest = n % every;
  if (packets >= 0) return {multiply_mod(steps, step, modulus), multiply_mod(steps + 1, step, modulus), rest};
  // -n is so many whole draws back, and a rest forward again.
  const uint64_t back = multiply_mod(steps + (rest != 0), step, modulus);
  const uint64_t small = back == 0 ? 0 : modulus - back;
  return {small, add_mod(small, step, modulus), rest == 0 ? 0 : every - rest};
}

// The number in the stream of the k-th packet of this shard.
uint64_t Walk::number(uint64_t at) const {
  const uint64_t i = at * shards_ + shard_;
  const auto& [cycle, places] = *numbers_;
  return i / places.size() * cycle + places[i % places.size()];
}

void Walk::seek(uint64_t to) {
  const uint64_t i = number(to);
  k = to;
  rest = i % every;
  x = add_mod(start, multiply_mod(i / every, step, modulus), modulus);
  place = static_cast<uint32_t>((to * shards_ + shard_) % numbers_->places.size());
}

static std::vector<const Template*> cycle_of(const Stream& s, uint64_t stride, uint64_t shard) {
  const uint64_t length = s.sequence.size();
  std::vector<const Template*> cycle(length / std::gcd(length, stride));
  for (uint64_t k = 0; k < cycle.size(); k++) cycle[k] = &s.templates[s.sequence[(k * stride + shard) % length]];
  return cycle;
}

constexpr size_t kMaxSizeTable = 1024;  // packets: longer ones leave the first-level cache

static SizeTable size_table(const Stream& s, const std::vector<const Template*>& cycle) {
  if (!s.templates[0].ground || cycle.size() > kMaxSizeTable) return {};
  const size_t count = s.templates[0].bases.size();
  SizeTable table{.cycle = cycle.size(), .pitch = cycle.size() + 2 * kMaxBurst};
  table.columns.resize(count * table.pitch);
  uint64_t bytes = 0;
  for (size_t k = 0; k < table.pitch; k++) {
    const Template& t = *cycle[k % cycle.size()];
    for (size_t column = 0; column < count; column++) table.columns[column * table.pitch + k] = t.bases[column];
    table.lengths.push_back(static_cast<uint32_t>(t.bytes.size()));
    table.bytes.push_back(bytes);
    bytes += t.bytes.size();
  }
  return table;
}

std::vector<StreamState> make_states(const Plan& plan) {
  std::vector<StreamState> states;
  for (const Stream& stream : plan.streams) {
    StreamState state{&stream, {}, plan.stride, plan.shard_of(stream), stream.limit};
    if (!stream.sizes.on && stream.templates.size() > 1) state.cycle = cycle_of(stream, state.stride, state.shard);
    if (plan.streams.size() == 1 && !state.cycle.empty()) state.sizes = size_table(stream, state.cycle);
    for (const Field& field : stream.fields) state.fields.push_back({&field, Walk(plan, stream, field)});
    states.push_back(std::move(state));
  }
  return states;
}

void choose_templates(const StreamState& state, uint64_t k, uint32_t n, const Template** templates) {
  const Stream& s = *state.stream;
  if (s.templates.size() == 1) {
    std::fill_n(templates, n, &s.templates[0]);
    return;
  }
  if (s.sizes.on) return draw_templates(state, k * state.stride + state.shard, n, templates);
  const std::vector<const Template*>& cycle = state.cycle;
  size_t at = k % cycle.size();
  for (uint32_t j = 0; j < n; j++) {
    templates[j] = cycle[at];
    at = at + 1 == cycle.size() ? 0 : at + 1;
  }
}

void stamp(const Group& group, uint64_t stamped) {
  const Stream& s = *group.stream->stream;
  const Stamp stamp(stamped);
  const uint16_t id = static_cast<uint16_t>(s.id);
  uint64_t i = group.k * group.stream->stride + group.stream->shard;
  for (uint32_t j = 0; j < group.n; j++, i += group.stream->stride)
    stamp.write_rest(group.data[j] + s.signature, id, i);
}

std::vector<uint8_t> render_packets(const Plan& plan, uint32_t stream_id, uint64_t first, uint32_t count) {
  std::vector<StreamState> states = make_states(plan);
  std::vector<uint8_t> out;
  std::vector<std::vector<uint8_t>> buffers(kMaxBurst, std::vector<uint8_t>(kMaxFrame));
  uint8_t* data[kMaxBurst];
  const Template* templates[kMaxBurst];
  auto state = std::ranges::find_if(states, [&](const StreamState& s) { return s.stream->id == stream_id; });
  if (state == states.end()) return out;
  for (uint32_t n; count > 0; count -= n, first += n) {
    n = std::min(count, kMaxBurst);
    choose_templates(*state, first, n, templates);
    for (uint32_t j = 0; j < n; j++) {
      data[j] = buffers[j].data();
      std::ranges::copy(templates[j]->bytes, data[j]);
    }
    Group group{&*state, first, n, 0, data, templates};
    if (state->stream->is_signed) stamp(group, 0);  // before a CRC that covers it; sums do not mind
    choose_render()(group);
    for (uint32_t j = 0; j < n; j++) {
      const size_t length = templates[j]->bytes.size();
      out.insert(out.end(), {static_cast<uint8_t>(length), static_cast<uint8_t>(length >> 8)});
      out.insert(out.end(), data[j], data[j] + length);
    }
  }
  return out;
}

}  // namespace nmgen
