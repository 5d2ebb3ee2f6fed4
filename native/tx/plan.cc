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

Field read_field(Reader& in) {
  Field f{};
  f.offset = in.u32();
  f.bytes = in.u32();
  f.shift = in.u32();
  f.bits = in.u32();
  uint32_t op = in.u32();
  f.op = static_cast<FieldOp>(op);
  f.low = in.u64();
  f.size = in.u64();
  f.step = in.u64();
  f.every = in.u64();
  f.key = in.u64();
  for (uint32_t n = in.count(8); n > 0 && in.ok; n--) f.values.push_back(in.u64());
  for (uint32_t n = in.count(8); n > 0 && in.ok; n--) f.sums.push_back({in.u32(), in.u32()});
  in.require(f.bytes >= 1 && f.bytes <= 8 && f.bits >= 1 && f.bits <= 64, "a field's width is out of range");
  in.require(f.shift < 64 && f.shift + f.bits <= f.bytes * 8, "a field does not fit in its bytes");
  in.require(op <= static_cast<uint32_t>(FieldOp::kList), "a field has an unknown kind");
  in.require(f.every >= 1, "a field's `every` is 0");
  in.require((f.op == FieldOp::kList) == !f.values.empty(), "a list has no values, or something else has");
  in.require(f.size != 0 || f.op == FieldOp::kRandom || f.op == FieldOp::kInc, "a permutation has no size");
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

bool is_time(double ns) { return std::isfinite(ns) && ns >= 0; }

Lane read_lane(Reader& in, size_t streams) {
  const uint32_t shape = in.u32();
  Lane lane{.shape = static_cast<Shape>(shape),
            .period_ns = in.f64(),
            .start_ns = in.f64(),
            .for_ns = in.f64(),
            .open_ended = in.u32() != 0,
            .tight = in.u32() != 0,
            .burst = in.u64(),
            .from_pns = in.f64(),
            .to_pns = in.f64(),
            .over_ns = in.f64(),
            .key = in.u64(),
            .after = {},
            .slots = {}};
  in.require(shape <= static_cast<uint32_t>(Shape::kPoisson), "a lane has an unknown shape");
  in.require(is_time(lane.period_ns) && is_time(lane.start_ns) && is_time(lane.for_ns), "a lane's time is none");
  in.require(lane.shape == Shape::kLine || lane.shape == Shape::kRamp || lane.period_ns > 0, "a lane has no period");
  in.require(lane.shape != Shape::kBurst || lane.burst >= 1, "a lane's burst is empty");
  in.require(lane.shape != Shape::kRamp || (is_time(lane.from_pns) && is_time(lane.to_pns) && lane.to_pns > 0 &&
                                            is_time(lane.over_ns) && lane.over_ns > 0),
             "a lane's ramp leads nowhere");
  for (uint32_t n = in.count(4); n > 0 && in.ok; n--) lane.after.push_back(in.u32());
  for (uint32_t n = in.count(4); n > 0 && in.ok; n--) {
    lane.slots.push_back(in.u32());
    in.require(lane.slots.back() < streams, "a lane names an unknown stream");
  }
  in.require(!lane.slots.empty(), "a lane is empty");
  return lane;
}

}  // namespace

Expected<Plan> decode_plan(std::span<const uint8_t> bytes) {
  static_assert(std::endian::native == std::endian::little, "the plan is read as it lies");
  Reader in(bytes);
  in.require(in.u32() == kMagic && in.u32() == kFormat, "it is not a plan of this version");
  Plan plan{in.u64(), in.u64(), in.u64(), {}, {}};
  in.require(plan.stride >= 1 && plan.stride <= kMaxShards && plan.shard < plan.stride, "the shard is out of range");
  uint32_t template_id = 0;
  for (uint32_t n = in.count(8); n > 0 && in.ok; n--) plan.streams.push_back(read_stream(in, template_id));
  for (uint32_t n = in.count(8); n > 0 && in.ok; n--) plan.lanes.push_back(read_lane(in, plan.streams.size()));
  for (const Lane& lane : plan.lanes)
    for (uint32_t other : lane.after) in.require(other < plan.lanes.size(), "a lane waits for one that is not there");
  in.require(in.done(), "something follows its end");
  if (!in.ok) return Failure{"bad-plan", std::string("the plan cannot be used: ") + in.wrong, "this is a bug in nmgen"};
  return plan;
}

}  // namespace nmgen
