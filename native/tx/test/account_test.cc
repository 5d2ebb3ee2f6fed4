// Groups of a stream's packets, and what a receiver counts of them.

#include "account.h"
#include "checksum.h"
#include "histogram.h"
#include "support.h"
#include "test.h"

namespace nmgen::test {
namespace {

// Packet i is in group i mod `groups`.
Stream in_turn(uint32_t groups, uint64_t stride) {
  Stream account = plain_stream(0, 16);
  account.templates[0].bytes.assign(16, 0);
  Field field{};
  field.offset = 8, field.bytes = 8, field.bits = 64, field.to = 8;
  field.size = groups, field.scale = 1, field.step = 1, field.every = 1;
  account.fields = {field};
  Stream s = plain_stream(0, 100);
  sign(s, 42);
  s.stride = stride;
  s.groups = groups;
  s.period = groups;
  s.account = std::make_shared<const Stream>(account);
  return s;
}

struct Counted {
  explicit Counted(const Stream& s)
      : stream(decoded(plan_of({s})).streams[0]),
        cells(s.groups * page::kGroupCells),
        histograms(s.groups * histogram::kCells),
        counts(stream, cells.data(), histograms.data()) {}
  void arrive(std::initializer_list<uint64_t> packets) {
    for (uint64_t i : packets) counts.arrive(Sequence::Arrival::kInOrder, i, 1000 + i * 10, 5 + i, true);
  }
  uint64_t of(uint32_t group, size_t cell) const { return cells[group * page::kGroupCells + cell]; }

  Stream stream;
  std::vector<page::Word> cells, histograms;
  GroupCounts counts;
};

TEST(groups_of_any_packet_are_found_in_any_order) {
  const Plan plan = decoded(plan_of({in_turn(7, 1)}, 3, 2));
  Groups groups(plan.streams[0], 3, 2);
  for (uint64_t k : {0, 1, 63, 64, 5, 1'000'000, 0}) CHECK_EQ(groups.of(k), (k * 3 + 2) % 7);
  std::vector<page::Word> counts(7);
  tally_groups(plan, 10, 700, counts);
  for (uint64_t count : counts) CHECK_EQ(count, 100u);
}

TEST(groups_have_gaps_and_outages_of_their_own) {
  Counted counted(in_turn(3, 1));
  counted.arrive({0, 1, 2, 3, 5, 8, 9, 10, 12});  // of group 1: 4 and 7 are missing, of group 2: 11
  counted.counts.arrive(Sequence::Arrival::kDuplicate, 9, 1090, 5, true);
  counted.counts.arrive(Sequence::Arrival::kReordered, 6, 1060, 700, true);
  counted.counts.finish();
  CHECK_EQ(counted.of(0, page::kGroupPackets), 6u);
  CHECK_EQ(counted.of(0, page::kGroupDuplicates), 1u);
  CHECK_EQ(counted.of(0, page::kGroupReordered), 1u);
  CHECK_EQ(counted.of(0, page::kGroupGaps), 0u);  // 6 came after all
  CHECK_EQ(counted.of(0, page::kGroupExpected), 5u);
  CHECK_EQ(counted.of(0, page::kGroupLatencyMax), 700u);
  CHECK_EQ(counted.of(1, page::kGroupGaps), 1u);
  CHECK_EQ(counted.of(1, page::kGroupLongestGap), 2u);
  CHECK_EQ(counted.of(1, page::kGroupOutageNs), 60u);  // two of the three intervals between 1 and 10
  CHECK_EQ(counted.of(2, page::kGroupExpected), 3u);   // of 11, its sender knows
  CHECK_EQ(counted.histograms[histogram::index(700)], 1u);
}

TEST(groups_of_several_senders_are_told_apart) {
  Counted counted(in_turn(4, 2));  // of the first sender groups 0 and 2, of the second 1 and 3
  counted.arrive({1, 3, 5, 0, 2, 4, 12});
  counted.counts.finish();
  CHECK_EQ(counted.of(0, page::kGroupPackets), 3u);
  CHECK_EQ(counted.of(0, page::kGroupLongestGap), 1u);  // 8
  CHECK_EQ(counted.of(1, page::kGroupGaps), 0u);
  CHECK_EQ(counted.of(2, page::kGroupExpected), 1u);
}

TEST(groups_of_a_sample_count_all_packets_and_time_those_that_were_alone) {
  Counted counted(in_turn(2, 1));
  for (uint64_t i = 0; i < 6; i++) counted.counts.arrive(Sequence::Arrival::kInOrder, i, 1000 + i, 10 + i, i == 2);
  counted.counts.finish();
  CHECK_EQ(counted.of(0, page::kGroupPackets), 3u);
  CHECK_EQ(counted.of(0, page::kGroupLatencyCount), 1u);
  CHECK_EQ(counted.of(0, page::kGroupLatencySum), 12u);
  CHECK_EQ(counted.of(1, page::kGroupLatencyCount), 0u);
  CHECK_EQ(counted.of(1, page::kGroupExpected), 3u);
}

TEST(groups_that_never_repeat_have_counts_but_no_gaps) {
  Stream s = in_turn(3, 1);
  s.period = 0;
  Counted counted(s);
  counted.arrive({0, 3, 9});
  counted.counts.finish();
  CHECK_EQ(counted.of(0, page::kGroupPackets), 3u);
  CHECK_EQ(counted.of(0, page::kGroupOrdered), 0u);
}

}  // namespace
}  // namespace nmgen::test
