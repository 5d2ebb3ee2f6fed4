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

}  // namespace
}  // namespace nmgen::test
