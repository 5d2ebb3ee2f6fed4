#include "abreast.h"

#include <algorithm>

#include "mix.h"

namespace nmgen {
namespace {

constexpr size_t kPad = 16;  // numbers that loops over a burst may read beyond it

bool differs_in_low(const Field& f) { return f.plain && f.op != FieldOp::kList; }

// A key is part of what is walked; a permutation or a hash needs it later, too.
bool same_field(const Field& a, const Field& b) {
  Field c = b;
  c.key = a.key;
  if (differs_in_low(a)) c.low = a.low;
  return c == a;
}

bool same_site(const Site& a, const Site& b) {
  return a.offset == b.offset && a.zero_is_ones == b.zero_is_ones && a.bad == b.bad && a.crc32c == b.crc32c &&
         a.hidden == b.hidden && a.sums == b.sums;
}

bool is_simple(const Stream& s) {
  const auto one_place = [](const Numbers& n) { return n.places.size() == 1; };
  const auto keyless = [](const Field& f) { return f.op != FieldOp::kPermute && !f.shuffled; };
  return s.templates.size() == 1 && !s.has_crc && std::ranges::all_of(s.numbers, one_place) &&
         std::ranges::all_of(s.fields, keyless);
}

bool alike(const Stream& a, const Stream& b) {
  return is_simple(b) && a.templates[0].bytes.size() == b.templates[0].bytes.size() && a.is_signed == b.is_signed &&
         a.signature == b.signature && std::ranges::equal(a.fields, b.fields, same_field) &&
         std::ranges::equal(a.templates[0].sites, b.templates[0].sites, same_site);
}

bool draws_by_key(const Field& f) { return f.op == FieldOp::kRandom || f.op == FieldOp::kWeighted; }

}  // namespace

bool are_abreast(const Plan& plan) { return !plan.lanes.empty() && Abreast(plan, make_states(plan)).ok(); }

Abreast::Abreast(const Plan& plan, const std::vector<StreamState>& states) {
  if (plan.streams.size() < 2 || plan.streams[0].fields.empty()) return;
  const auto is_alike = [&](const Stream& s) { return alike(plan.streams[0], s); };
  if (!std::ranges::all_of(plan.streams, is_alike) || !find_shape(plan) || !find_draws(states)) return;
  fill(make_table(plan, states));
  for (const StreamState& state : states)
    marks_.push_back({static_cast<uint16_t>(state.stream->id), static_cast<uint16_t>(state.shard)});
  // From here on columns have what differs.
  shape_.templates.resize(1);
  for (Field& f : shape_.fields) {
    f.key = 0 - kGamma;
    if (differs_in_low(f)) f.low = 0;
  }
  ok_ = true;
}

// As if all were frames of one stream: words that hold what varies, and what differs.
bool Abreast::find_shape(const Plan& plan) {
  shape_ = plan.streams[0];
  shape_.layout = {};
  shape_.templates.clear();
  for (const Stream& s : plan.streams) {
    shape_.templates.push_back(s.templates[0]);
    shape_.templates.back().bases.clear();
    shape_.templates.back().ground.reset();
  }
  lay_out(shape_);
  return shape_.templates[0].ground != nullptr;
}

bool Abreast::find_draws(const std::vector<StreamState>& states) {
  const auto draws_of = [this](const StreamState& state) {
    std::vector<Draw> draws;
    uint32_t column = 0;
    for (const auto& [field, walk] : state.fields) {
      if (!field->first) continue;
      const bool wraps = !walk.linear();
      const uint64_t factor = draws_by_key(*field) ? kGamma : 1;
      draws.push_back({column, 0, wraps ? 0 : walk.gain.small * factor, wraps, walk.gain, walk.every, walk.modulus});
      column += wraps ? 2 : 1;
    }
    first_word_ = column;
    return draws;
  };
  draws_ = draws_of(states[0]);
  draw_of_.clear();
  for (const Field& f : shape_.fields)
    draw_of_.push_back(f.first ? (draw_of_.empty() ? 0 : draw_of_.back() + 1) : draw_of_.back());
  if (draws_.size() > kMaxDraws) return false;
  for (size_t f = 0; f < shape_.fields.size(); f++)
    if (draws_[draw_of_[f]].wraps && draws_by_key(shape_.fields[f])) return false;
  return std::ranges::all_of(states, [&](const StreamState& state) { return draws_of(state) == draws_; });
}

// What a field's values begin at counts in its word, and in the sums that it enters.
void Abreast::add_lows(const Stream& stream, uint32_t s, Table& table) const {
  const size_t first_sum = first_word_ + shape_.layout.offsets.size();
  for (size_t f = 0; f < stream.fields.size(); f++) {
    const Field& field = stream.fields[f];
    if (!differs_in_low(field)) continue;
    const uint64_t low = static_cast<uint64_t>(field.low);
    table[first_word_ + shape_.layout.fields[f].word][s] += low << shape_.layout.fields[f].shift;
    const uint64_t value = low << field.shift, folded = (value & 0xffffffff) + (value >> 32);
    for (const SumEntry& entry : field.sums) table[first_sum + entry.site][s] += folded << (entry.high ? 8 : 0);
  }
}

Abreast::Table Abreast::make_table(const Plan& plan, const std::vector<StreamState>& states) const {
  const size_t words = shape_.templates[0].bases.size();
  Table table(first_word_ + words, std::vector<uint64_t>(plan.streams.size()));
  for (uint32_t s = 0; s < plan.streams.size(); s++) {
    for (size_t f = 0; f < shape_.fields.size(); f++) {
      const auto& [field, walk] = states[s].fields[f];
      if (!field->first) continue;
      const Draw& draw = draws_[draw_of_[f]];
      table[draw.column][s] = draws_by_key(*field) ? walk.x * kGamma + field->key + kGamma : walk.x;
      if (draw.wraps) table[draw.column + 1][s] = walk.rest;
    }
    for (size_t w = 0; w < words; w++) table[first_word_ + w][s] = shape_.templates[s].bases[w];
    add_lows(plan.streams[s], s, table);
  }
  return table;
}

// What differs between streams, or will.
void Abreast::fill(const Table& table) {
  const auto differs = [&](uint32_t column) {
    const auto walks = [=](const Draw& d) { return d.wraps && (d.column == column || d.column + 1 == column); };
    const std::vector<uint64_t>& numbers = table[column];
    return std::ranges::any_of(draws_, walks) ||
           std::ranges::any_of(numbers, [&](uint64_t number) { return number != numbers[0]; });
  };
  for (uint32_t column = 0; column < table.size(); column++) {
    for (Draw& d : draws_)
      if (d.column == column) d.at = static_cast<uint32_t>(kept_.size());
    if (differs(column))
      kept_.push_back(column);
    else
      common_.emplace_back(column, table[column][0]);
  }
  const size_t streams = table[0].size();
  pitch_ = streams + kMaxBurst + kPad;
  numbers_.resize(kept_.size() * pitch_);
  for (size_t i = 0; i < kept_.size(); i++)
    for (size_t at = 0; at < pitch_; at++) numbers(i)[at] = table[kept_[i]][at % streams];
}

}  // namespace nmgen
