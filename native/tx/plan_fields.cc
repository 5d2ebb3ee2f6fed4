#include <algorithm>

#include "plan_parts.h"

namespace nmgen::decode {
namespace {

enum Flag : uint32_t { kHigh = 1, kShuffle = 2, kDigit = 4, kHash = 8, kWide = 16, kClip = 32 };

Column read_column(Reader& in) {
  Column c{in.u64(), in.u64(), in.u64(), in.u32(), false};
  c.falling = in.u32() != 0;
  return c;
}

// How many numbers step 1 can yield, and how many step 2 makes of them.
uint128_t size_of(const Field& f) { return f.size == 0 ? static_cast<uint128_t>(1) << 64 : f.size; }

uint128_t digits_of(const Field& f) {
  const uint128_t numbers = (size_of(f) + f.div.by - 1) / f.div.by;
  return f.mod.by != 0 && f.mod.by < numbers ? f.mod.by : numbers;
}

// No number that a draw can yield may lead outside of a table.
void check_draw(Reader& in, const Field& f) {
  const bool wide_ok = f.op == FieldOp::kRandom && f.values.empty() && !f.shuffled && !f.has_digit;
  in.require(!f.wide || wide_ok, "a field has too many values");
  in.require(f.wide || f.size_high == (f.size == 0 ? 1 : 0), "a field has no value, or too many");
  in.require(f.has_digit ? f.div.by != 0 : f.div.by == 1 && f.mod.by == 0, "a field's digit is out of range");
  if (!in.ok) return;
  in.require(f.values.empty() || digits_of(f) <= f.values.size(), "a field's table is too short");
  in.require(f.segments.empty() || f.segments[0].from == 0, "a field's segments do not begin at 0");
  for (size_t i = 1; i < f.segments.size(); i++)
    in.require(f.segments[i - 1].from < f.segments[i].from, "a field's segments are out of order");
}

void check_columns(Reader& in, const Field& f) {
  in.require((f.op == FieldOp::kWeighted) == !f.columns.empty(), "weights are missing, or out of place");
  in.require(f.columns.size() <= kMaxColumns, "there are too many weights");
  for (const Column& c : f.columns) {
    in.require(c.other < f.columns.size(), "a weight leads outside of its table");
    in.require(c.count >= 1 && static_cast<uint128_t>(c.first) + c.count <= size_of(f),
               "a weight has an unknown value");
  }
}

bool same_draw(const Field& a, const Field& b) {
  return a.op == b.op && a.size == b.size && a.size_high == b.size_high && a.wide == b.wide && a.step == b.step &&
         a.every == b.every && a.key == b.key && a.shuffled == b.shuffled && a.numbers == b.numbers;
}

// Values that do not fit in their bits are cut, which is a step of its own.
bool fits(const Field& f) { return static_cast<uint64_t>(f.low) + size_of(f) - 1 <= f.ones(); }

// In plain fields, all is done by one pass of `draw`.
bool is_plain(const Field& f) {
  if (f.op != FieldOp::kList && !fits(f)) return false;
  return !f.wide && !f.high && !f.shuffled && !f.has_digit && !f.has_hash && f.segments.empty() && f.scale == 1 &&
         (f.values.empty() || f.op == FieldOp::kList);
}

// Where it lies and what it is.
void read_place(Reader& in, Field& f) {
  f.offset = in.u32();
  f.bytes = in.u32();
  f.shift = in.u32();
  f.bits = in.u32();
  const uint32_t op = in.u32();
  in.require(op <= static_cast<uint32_t>(FieldOp::kWeighted), "a field has an unknown kind");
  f.op = static_cast<FieldOp>(op);
  f.draw = in.u32();
  f.numbers = in.u32();
  const uint32_t flags = in.u32();
  f.high = flags & kHigh;
  f.shuffled = flags & kShuffle;
  f.has_digit = flags & kDigit;
  f.has_hash = flags & kHash;
  f.wide = flags & kWide;
  f.clipped = flags & kClip;
  f.from = in.u32();
  f.to = in.u32();
  if (!f.clipped) f.from = 0, f.to = f.bytes;
}

// What it yields.
void read_draw(Reader& in, Field& f) {
  f.low = in.u128();
  f.size = in.u64();
  f.size_high = in.u64();
  f.scale = in.u128();
  f.step = in.u64();
  f.every = in.u64();
  f.key = in.u64();
  f.div = Divisor(in.u64());
  f.mod = Divisor(in.u64());
  f.hash.key = in.u64();
  f.hash.size = in.u64();
  f.hash.scale = in.u128();
  f.hash.low = in.u128();
}

void check_place(Reader& in, const Field& f) {
  in.require(f.bytes >= 1 && f.bytes <= 8 && f.bits >= 1 && f.bits <= 64, "a field's width is out of range");
  in.require(f.shift < 64 && f.shift + f.bits <= f.bytes * 8, "a field does not fit in its bytes");
  in.require(f.from <= f.to && f.to <= f.bytes, "a field shows more bytes than it has");
  in.require(f.every >= 1, "a field's `every` is 0");
  in.require(f.op != FieldOp::kList || !f.values.empty(), "a list has no values");
}

}  // namespace

// Brings the fields of one draw together, so that its numbers need to be kept for no longer than that.
void order_draws(Reader& in, std::vector<Field>& fields) {
  std::ranges::stable_sort(fields, {}, &Field::draw);
  for (size_t i = 0; in.ok && i < fields.size(); i++) {
    Field& f = fields[i];
    f.first = i == 0 || fields[i - 1].draw != f.draw;
    f.plain = is_plain(f) && f.first && (i + 1 == fields.size() || fields[i + 1].draw != f.draw);
    if (f.first) check_columns(in, f);
    if (!f.first) in.require(same_draw(fields[i - 1], f), "two fields disagree on their draw");
  }
}

Field read_field(Reader& in) {
  Field f{};
  read_place(in, f);
  read_draw(in, f);
  for (uint32_t n = in.count(8); n > 0 && in.ok; n--) f.values.push_back(in.u64());
  for (uint32_t n = in.count(32); n > 0 && in.ok; n--) f.segments.push_back({in.u128(), in.u128()});
  for (uint32_t n = in.count(32); n > 0 && in.ok; n--) f.columns.push_back(read_column(in));
  f.runs = std::ranges::any_of(f.columns, [](const Column& c) { return c.count != 1; });
  f.sums = read_sums(in);
  check_place(in, f);
  check_draw(in, f);
  if (in.ok)
    for (uint64_t& value : f.values) value &= f.ones();  // as the loops take them: see FieldProgram in plan.ts
  return f;
}

void check_field(Reader& in, const Field& f, const Template& t) {
  in.require(f.offset <= t.bytes.size() && f.stored() <= t.bytes.size() - f.offset, "a field lies outside its frame");
  for (const SumEntry& sum : f.sums)
    in.require(sum.site < t.sites.size() && !t.sites[sum.site].crc32c, "a field names an unknown checksum");
}

}  // namespace nmgen::decode
