#include "plan.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "abreast.h"
#include "account.h"
#include "ahead.h"
#include "backend.h"
#include "checksum.h"
#include "crc32c.h"
#include "group_keys.h"
#include "signature.h"

namespace nmgen {
namespace {

constexpr uint32_t kMagic = 0x50474d4e;  // "NMGP", little-endian
constexpr uint32_t kFormat = 8;
constexpr uint64_t kMaxLateNs = 3'600'000'000'000;
constexpr double kMaxCatchUp = 1000;
constexpr uint32_t kMaxSample = 1'000'000;
constexpr uint32_t kMinFrame = 14;
constexpr uint64_t kMaxShards = 65536;
constexpr uint64_t kMaxWalks = 1 << 25;  // places of all fields of a stream: 24 bytes each are kept (see Walk)
constexpr uint32_t kMaxGroups = 1 << 16;
constexpr uint64_t kMaxPeriod = 1 << 20;
constexpr uint64_t kMaxSequences = 1 << 20;  // streams times shards: a receiver keeps 1 KiB for each (see Sequence)

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

constexpr uint32_t kZeroIsOnes = 1, kBad = 2, kCrc32c = 4, kHidden = 8;

std::vector<SumEntry> read_sums(Reader& in) {
  std::vector<SumEntry> sums;
  for (uint32_t n = in.count(8); n > 0 && in.ok; n--) sums.push_back({in.u32(), in.u32()});
  return sums;
}

// `after` is what keeps the order: a value may only enter sums that are finished later.
Site read_site(Reader& in, size_t length, uint32_t after, uint32_t count) {
  Site site{};
  site.offset = in.u32();
  site.base = in.u32();
  const uint32_t flags = in.u32();
  site.zero_is_ones = flags & kZeroIsOnes;
  site.bad = flags & kBad;
  site.crc32c = flags & kCrc32c;
  site.hidden = flags & kHidden;
  site.start = in.u32();
  site.end = in.u32();
  site.sums = read_sums(in);
  in.require(flags < 16 && !(site.hidden && site.crc32c), "a checksum has an unknown kind");
  in.require(site.offset <= length - site.bytes() && site.base <= 0xffff, "a checksum lies outside its frame");
  in.require(site.start <= site.end && site.end <= length, "a checksum covers more than its frame");
  in.require(!site.crc32c || (site.start <= site.offset && site.offset + 4 <= site.end),
             "a CRC lies outside of what it covers");
  for (const SumEntry& sum : site.sums)
    in.require(sum.site > after && sum.site < count, "a checksum counts in one that is finished before it");
  return site;
}

Template read_template(Reader& in, uint32_t id) {
  Template t{.id = id, .bytes = in.blob(), .sites = {}};
  in.require(t.bytes.size() >= kMinFrame && t.bytes.size() <= kMaxFrame, "a frame's length is out of range");
  uint32_t n = in.count(24);
  in.require(n <= kMaxSites, "a frame has too many checksums");
  for (uint32_t i = 0; in.ok && i < n; i++) t.sites.push_back(read_site(in, t.bytes.size(), i, n));
  if (!in.ok) return t;  // what follows trusts the numbers of the sites
  for (const Site& site : t.sites)
    for (const SumEntry& sum : site.sums) in.require(!t.sites[sum.site].crc32c, "a CRC is no sum");
  return t;
}

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
  f.sums = read_sums(in);
  in.require(f.bytes >= 1 && f.bytes <= 8 && f.bits >= 1 && f.bits <= 64, "a field's width is out of range");
  in.require(f.shift < 64 && f.shift + f.bits <= f.bytes * 8, "a field does not fit in its bytes");
  in.require(f.from <= f.to && f.to <= f.bytes, "a field shows more bytes than it has");
  in.require(op <= static_cast<uint32_t>(FieldOp::kWeighted), "a field has an unknown kind");
  in.require(f.every >= 1, "a field's `every` is 0");
  in.require(f.op != FieldOp::kList || !f.values.empty(), "a list has no values");
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

// All frames of a stream share the order in which their checksums are finished, and into which sums they go.
bool same_sites(const Template& a, const Template& b) {
  return std::ranges::equal(a.sites, b.sites, [](const Site& x, const Site& y) {
    auto same = [](const SumEntry& p, const SumEntry& q) { return p.site == q.site && p.high == q.high; };
    return x.crc32c == y.crc32c && x.hidden == y.hidden && x.bad == y.bad && x.zero_is_ones == y.zero_is_ones &&
           std::ranges::equal(x.sums, y.sums, same);
  });
}

// Does something that varies from packet to packet lie in a CRC's range? `varying` tells which sites do.
bool crc_varies(const Stream& s, const Site& crc, const std::vector<bool>& varying) {
  auto inside = [&](uint32_t offset, uint32_t bytes) { return offset < crc.end && offset + bytes > crc.start; };
  const std::vector<Site>& sites = s.templates[0].sites;
  for (size_t i = 0; i < sites.size(); i++)
    if (varying[i] && !sites[i].hidden && inside(sites[i].offset, sites[i].bytes())) return true;
  return (s.is_signed && inside(s.signature, kSignatureBytes)) ||
         std::ranges::any_of(s.fields, [&](const Field& f) { return inside(f.offset, f.stored()); });
}

// Which checksums differ from packet to packet: a field reaches them, or another such checksum does.
std::vector<bool> varying_sites(const Stream& s) {
  const std::vector<Site>& sites = s.templates[0].sites;
  std::vector<bool> varying(sites.size(), false);
  for (const Field& f : s.fields)
    for (const SumEntry& e : f.sums) varying[e.site] = true;
  for (size_t i = 0; i < sites.size(); i++) {
    if (sites[i].crc32c) varying[i] = crc_varies(s, sites[i], varying);
    if (varying[i])
      for (const SumEntry& e : sites[i].sums) varying[e.site] = true;
  }
  return varying;
}

// The value of a site that never changes is written once, and counts in the sums around it as any other bytes do.
void finish_constant_site(Template& t, const Site& site) {
  uint8_t* at = t.bytes.data() + site.offset;
  const uint8_t* bytes = t.bytes.data();
  const uint32_t right = site.crc32c ? crc32c(bytes + site.start, site.end - site.start, site.offset - site.start)
                                     : finish(site.base, site.zero_is_ones);
  const uint32_t sent = site.bad ? spoil(right) : right;
  if (site.crc32c)
    put32(at, sent);
  else if (!site.hidden)
    put16(at, static_cast<uint16_t>(sent));
  for (const SumEntry& e : site.sums)
    t.sites[e.site].base = fold(t.sites[e.site].base + (static_cast<uint64_t>(sent) << (e.high ? 8 : 0)));
}

// A checksum that nothing varying reaches is the same in every packet: finish it in the template.
void finish_constant_sites(Stream& s) {
  const std::vector<bool> varying = varying_sites(s);
  std::vector<uint32_t> places(varying.size());  // where each one is found afterwards
  for (uint32_t site = 0, next = 0; site < varying.size(); site++) {
    places[site] = next;
    next += varying[site];
    s.has_crc |= varying[site] && s.templates[0].sites[site].crc32c;
  }
  for (Template& t : s.templates) {
    std::vector<Site> left;
    for (uint32_t site = 0; site < varying.size(); site++) {
      if (!varying[site]) finish_constant_site(t, t.sites[site]);
      // A varying site never counts in a constant one.
      for (SumEntry& e : t.sites[site].sums) e.site = places[e.site];
      if (varying[site]) left.push_back(t.sites[site]);
    }
    t.sites = std::move(left);
  }
  for (Field& f : s.fields)
    for (SumEntry& e : f.sums) e.site = places[e.site];
}

SizeDraw read_sizes(Reader& in) {
  SizeDraw sizes{.on = in.u32() != 0, .key = in.u64()};
  for (uint32_t n = in.count(12); n > 0 && in.ok; n--) sizes.columns.push_back({in.u64(), in.u32()});
  return sizes;
}

// Every packet must have its frame, whichever way it is found.
void check_frames(Reader& in, const Stream& s) {
  const std::vector<SizeColumn>& columns = s.sizes.columns;
  in.require(!s.templates.empty() && s.sequence.empty() == s.sizes.on, "a stream has no frame");
  in.require(columns.empty() || (s.sizes.on && columns.size() == s.templates.size()),
             "a stream's frame sizes have too few weights, or too many");
  for (uint32_t index : s.sequence) in.require(index < s.templates.size(), "a stream names an unknown frame");
  for (const SizeColumn& c : columns) in.require(c.other < columns.size(), "a weight leads to an unknown frame");
}

Numbers read_numbers(Reader& in) {
  Numbers n{in.u32(), {}};
  for (uint32_t count = in.count(4); count > 0 && in.ok; count--) n.places.push_back(in.u32());
  const bool inside = std::ranges::all_of(n.places, [&](uint32_t place) { return place < n.cycle; });
  in.require(!n.places.empty() && inside, "a stream's places lie outside of its cycle");
  return n;
}

Stream read_stream(Reader& in, uint32_t& template_id, bool is_account = false);

GroupKeys read_keys(Reader& in, uint32_t groups) {
  GroupKeys keys{.on = in.u32() != 0};
  for (uint32_t n = in.count(4); n > 0 && in.ok; n--) keys.offsets.push_back(in.u32());
  keys.masks = in.blob();
  keys.values = in.blob();
  const size_t bytes = keys.offsets.size();
  in.require(bytes <= GroupFinder::kMaxBytes && keys.masks.size() == bytes, "a group is told by too many bytes");
  in.require(keys.values.size() == (keys.on ? groups * bytes : 0), "a group is told by nothing");
  in.require(std::ranges::all_of(keys.offsets, [](uint32_t at) { return at < kMaxFrame; }), "a group lies too far off");
  return keys;
}

void read_account(Reader& in, Stream& s) {
  s.groups = in.u32();
  in.require(s.groups >= 1 && s.groups <= kMaxGroups, "a stream has too many groups");
  if (!in.ok) return;
  s.period = in.u64();
  in.require(s.period <= kMaxPeriod, "a stream's groups have too long a period");
  uint32_t template_id = 0;
  Stream account = read_stream(in, template_id, true);
  if (!in.ok) return;
  const size_t length = account.templates[0].bytes.size();
  in.require(!account.is_signed && !account.has_crc, "a group has more than a number");
  in.require(length % 8 == 0 && length <= Groups::kMaxFrameBytes, "a group's number is out of place");
  in.require(std::ranges::all_of(account.templates, [&](const Template& t) { return t.bytes.size() == length; }),
             "the numbers of groups differ in length");
  s.account = std::make_shared<const Stream>(std::move(account));
  s.keys = read_keys(in, s.groups);
}

Stream read_stream(Reader& in, uint32_t& template_id, bool is_account) {
  Stream s{};
  s.id = in.u32();
  s.stride = in.u32();
  s.histogram = in.u32();
  s.is_signed = in.u32() != 0;
  s.signature = in.u32();
  s.limit = in.u64();
  for (uint32_t n = in.count(8); n > 0 && in.ok; n--) s.numbers.push_back(read_numbers(in));
  in.require(!s.numbers.empty(), "a stream has no numbers");
  for (const Numbers& n : s.numbers)
    in.require(n.places.size() == s.numbers[0].places.size(), "a stream's numbers differ in their places");
  in.require(s.id <= 0xffff, "a stream's number is out of range");
  in.require(s.stride >= 1 && s.stride <= kMaxShards, "a stream has too many shards");
  for (uint32_t n = in.count(4); n > 0 && in.ok; n--) s.templates.push_back(read_template(in, template_id++));
  for (uint32_t n = in.count(4); n > 0 && in.ok; n--) s.sequence.push_back(in.u32());
  s.sizes = read_sizes(in);
  for (uint32_t n = in.count(4); n > 0 && in.ok; n--) s.fields.push_back(read_field(in));
  order_draws(in, s.fields);
  s.match = {in.u32(), in.blob(), in.blob()};
  const bool accounted = in.u32() != 0;
  in.require(!accounted || !is_account, "groups have groups");
  if (in.ok && accounted) read_account(in, s);
  check_frames(in, s);
  in.require(s.match.value.size() == s.match.mask.size(), "a match rule's value and mask differ in length");
  in.require(s.match.offset <= kMaxFrame && s.match.value.size() <= kMaxFrame, "a match rule is too long");
  for (size_t i = 0; in.ok && i < s.templates.size(); i++) {
    const Template& t = s.templates[i];
    in.require(same_sites(t, s.templates[0]), "a stream's frames differ in their checksums");
    in.require(!s.is_signed || (t.bytes.size() >= kSignatureBytes && s.signature <= t.bytes.size() - kSignatureBytes),
               "a signature lies outside its frame");
    for (const Field& f : s.fields) check_field(in, f, t);
  }
  for (const Field& f : s.fields) in.require(f.numbers < s.numbers.size(), "a field names unknown numbers");
  if (in.ok) in.require(s.fields.size() * s.numbers[0].places.size() <= kMaxWalks, "a stream has too many places");
  if (!in.ok) return s;
  finish_constant_sites(s);
  lay_out(s);
  return s;
}

bool is_time(double ns) { return std::isfinite(ns) && ns >= 0; }

// Counting what is due needs an order, and each cycle to be over before the next.
void check_offsets(Reader& in, const Lane& lane) {
  in.require(lane.offsets.size() <= kMaxOffsets, "a lane's table is too long");
  in.require((lane.shape == Shape::kTrace) == !lane.offsets.empty(), "a lane's table is missing, or out of place");
  if (!in.ok || lane.offsets.empty()) return;
  const bool rising = std::ranges::is_sorted(lane.offsets) && std::ranges::all_of(lane.offsets, is_time);
  in.require(rising && is_time(lane.cycle_ns) && lane.offsets.back() < lane.cycle_ns, "a lane's table is out of order");
}

std::vector<uint32_t> read_slots(Reader& in, size_t streams) {
  std::vector<uint32_t> slots;
  for (uint32_t n = in.count(4); n > 0 && in.ok; n--) {
    slots.push_back(in.u32());
    in.require(slots.back() < streams, "a lane names an unknown stream");
  }
  in.require(!slots.empty(), "a lane is empty");
  return slots;
}

// A turn leads to a cycle by its first member: one that no slot names would never be done, nor would its lane.
void check_cycles(Reader& in, const Lane& lane, size_t streams) {
  if (!in.ok || lane.cycles.empty()) return;
  std::vector<bool> named(streams, false);
  for (uint32_t slot : lane.slots) named[slot] = true;
  for (const std::vector<uint32_t>& cycle : lane.cycles) {
    in.require(named[cycle[0]], "a lane never takes one of its cycles");
    named[cycle[0]] = false;  // a second one of the same name would take its turns
  }
}

Pacing read_pacing(Reader& in) {
  const uint32_t policy = in.u32();
  const Pacing pacing{static_cast<LatePolicy>(policy), in.u32(), in.u64(), in.f64()};
  in.require(policy <= static_cast<uint32_t>(LatePolicy::kFail), "what to do when late is unknown");
  in.require(pacing.burst >= 1 && pacing.burst <= kMaxBurst, "a burst has no packets, or too many");
  in.require(pacing.late_ns <= kMaxLateNs, "late is too late");
  in.require(pacing.catch_up == 0 || (pacing.catch_up >= 1 && pacing.catch_up <= kMaxCatchUp),
             "what was missed is never caught up");
  return pacing;
}

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
            .cycle_ns = in.f64(),
            .offsets = {},
            .after = {},
            .slots = {},
            .cycles = {}};
  in.require(shape <= static_cast<uint32_t>(Shape::kTrace), "a lane has an unknown shape");
  in.require(is_time(lane.period_ns) && is_time(lane.start_ns) && is_time(lane.for_ns), "a lane's time is none");
  in.require(lane.shape == Shape::kLine || lane.shape == Shape::kRamp || lane.period_ns > 0, "a lane has no period");
  in.require(lane.shape != Shape::kBurst || lane.burst >= 1, "a lane's burst is empty");
  in.require(lane.shape != Shape::kRamp || (is_time(lane.from_pns) && is_time(lane.to_pns) && lane.to_pns > 0 &&
                                            is_time(lane.over_ns) && lane.over_ns > 0),
             "a lane's ramp leads nowhere");
  for (uint32_t n = in.count(8); n > 0 && in.ok; n--) lane.offsets.push_back(in.f64());
  check_offsets(in, lane);
  for (uint32_t n = in.count(4); n > 0 && in.ok; n--) lane.after.push_back(in.u32());
  lane.slots = read_slots(in, streams);
  for (uint32_t n = in.count(8); n > 0 && in.ok; n--) lane.cycles.push_back(read_slots(in, streams));
  check_cycles(in, lane, streams);
  return lane;
}

// Lanes that wait for each other would wait for ever: each must have its turn once those before it have had theirs.
void check_waits(Reader& in, const std::vector<Lane>& lanes) {
  for (const Lane& lane : lanes)
    for (uint32_t other : lane.after) in.require(other < lanes.size(), "a lane waits for one that is not there");
  if (!in.ok) return;
  std::vector<std::vector<uint32_t>> waiting(lanes.size());
  std::vector<size_t> awaited(lanes.size());
  std::vector<uint32_t> ready;
  for (uint32_t i = 0; i < lanes.size(); i++) {
    awaited[i] = lanes[i].after.size();
    if (awaited[i] == 0) ready.push_back(i);
    for (uint32_t other : lanes[i].after) waiting[other].push_back(i);
  }
  for (size_t done = 0; done < ready.size(); done++)
    for (uint32_t next : waiting[ready[done]])
      if (--awaited[next] == 0) ready.push_back(next);
  in.require(ready.size() == lanes.size(), "lanes wait for each other");
}

void check_sequences(Reader& in, const std::vector<Stream>& streams) {
  uint64_t sequences = 0;
  for (const Stream& s : streams) sequences += s.is_signed ? s.stride : 0;
  in.require(sequences <= kMaxSequences, "its streams have too many shards together");
}

}  // namespace

Divisor::Divisor(uint64_t divisor) : by(divisor), power(std::has_single_bit(divisor)) {
  if (power)
    shift = static_cast<uint32_t>(std::countr_zero(by));
  else if (by != 0)
    reciprocal = static_cast<uint64_t>((static_cast<uint128_t>(1) << 64) / by);
  if (by > 1 && by <= 0xffffffff) reciprocal32 = static_cast<uint32_t>((1ull << 32) / by);
}

Expected<Plan> decode_plan(std::span<const uint8_t> bytes) {
  static_assert(std::endian::native == std::endian::little, "the plan is read as it lies");
  Reader in(bytes);
  in.require(in.u32() == kMagic && in.u32() == kFormat, "it is not a plan of this version");
  Plan plan{in.u64(), in.u64(), in.u64(), {}, {}};
  in.require(plan.stride >= 1 && plan.stride <= kMaxShards && plan.shard < plan.stride, "the shard is out of range");
  plan.pacing = read_pacing(in);
  plan.sample = in.u32();
  in.require(plan.sample <= kMaxSample, "too few packets are timed");
  uint32_t template_id = 0;
  for (uint32_t n = in.count(8); n > 0 && in.ok; n--) plan.streams.push_back(read_stream(in, template_id));
  for (uint32_t n = in.count(8); n > 0 && in.ok; n--) plan.lanes.push_back(read_lane(in, plan.streams.size()));
  check_waits(in, plan.lanes);
  check_sequences(in, plan.streams);
  in.require(in.done(), "something follows its end");
  if (!in.ok) return Failure{"bad-plan", std::string("the plan cannot be used: ") + in.wrong, "this is a bug in nmgen"};
  // What is skipped would have to be walked over.
  plan.abreast = plan.pacing.policy != LatePolicy::kSkip && are_abreast(plan);
  plan.ahead = !plan.abreast && pays_ahead(plan);
  return plan;
}

}  // namespace nmgen
