// The decoder is the border: what passes it may be rendered, scheduled and sent without another look.

#include <cmath>

#include "support.h"

namespace nmgen::test {
namespace {

// Three fields of one draw of 2^32, of which the second goes by a table, and the third by segments; then weights.
std::vector<Field> shared_fields() {
  std::vector<Field> fields{whole_field(20, 4, FieldOp::kPermute), whole_field(24, 2, FieldOp::kPermute),
                            whole_field(26, 8, FieldOp::kPermute), whole_field(34, 4, FieldOp::kWeighted),
                            whole_field(38, 8, FieldOp::kRandom)};
  for (int i : {0, 1, 2}) fields[i].draw = 1, fields[i].size = 1ull << 32, fields[i].has_digit = true;
  fields[0].div = Divisor(1000);
  fields[0].mod = Divisor(0);
  fields[1].mod = Divisor(3);
  fields[1].values = {5, 6, 7};
  fields[2].mod = Divisor(0x10000);
  fields[2].segments = {{0, 100}, {7, 20000}, {60000, 5}};
  fields[2].high = fields[2].has_hash = true;
  fields[2].hash = {1, 0, 77, 88};
  fields[3].size = 20;
  fields[3].shuffled = true;
  fields[3].columns = {{1ull << 63, 0, 1, 1, false}, {1ull << 60, 1, 19, 0, true}};
  fields[4].wide = true;
  fields[4].size_high = 3;
  return fields;
}

Field& shared(Plan& plan, size_t i) { return plan.streams[2].fields[i]; }

}  // namespace

// A plan with something of everything; plan_fuzz_test.cc damages it, too.
Plan rich_plan();
Plan rich_plan() {
  Stream imix = plain_stream(3, 60);
  add_lengths(imix, {100, 124});
  imix.sequence = {0, 0, 1, 0, 2};
  sign(imix, 42);
  for (Template& t : imix.templates) {
    const uint32_t end = static_cast<uint32_t>(t.bytes.size());
    t.sites = {{24, 0x1234, false, true, false, 14, 34, {{2, 1}}},
               {40, 0xfedc, true, false, false, 34, end, {{2, 0}}},
               {12, 7, false},
               {50, 0, false, false, true, 36, end, {}}};
  }
  imix.fields = {whole_field(26, 4, FieldOp::kPermute), whole_field(34, 2, FieldOp::kRandom),
                 whole_field(14, 8, FieldOp::kInc), whole_field(36, 3, FieldOp::kList)};
  imix.fields[0].sums = {{0, 0}, {1, 0}};
  imix.fields[1].bits = 9;
  imix.fields[1].shift = 3;
  imix.fields[1].size = 500;
  imix.fields[1].sums = {{1, 1}};
  imix.fields[2].every = 3;
  imix.fields[3].values = {1, 2, 70000};
  Stream matched = plain_stream(4, 64);
  matched.limit = 1000;
  matched.match = {14, {0x45, 0}, {0xff, 0xf0}};
  Stream drawn = plain_stream(5, 64);
  drawn.fields = shared_fields();
  add_lengths(drawn, {90});
  drawn.sequence.clear();
  drawn.sizes = {true, 77, {{1ull << 63, 1}, {0, 1}}};
  Stream account = plain_stream(4, 16);
  account.numbers = {{10, {2, 3, 9}}};
  matched.groups = 7;
  matched.period = 21;
  matched.account = std::make_shared<const Stream>(account);
  Plan plan = plan_of({imix, matched, drawn}, 4, 1);
  plan.duration_ns = 1'000'000'000;
  plan.streams[1].numbers = {{10, {2, 3, 9}}, {3, {0, 1, 2}}};
  plan.lanes = {lane_of({0, 1, 0}, 100.5), lane_of({1}),   lane_of({0}, 50), lane_of({1}),
                lane_of({0}, 7),           lane_of({0}, 5)};
  plan.lanes[0].start_ns = 3.25;
  plan.lanes[0].tight = true;
  plan.lanes[0].cycles = {{1, 2, 1}, {0, 0}};
  plan.lanes[1].for_ns = 1e6;
  plan.lanes[2].shape = Shape::kBurst;
  plan.lanes[2].burst = 16;
  plan.lanes[2].after = {1, 0};
  plan.lanes[3].shape = Shape::kRamp;
  plan.lanes[3].from_pns = 1e-6;
  plan.lanes[3].to_pns = 1e-3;
  plan.lanes[3].over_ns = 1e9;
  plan.lanes[4].shape = Shape::kPoisson;
  plan.lanes[4].open_ended = true;
  plan.lanes[4].key = 12345;
  plan.lanes[5].shape = Shape::kTrace;
  plan.lanes[5].cycle_ns = 11;
  plan.lanes[5].offsets = {0, 3.5, 3.5, 9};
  return plan;
}

namespace {

std::string refusal(const Plan& plan) {
  auto result = decode_plan(encode(plan));
  return result ? "" : result.failure().message;
}

// A copy of its own, that a change of this plan changes in no other.
Stream& account_of(Plan& plan) {
  auto own = std::make_shared<Stream>(*plan.streams[1].account);
  plan.streams[1].account = own;
  return *own;
}

TEST(plan_decoder_reads_what_the_encoder_writes) {
  const Plan plan = decoded(rich_plan());
  CHECK_EQ(plan.stride, 4u);
  CHECK_EQ(plan.shard, 1u);
  CHECK_EQ(plan.duration_ns, 1'000'000'000u);
  const Stream& s = plan.streams[0];
  CHECK(s.id == 3 && s.is_signed && s.signature == 42 && s.limit == kNoLimit && plan.streams[1].limit == 1000);
  CHECK(s.sequence == std::vector<uint32_t>({0, 0, 1, 0, 2}));
  CHECK(s.templates[2].bytes.size() == 124 && s.templates[2].bytes == rich_plan().streams[0].templates[2].bytes);
  CHECK(s.templates[1].sites[1].offset == 40 && s.templates[1].sites[1].base == 0xfedc);
  CHECK(!s.templates[0].sites[0].zero_is_ones && s.templates[0].sites[1].zero_is_ones);
  CHECK(s.templates[0].sites[0].bad && !s.templates[0].sites[1].bad && s.templates[0].sites[0].sums[0].high == 1);
  CHECK(s.templates[2].sites[3].crc32c && s.templates[2].sites[3].end == 124 && s.has_crc);
  CHECK(s.fields[1].bits == 9 && s.fields[1].shift == 3 && s.fields[1].size == 500 && s.fields[1].sums[0].high == 1);
  CHECK(s.fields[2].every == 3 && s.fields[2].size == 0 && s.fields[3].values[2] == 70000);
  const SizeDraw& sizes = plan.streams[2].sizes;
  CHECK(sizes.on && sizes.key == 77 && sizes.columns[0].threshold == 1ull << 63 && sizes.columns[1].other == 1);
  CHECK(!s.sizes.on && plan.streams[2].sequence.empty());
  CHECK(plan.streams[1].match.offset == 14 && plan.streams[1].match.mask[1] == 0xf0);
  CHECK(s.numbers[0].cycle == 1 && s.numbers[0].places.size() == 1 && plan.shard_of(s) == 1 && s.histogram == 0);
  const std::vector<Numbers>& numbers = plan.streams[1].numbers;
  CHECK(numbers[0].cycle == 10 && numbers[0].places == std::vector<uint32_t>({2, 3, 9}) && numbers[1].cycle == 3);
  CHECK(plan.shard_of(plan.streams[1]) == 3 && plan.streams[1].histogram == 1);
  CHECK(plan.streams[1].groups == 7 && plan.streams[1].period == 21 && !s.account);
  CHECK(plan.streams[1].account->templates[0].bytes.size() == 16 && !plan.streams[1].account->account);
  const std::vector<Lane>& lanes = plan.lanes;
  CHECK(lanes[1].cycles.empty() && lanes[0].cycles == rich_plan().lanes[0].cycles);
  CHECK(lanes[0].period_ns == 100.5 && lanes[0].start_ns == 3.25 && lanes[0].tight && lanes[0].slots[1] == 1);
  CHECK(lanes[1].shape == Shape::kLine && lanes[1].for_ns == 1e6 && lanes[1].open_ended && !lanes[0].open_ended);
  CHECK(lanes[2].burst == 16 && lanes[2].after == std::vector<uint32_t>({1, 0}));
  CHECK(lanes[3].from_pns == 1e-6 && lanes[3].to_pns == 1e-3 && lanes[3].over_ns == 1e9);
  CHECK(lanes[4].shape == Shape::kPoisson && lanes[4].key == 12345);
  CHECK(lanes[5].shape == Shape::kTrace && lanes[5].cycle_ns == 11 && lanes[5].offsets == rich_plan().lanes[5].offsets);
  // Frame::holds tells templates apart by their number alone.
  CHECK(s.templates[0].id != s.templates[1].id && plan.streams[1].templates[0].id != s.templates[2].id);
}

TEST(plan_decoder_refuses_every_truncation) {
  const std::vector<uint8_t> bytes = encode(rich_plan());
  for (size_t n = 0; n < bytes.size(); n++) {
    const std::vector<uint8_t> part(bytes.begin(), bytes.begin() + static_cast<long>(n));  // its own: ASan sees its end
    auto result = decode_plan(part);
    CHECK(!result);
    CHECK(result.failure().message.starts_with("the plan cannot be used: "));
  }
  std::vector<uint8_t> longer = bytes;
  longer.push_back(0);
  CHECK(!decode_plan(longer));
}

void clip(Plan& p, uint32_t from, uint32_t to) {
  Field& f = p.streams[0].fields[0];
  f.clipped = true;
  f.from = from;
  f.to = to;
}

TEST(plan_decoder_refuses_what_would_reach_outside) {
  using Change = void (*)(Plan&);
  const std::pair<const char*, Change> changes[] = {
      {"the shard", [](Plan& p) { p.shard = 4; }},
      {"the shard", [](Plan& p) { p.stride = 0; }},
      {"a stream's number", [](Plan& p) { p.streams[0].id = 65536; }},
      {"too many shards", [](Plan& p) { p.streams[0].stride = 0; }},
      {"no frame", [](Plan& p) { p.streams[1].sequence.clear(); }},
      {"unknown frame", [](Plan& p) { p.streams[0].sequence[4] = 3; }},
      {"no frame", [](Plan& p) { p.streams[2].sizes.on = false; }},
      {"no frame", [](Plan& p) { p.streams[2].sequence = {0}; }},
      {"too few weights", [](Plan& p) { p.streams[2].sizes.columns.pop_back(); }},
      {"too few weights",
       [](Plan& p) {
         p.streams[1].sizes.columns = {{0, 0}};
       }},
      {"leads to an unknown frame", [](Plan& p) { p.streams[2].sizes.columns[1].other = 2; }},
      {"a frame's length", [](Plan& p) { p.streams[1].templates[0].bytes.resize(13); }},
      {"a frame's length", [](Plan& p) { p.streams[1].templates[0].bytes.resize(kMaxFrame + 1); }},
      {"lies outside its frame", [](Plan& p) { p.streams[0].templates[0].sites[1].offset = 59; }},
      {"too many checksums",
       [](Plan& p) {
         p.streams[1].templates[0].sites.assign(9, {20, 0, false});
       }},
      {"differ in their checksums", [](Plan& p) { p.streams[0].templates[2].sites.pop_back(); }},
      {"unknown checksum", [](Plan& p) { p.streams[0].fields[0].sums[0].site = 4; }},
      {"unknown checksum", [](Plan& p) { p.streams[0].fields[0].sums[0].site = 3; }},
      {"finished before it", [](Plan& p) { p.streams[0].templates[0].sites[1].sums[0].site = 1; }},
      {"finished before it", [](Plan& p) { p.streams[0].templates[0].sites[0].sums[0].site = 4; }},
      {"a CRC is no sum", [](Plan& p) { p.streams[0].templates[0].sites[0].sums[0].site = 3; }},
      {"covers more", [](Plan& p) { p.streams[0].templates[0].sites[3].end = 61; }},
      {"covers more", [](Plan& p) { p.streams[0].templates[0].sites[3].start = 61; }},
      {"outside of what it covers", [](Plan& p) { p.streams[0].templates[0].sites[3].start = 51; }},
      {"a field lies outside", [](Plan& p) { p.streams[0].fields[0].offset = 57; }},
      {"a field lies outside", [](Plan& p) { p.streams[0].fields[0].offset = ~0u; }},
      {"a field's width", [](Plan& p) { p.streams[0].fields[0].bytes = 9; }},
      {"a field's width", [](Plan& p) { p.streams[0].fields[0].bits = 0; }},
      {"does not fit in its bytes", [](Plan& p) { p.streams[0].fields[0].shift = 1; }},
      {"does not fit in its bytes", [](Plan& p) { p.streams[0].fields[0].shift = ~0u; }},
      {"more bytes than it has", [](Plan& p) { clip(p, 0, 9); }},
      {"more bytes than it has", [](Plan& p) { clip(p, 2, 1); }},
      {"unknown kind", [](Plan& p) { p.streams[0].templates[0].sites[3].hidden = true; }},
      {"unknown kind", [](Plan& p) { p.streams[0].fields[0].op = static_cast<FieldOp>(5); }},
      {"`every` is 0", [](Plan& p) { p.streams[0].fields[0].every = 0; }},
      {"a list has no values", [](Plan& p) { p.streams[0].fields[3].values.clear(); }},
      {"table is too short", [](Plan& p) { p.streams[0].fields[0].values = {1}; }},
      {"table is too short", [](Plan& p) { shared(p, 1).values.pop_back(); }},
      {"too many values", [](Plan& p) { shared(p, 0).wide = true; }},
      {"a field's digit", [](Plan& p) { shared(p, 0).div.by = 0; }},
      {"do not begin at 0", [](Plan& p) { shared(p, 2).segments[0].from = 1; }},
      {"out of order", [](Plan& p) { shared(p, 2).segments[1].from = 0; }},
      {"disagree on their draw", [](Plan& p) { shared(p, 1).size--; }},
      {"weights are missing", [](Plan& p) { shared(p, 3).columns.clear(); }},
      {"weights are missing", [](Plan& p) { shared(p, 0).columns = {{}}; }},
      {"outside of its table", [](Plan& p) { shared(p, 3).columns[0].other = 2; }},
      {"an unknown value", [](Plan& p) { shared(p, 3).columns[1].count++; }},
      {"an unknown value", [](Plan& p) { shared(p, 3).columns[1].count = 0; }},
      {"a signature lies outside", [](Plan& p) { p.streams[0].signature = 43; }},
      {"differ in length", [](Plan& p) { p.streams[1].match.mask.pop_back(); }},
      {"too many groups", [](Plan& p) { p.streams[1].groups = 65537; }},
      {"too many groups", [](Plan& p) { p.streams[1].groups = 0; }},
      {"too long a period", [](Plan& p) { p.streams[1].period = (1 << 20) + 1; }},
      {"groups have groups",
       [](Plan& p) {
         Stream& account = account_of(p);
         account.groups = 1;
         account.account = std::make_shared<const Stream>(plain_stream(4, 16));
       }},
      {"more than a number",
       [](Plan& p) {
         Stream& account = account_of(p);
         account.templates[0].bytes.resize(24);
         account.is_signed = true;
         account.signature = 0;
       }},
      {"out of place", [](Plan& p) { account_of(p).templates[0].bytes.resize(20); }},
      {"out of place", [](Plan& p) { account_of(p).templates[0].bytes.resize(264); }},
      {"numbers of groups differ",
       [](Plan& p) {
         Stream& account = account_of(p);
         account.templates.push_back(account.templates[0]);
         account.templates[1].bytes.resize(24);
       }},
      {"places lie outside", [](Plan& p) { p.streams[1].numbers[0].places.clear(); }},
      {"places lie outside", [](Plan& p) { p.streams[1].numbers[0].places[2] = 10; }},
      {"places lie outside", [](Plan& p) { p.streams[0].numbers[0].cycle = 0; }},
      {"differ in their places", [](Plan& p) { p.streams[1].numbers[1].places = {1}; }},
      {"has no numbers", [](Plan& p) { p.streams[1].numbers.clear(); }},
      {"unknown numbers", [](Plan& p) { p.streams[0].fields[0].numbers = 1; }},
      {"time is none", [](Plan& p) { p.lanes[0].period_ns = -1; }},
      {"time is none", [](Plan& p) { p.lanes[0].start_ns = NAN; }},
      {"time is none", [](Plan& p) { p.lanes[1].for_ns = HUGE_VAL; }},
      {"unknown shape", [](Plan& p) { p.lanes[0].shape = static_cast<Shape>(6); }},
      {"no period", [](Plan& p) { p.lanes[4].period_ns = 0; }},
      {"burst is empty", [](Plan& p) { p.lanes[2].burst = 0; }},
      {"leads nowhere", [](Plan& p) { p.lanes[3].to_pns = 0; }},
      {"leads nowhere", [](Plan& p) { p.lanes[3].over_ns = 0; }},
      {"missing, or out of place", [](Plan& p) { p.lanes[5].offsets.clear(); }},
      {"missing, or out of place", [](Plan& p) { p.lanes[0].offsets = {0}; }},
      {"table is too long", [](Plan& p) { p.lanes[5].offsets.resize(kMaxOffsets + 1, 9); }},
      {"out of order", [](Plan& p) { p.lanes[5].offsets = {2, 1}; }},
      {"out of order", [](Plan& p) { p.lanes[5].offsets[0] = -1; }},
      {"out of order", [](Plan& p) { p.lanes[5].offsets[0] = NAN; }},
      {"out of order", [](Plan& p) { p.lanes[5].cycle_ns = 9; }},
      {"out of order", [](Plan& p) { p.lanes[5].cycle_ns = HUGE_VAL; }},
      {"one that is not there", [](Plan& p) { p.lanes[2].after = {6}; }},
      {"wait for each other", [](Plan& p) { p.lanes[1].after = {2}; }},
      {"never takes one", [](Plan& p) { p.lanes[0].cycles[1] = {2}; }},
      {"never takes one", [](Plan& p) { p.lanes[0].cycles[1] = {1}; }},
      {"too many shards together",
       [](Plan& p) {
         p.streams[0].stride = 65536;
         for (int i = 0; i < 16; i++) p.streams.push_back(p.streams[0]);
       }},
      {"too many places",
       [](Plan& p) {
         p.streams[0].fields.resize(1000, p.streams[0].fields[0]);
         p.streams[0].numbers[0].places.assign(33'600, 0);
       }},
      {"a lane is empty", [](Plan& p) { p.lanes[1].slots.clear(); }},
      {"a lane is empty", [](Plan& p) { p.lanes[0].cycles[1].clear(); }},
      {"unknown stream", [](Plan& p) { p.lanes[0].cycles[1][1] = 3; }},
      {"unknown stream", [](Plan& p) { p.lanes[1].slots[0] = 3; }},
  };
  CHECK_EQ(refusal(rich_plan()), "");
  for (const auto& [why, change] : changes) {
    Plan plan = rich_plan();
    change(plan);
    CHECK(refusal(plan).find(why) != std::string::npos || (fail(why, 0, refusal(plan)), false));
  }
}

TEST(plan_values_too_wide_for_their_field_are_cut_in_the_frame_and_in_its_sums) {
  Field counted = whole_field(20, 2, FieldOp::kInc);
  counted.low = 0xfffe;
  counted.size = 4;
  Field listed = whole_field(20, 2, FieldOp::kList), cut = listed;
  listed.values = {0x1fffe, 0xffff, 0x70000, 1};
  cut.values = {0xfffe, 0xffff, 0, 1};
  auto frames = [](Field field) {
    Stream s = plain_stream(0, 60);
    s.templates[0].sites = {{30, 0x1234, false}};
    field.sums = {{0, 0}};
    s.fields = {field};
    Painter painter(decoded(plan_of({s})), 0);
    std::vector<std::vector<uint8_t>> copies;
    for (auto frame : painter.paint(0, 8)) copies.emplace_back(frame.begin(), frame.end());
    return copies;
  };
  CHECK(frames(counted) == frames(cut));
  CHECK(frames(listed) == frames(cut));
}

}  // namespace
}  // namespace nmgen::test
