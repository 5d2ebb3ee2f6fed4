// Order of arrival: the vectors of RFC 4737's authors, the edges of the window, and a model that forgets nothing.

#include "../sequence.h"

#include <set>
#include <string>

#include "test.h"

namespace nmgen::test {
namespace {

using Arrival = Sequence::Arrival;
constexpr uint64_t kWindow = Sequence::kWindow;

// One letter an arrival: in order, reordered, duplicate, stale.
std::string judge(const std::vector<uint64_t>& arrivals) {
  Sequence sequence;
  std::string letters;
  for (uint64_t s : arrivals) letters += "irds"[static_cast<size_t>(sequence.arrive(s))];
  return letters;
}

TEST(sequence_vectors_of_RFC_4737_and_5236) {
  CHECK_EQ(judge({1, 2, 3, 4, 7, 5, 6, 8, 9, 10}), "iiiiirriii");
  CHECK_EQ(judge({1, 2, 3, 7, 8, 9, 10, 4, 5, 6, 11}), "iiiiiiirrri");
  CHECK_EQ(judge({1, 2, 3, 7, 8, 9, 4, 5, 6}), "iiiiiirrr");
  CHECK_EQ(judge({1, 4, 2, 5, 3, 6, 7, 8}), "iiririii");
}

TEST(sequence_tells_duplicates_from_reordered_packets) {
  CHECK_EQ(judge({0, 0, 1, 1, 1, 0}), "ididdd");
  CHECK_EQ(judge({5, 3, 3, 5, 4, 0, 0}), "irddrrd");  // 3 and 4 were skipped, not seen
  CHECK_EQ(judge({0, 2, 1, 1, 2}), "iirdd");
}

TEST(sequence_window_ends_where_it_says) {
  // After s the window holds s - 8191 .. s; of the number before, nobody can tell.
  CHECK_EQ(judge({10000, 10000 - 8191, 10000 - 8192, 10000 - 8193}), "irss");
  CHECK_EQ(judge({0, 8191, 0}), "iid");
  CHECK_EQ(judge({0, 8192, 0}), "iis");
  CHECK_EQ(judge({0, 8193, 0, 1}), "iiss");
}

TEST(sequence_jumps_forget_what_shared_their_bits) {
  for (uint64_t jump :
       {kWindow - 2, kWindow - 1, kWindow, kWindow + 1, 2 * kWindow, 10 * kWindow + 5, uint64_t{1} << 40}) {
    Sequence sequence;
    for (uint64_t s = 0; s <= 100; s++) CHECK(sequence.arrive(s) == Arrival::kInOrder);
    CHECK(sequence.arrive(100 + jump) == Arrival::kInOrder);
    for (uint64_t back = 1; back < kWindow; back++) {
      const bool seen = back >= jump;  // of 0..100, those still in the window
      CHECK_EQ(sequence.arrive(100 + jump - back), seen ? Arrival::kDuplicate : Arrival::kReordered,
               text(back) + " behind, after a jump of " + text(jump));
    }
    CHECK(sequence.arrive(100 + jump - kWindow) == Arrival::kStale);
  }
}

// The same rules, remembering everything.
class Model {
 public:
  Arrival arrive(uint64_t s) {
    const bool fresh = seen_.insert(s).second;
    if (s >= next_) {
      next_ = s + 1;
      return Arrival::kInOrder;
    }
    if (s + kWindow < next_) return Arrival::kStale;
    return fresh ? Arrival::kReordered : Arrival::kDuplicate;
  }

 private:
  uint64_t next_ = 0;
  std::set<uint64_t> seen_;
};

TEST(sequence_agrees_with_a_model_that_forgets_nothing) {
  Random random{8};
  for (uint64_t round = 0; round < 200 / kSlowdown; round++) {
    Sequence sequence;
    Model model;
    uint64_t base = random.chance(2) ? 0 : random.next() >> 8;
    const uint64_t spread = random.pick<uint64_t>({2, 10, 100, 8192, 9000, 30000});
    for (int arrival = 0; arrival < 3000; arrival++) {
      base += random.chance(200) ? random.below(20000) : random.below(4);
      const uint64_t back = random.chance(3) ? std::min(base, random.below(spread)) : 0;
      CHECK_EQ(sequence.arrive(base - back), model.arrive(base - back), "round " + text(round));
    }
  }
}

// Extents of the reordered packets, in their order.
std::vector<uint64_t> extents(const std::vector<uint64_t>& arrivals) {
  Sequence sequence;
  std::vector<uint64_t> found;
  for (uint64_t s : arrivals)
    if (sequence.arrive(s) == Arrival::kReordered) found.push_back(sequence.extent());
  return found;
}

TEST(sequence_extents_of_RFC_4737) {
  CHECK(extents({1, 2, 3, 4, 7, 5, 6, 8, 9, 10}) == (std::vector<uint64_t>{1, 2}));
  CHECK(extents({1, 2, 3, 7, 8, 9, 10, 4, 5, 6, 11}) == (std::vector<uint64_t>{4, 5, 6}));
  CHECK(extents({1, 4, 2, 5, 3, 6, 7, 8}) == (std::vector<uint64_t>{1, 3}));
  CHECK(extents({1, 3, 3, 3, 2}) == (std::vector<uint64_t>{1}));  // copies are no packets of their own
}

// What is lost, from all that arrived: runs of numbers below the highest that nobody saw.
Losses losses_of(const std::set<uint64_t>& seen, uint64_t period) {
  Losses all;
  uint64_t before = 0;
  bool first = true;
  for (uint64_t s : seen) {
    const uint64_t lost = first ? s : s - before - 1;
    if (lost) all.gaps++;
    all.longest_gap = std::max(all.longest_gap, lost);
    if (!first) all.outage_ns = std::max(all.outage_ns, lost * period);
    if (first && lost) all.head_ns = s * period;
    first = false;
    before = s;
  }
  return all;
}

TEST(sequence_sums_up_losses_as_a_model_does) {
  Random random{9};
  for (uint64_t round = 0; round < 300 / kSlowdown; round++) {
    Sequence sequence;
    std::set<uint64_t> seen;
    const uint64_t period = 1 << random.below(12);
    uint64_t late = ~0ull;  // held back for a few packets
    const uint64_t depth = 2 + random.below(20);
    uint64_t lose_until = random.below(3) * 5;
    auto arrive = [&](uint64_t s) { sequence.arrive(s, s * period), seen.insert(s); };
    for (uint64_t s = 0; s < 4000; s++) {
      if (random.chance(300)) lose_until = s + random.below(random.chance(20) ? 10000 : 60);
      if (s < lose_until || random.chance(100)) continue;
      if (late != ~0ull && s > late + depth) arrive(late), late = ~0ull;
      if (late == ~0ull && random.chance(50))
        late = s;
      else
        arrive(s);
    }
    sequence.finish();
    sequence.finish();  // once is enough
    const Losses model = losses_of(seen, period), found = sequence.losses();
    CHECK_EQ(found.gaps, model.gaps, "round " + text(round));
    CHECK_EQ(found.longest_gap, model.longest_gap);
    CHECK_EQ(found.outage_ns, model.outage_ns);
    CHECK(found.head_ns == model.head_ns || (model.head_ns && found.head_ns > model.head_ns));  // the first may be late
    CHECK_EQ(sequence.expected(), *seen.rbegin() + 1);
  }
}

}  // namespace
}  // namespace nmgen::test
