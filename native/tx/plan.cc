#include "plan.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "backend.h"
#include "checksum.h"

namespace nmgen {
namespace {

constexpr uint32_t kMagic = 0x50474d4e;  // "NMGP", little-endian
constexpr uint32_t kFormat = 1;
constexpr uint32_t kMinFrame = 14;
constexpr uint64_t kMaxShards = 65536;

// Reads little-endian numbers and never past the end: after the first overrun everything is 0 and ok is false.
class Reader {
 public:
  explicit Reader(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  template <typename T>
  T number() {
    T value{};
    if (auto part = take(sizeof(T)); !part.empty()) std::memcpy(&value, part.data(), sizeof(T));
    return value;
  }
  uint32_t u32() { return number<uint32_t>(); }
  uint64_t u64() { return number<uint64_t>(); }
  uint128_t u128() {
    const uint64_t low = u64();
    return static_cast<uint128_t>(u64()) << 64 | low;
  }
  double f64() { return number<double>(); }
  // A count of things of at least `each` bytes: what cannot fit in the rest is an error, not an allocation.
  uint32_t count(size_t each) {
    uint32_t n = u32();
    if (ok && n > bytes_.size() / each) fail("a count runs past the end");
    return ok ? n : 0;
  }
  std::vector<uint8_t> blob() {
    auto part = take(count(1));
    return {part.begin(), part.end()};
  }
  void require(bool condition, const char* what) {
    if (ok && !condition) fail(what);
  }
  bool done() const { return bytes_.empty(); }

  bool ok = true;
  const char* wrong = "";

 private:
  void fail(const char* what) {
    ok = false;
    wrong = what;
  }
  std::span<const uint8_t> take(size_t n) {
    if (!ok || n == 0) return {};
    if (n > bytes_.size()) {
      fail("it ends early");
      return {};
    }
    auto part = bytes_.first(n);
    bytes_ = bytes_.subspan(n);
    return part;
  }
  std::span<const uint8_t> bytes_;
};

Template read_template(Reader& in, uint32_t id) {
  Template t{.id = id, .bytes = in.blob(), .sites = {}};
  in.require(t.bytes.size() >= kMinFrame && t.bytes.size() <= kMaxFrame, "a frame's length is out of range");
  uint32_t n = in.count(12);
  in.require(n <= kMaxSites, "a frame has too many checksums");
  for (uint32_t i = 0; in.ok && i < n; i++) {
    Site site{in.u32(), in.u32(), in.u32() != 0};
    in.require(site.offset <= t.bytes.size() - 2 && site.base <= 0xffff, "a checksum lies outside its frame");
    t.sites.push_back(site);
  }
  return t;
}

enum Flag : uint32_t { kHigh = 1, kShuffle = 2, kDigit = 4, kHash = 8, kWide = 16 };

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
         a.every == b.every && a.key == b.key && a.shuffled == b.shuffled;
}

// In plain fields, all is done by one pass of `draw`.
bool is_plain(const Field& f) {
  return !f.wide && !f.high && !f.shuffled && !f.has_digit && !f.has_hash && f.segments.empty() && f.scale == 1 &&
         (f.values.empty() || f.op == FieldOp::kList);
}

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
  f.offset = in.u32();
  f.bytes = in.u32();
  f.shift = in.u32();
  f.bits = in.u32();
  uint32_t op = in.u32();
  f.op = static_cast<FieldOp>(op);
  f.draw = in.u32();
  const uint32_t flags = in.u32();
  f.high = flags & kHigh;
  f.shuffled = flags & kShuffle;
  f.has_digit = flags & kDigit;
  f.has_hash = flags & kHash;
  f.wide = flags & kWide;
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
  for (uint32_t n = in.count(8); n > 0 && in.ok; n--) f.values.push_back(in.u64());
  for (uint32_t n = in.count(32); n > 0 && in.ok; n--) f.segments.push_back({in.u128(), in.u128()});
  for (uint32_t n = in.count(32); n > 0 && in.ok; n--) f.columns.push_back(read_column(in));
  f.runs = std::ranges::any_of(f.columns, [](const Column& c) { return c.count != 1; });
  for (uint32_t n = in.count(8); n > 0 && in.ok; n--) f.sums.push_back({in.u32(), in.u32()});
  in.require(f.bytes >= 1 && f.bytes <= 8 && f.bits >= 1 && f.bits <= 64, "a field's width is out of range");
  in.require(f.shift < 64 && f.shift + f.bits <= f.bytes * 8, "a field does not fit in its bytes");
  in.require(op <= static_cast<uint32_t>(FieldOp::kWeighted), "a field has an unknown kind");
  in.require(f.every >= 1, "a field's `every` is 0");
  in.require(f.op != FieldOp::kList || !f.values.empty(), "a list has no values");
  check_draw(in, f);
  return f;
}

void check_field(Reader& in, const Field& f, const Template& t) {
  in.require(f.offset <= t.bytes.size() && f.bytes <= t.bytes.size() - f.offset, "a field lies outside its frame");
  for (const SumEntry& sum : f.sums) in.require(sum.site < t.sites.size(), "a field names an unknown checksum");
}

// A checksum that no varying field reaches is the same in every packet: finish it in the template.
void finish_constant_sites(Stream& s) {
  uint32_t count = s.templates.empty() ? 0 : static_cast<uint32_t>(s.templates[0].sites.size());
  for (uint32_t site = count; site-- > 0;) {
    auto names_it = [site](const SumEntry& e) { return e.site == site; };
    if (std::ranges::any_of(s.fields, [&](const Field& f) { return std::ranges::any_of(f.sums, names_it); })) continue;
    for (Template& t : s.templates) {
      put16(t.bytes.data() + t.sites[site].offset, finish(t.sites[site].base, t.sites[site].zero_is_ones));
      t.sites.erase(t.sites.begin() + site);
    }
    for (Field& f : s.fields)
      for (SumEntry& e : f.sums) e.site -= e.site > site;
  }
}

Stream read_stream(Reader& in, uint32_t& template_id) {
  Stream s{};
  s.id = in.u32();
  s.stride = in.u32();
  s.is_signed = in.u32() != 0;
  s.signature = in.u32();
  s.limit = in.u64();
  in.require(s.id <= 0xffff, "a stream's number is out of range");
  in.require(s.stride >= 1 && s.stride <= kMaxShards, "a stream has too many shards");
  for (uint32_t n = in.count(4); n > 0 && in.ok; n--) s.templates.push_back(read_template(in, template_id++));
  for (uint32_t n = in.count(4); n > 0 && in.ok; n--) s.sequence.push_back(in.u32());
  for (uint32_t n = in.count(4); n > 0 && in.ok; n--) s.fields.push_back(read_field(in));
  order_draws(in, s.fields);
  s.match = {in.u32(), in.blob(), in.blob()};
  in.require(!s.templates.empty() && !s.sequence.empty(), "a stream has no frame");
  in.require(s.match.value.size() == s.match.mask.size(), "a match rule's value and mask differ in length");
  in.require(s.match.offset <= kMaxFrame && s.match.value.size() <= kMaxFrame, "a match rule is too long");
  for (uint32_t index : s.sequence) in.require(index < s.templates.size(), "a stream names an unknown frame");
  for (size_t i = 0; in.ok && i < s.templates.size(); i++) {
    const Template& t = s.templates[i];
    in.require(t.sites.size() == s.templates[0].sites.size(), "a stream's frames differ in their checksums");
    in.require(!s.is_signed || (t.bytes.size() >= kSignatureBytes && s.signature <= t.bytes.size() - kSignatureBytes),
               "a signature lies outside its frame");
    for (const Field& f : s.fields) check_field(in, f, t);
  }
  if (in.ok) finish_constant_sites(s);
  return s;
}

Lane read_lane(Reader& in, size_t streams) {
  Lane lane{in.f64(), in.f64(), {}};
  in.require(std::isfinite(lane.period_ns) && lane.period_ns >= 0, "a lane's period is not a time");
  in.require(std::isfinite(lane.offset_ns) && lane.offset_ns >= 0, "a lane's offset is not a time");
  for (uint32_t n = in.count(4); n > 0 && in.ok; n--) {
    lane.slots.push_back(in.u32());
    in.require(lane.slots.back() < streams, "a lane names an unknown stream");
  }
  in.require(!lane.slots.empty(), "a lane is empty");
  return lane;
}

}  // namespace

Divisor::Divisor(uint64_t divisor) : by(divisor), power(std::has_single_bit(divisor)) {
  if (power)
    shift = static_cast<uint32_t>(std::countr_zero(by));
  else if (by != 0)
    reciprocal = static_cast<uint64_t>((static_cast<uint128_t>(1) << 64) / by);
}

Expected<Plan> decode_plan(std::span<const uint8_t> bytes) {
  static_assert(std::endian::native == std::endian::little, "the plan is read as it lies");
  Reader in(bytes);
  in.require(in.u32() == kMagic && in.u32() == kFormat, "it is not a plan of this version");
  Plan plan{in.u64(), in.u64(), in.u64(), {}, {}};
  in.require(plan.stride >= 1 && plan.stride <= kMaxShards && plan.shard < plan.stride, "the shard is out of range");
  uint32_t template_id = 0;
  for (uint32_t n = in.count(8); n > 0 && in.ok; n--) plan.streams.push_back(read_stream(in, template_id));
  for (uint32_t n = in.count(8); n > 0 && in.ok; n--) plan.lanes.push_back(read_lane(in, plan.streams.size()));
  in.require(in.done(), "something follows its end");
  if (!in.ok) return Failure{"bad-plan", std::string("the plan cannot be used: ") + in.wrong, "this is a bug in nmgen"};
  return plan;
}

}  // namespace nmgen
