// Groups that frames show: which bits count, and what is in none of them.

#include "../group_keys.h"

#include "support.h"

namespace nmgen::test {
namespace {

struct Bench {
  explicit Bench(GroupKeys made, uint32_t groups)
      : keys(std::move(made)), cells(groups * page::kGroupCells), finder(keys, groups, cells.data()) {}
  bool count(std::vector<uint8_t> frame) { return finder.count({frame.data(), uint32_t(frame.size()), kNothing}); }
  uint64_t of(uint32_t group) const { return cells[group * page::kGroupCells + page::kGroupPackets]; }
  GroupKeys keys;
  std::vector<page::Word> cells;
  GroupFinder finder;
};

TEST(group_keys_look_at_their_bits_only) {
  Bench bench({true, {1, 3}, {0xe0, 0xff}, {0x20, 7, 0x40, 7, 0x20, 9}}, 3);
  CHECK(bench.count({0, 0x3f, 0, 7}));
  CHECK(bench.count({9, 0x20, 9, 7, 9}));
  CHECK(bench.count({0, 0x40, 0, 7}));
  CHECK(bench.count({0, 0x20, 0, 9}));
  CHECK(!bench.count({0, 0x40, 0, 9}));  // of no group
  CHECK(!bench.count({0, 0x20, 0}));     // too short to tell
  CHECK(bench.of(0) == 2 && bench.of(1) == 1 && bench.of(2) == 1);
}

TEST(group_keys_of_no_bits_are_one_group) {
  Bench bench({true, {}, {}, {}}, 1);
  CHECK(bench.count({}));
  CHECK_EQ(bench.of(0), 1u);
}

TEST(group_keys_that_lead_nowhere_are_no_plan) {
  Stream stream = plain_stream(0, 64);
  stream.account = std::make_shared<const Stream>(plain_stream(0, 16));
  stream.groups = 2;
  stream.keys = {true, {14}, {0xff}, {1, 2}};
  CHECK(decode_plan(encode(plan_of({stream}))));
  for (const GroupKeys& wrong : {GroupKeys{true, {14}, {0xff}, {1}}, GroupKeys{true, {14}, {}, {1, 2}},
                                 GroupKeys{true, {kMaxFrame}, {0xff}, {1, 2}}, GroupKeys{false, {14}, {0xff}, {1, 2}}}) {
    stream.keys = wrong;
    CHECK(!decode_plan(encode(plan_of({stream}))));
  }
}

}  // namespace
}  // namespace nmgen::test
