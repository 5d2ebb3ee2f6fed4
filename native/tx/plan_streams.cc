#include <algorithm>

#include "account.h"
#include "backend.h"
#include "group_keys.h"
#include "plan_parts.h"
#include "signature.h"

namespace nmgen::decode {
namespace {

constexpr uint64_t kMaxWalks = 1 << 25;  // places of all fields of a stream: 24 bytes each are kept (see Walk)
constexpr uint32_t kMaxGroups = 1 << 16;
constexpr uint64_t kMaxPeriod = 1 << 20;

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

Stream read_stream(Reader& in, uint32_t& template_id, bool is_account);

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

// Which of the profile's streams it is, and what its packets are numbers of.
void read_identity(Reader& in, Stream& s) {
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
}

void read_frames(Reader& in, Stream& s, uint32_t& template_id) {
  for (uint32_t n = in.count(4); n > 0 && in.ok; n--) s.templates.push_back(read_template(in, template_id++));
  for (uint32_t n = in.count(4); n > 0 && in.ok; n--) s.sequence.push_back(in.u32());
  s.sizes = read_sizes(in);
  for (uint32_t n = in.count(4); n > 0 && in.ok; n--) s.fields.push_back(read_field(in));
  order_draws(in, s.fields);
}

// All that has its place in a frame must lie in each of the frames.
void check_places(Reader& in, const Stream& s) {
  for (size_t i = 0; in.ok && i < s.templates.size(); i++) {
    const Template& t = s.templates[i];
    in.require(same_sites(t, s.templates[0]), "a stream's frames differ in their checksums");
    in.require(!s.is_signed || (t.bytes.size() >= kSignatureBytes && s.signature <= t.bytes.size() - kSignatureBytes),
               "a signature lies outside its frame");
    for (const Field& f : s.fields) check_field(in, f, t);
  }
  for (const Field& f : s.fields) in.require(f.numbers < s.numbers.size(), "a field names unknown numbers");
  if (in.ok) in.require(s.fields.size() * s.numbers[0].places.size() <= kMaxWalks, "a stream has too many places");
}

Stream read_stream(Reader& in, uint32_t& template_id, bool is_account) {
  Stream s{};
  read_identity(in, s);
  read_frames(in, s, template_id);
  s.match = {in.u32(), in.blob(), in.blob()};
  const bool accounted = in.u32() != 0;
  in.require(!accounted || !is_account, "groups have groups");
  if (in.ok && accounted) read_account(in, s);
  check_frames(in, s);
  in.require(s.match.value.size() == s.match.mask.size(), "a match rule's value and mask differ in length");
  in.require(s.match.offset <= kMaxFrame && s.match.value.size() <= kMaxFrame, "a match rule is too long");
  check_places(in, s);
  if (!in.ok) return s;
  finish_constant_sites(s);
  lay_out(s);
  return s;
}

}  // namespace

Stream read_stream(Reader& in, uint32_t& template_id) { return read_stream(in, template_id, false); }

}  // namespace nmgen::decode
