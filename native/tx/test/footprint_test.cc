// What is said of a queue's memory is what its loop has taken from the heap.

#include "../footprint.h"

#include <malloc.h>

#include <cmath>

#include "../rx_loop.h"
#include "../tx_loop.h"
#include "support.h"

namespace nmgen::test {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kHasHeap = false;
#else
constexpr bool kHasHeap = true;
#endif

uint64_t in_use() {
  const struct mallinfo2 heap = mallinfo2();
  return heap.uordblks + heap.hblkhd;
}

// Streams of two fields, signed, that take turns; `alike` but for their numbers, or of fields of any kind.
Plan many(uint32_t streams, bool alike) {
  Random random{7};
  std::vector<Stream> list;
  std::vector<uint32_t> slots;
  for (uint32_t i = 0; i < streams; i++) {
    Stream s = plain_stream(i, 60);
    s.fields = {random_field(random, 26, 4), whole_field(34, 2, FieldOp::kRandom)};
    if (alike) s.fields[0] = whole_field(26, 4, FieldOp::kRandom);
    for (Field& f : s.fields) f.key += i;
    sign(s, 42);
    list.push_back(s);
    slots.push_back(i);
  }
  Plan plan = plan_of(list);
  plan.lanes = {lane_of(slots)};
  return plan;
}

uint64_t total(const Footprint& f) {
  uint64_t bytes = f.queue;
  for (const uint64_t each : f.streams) bytes += each;
  return bytes;
}

// The allocator rounds up, and has two words of its own a piece.
void check_near(uint64_t said, uint64_t taken, const std::string& what) {
  const double off = std::abs(static_cast<double>(said) / static_cast<double>(taken) - 1);
  CHECK_EQ(off < 0.2, true, what + ": said " + text(said) + ", taken " + text(taken));
}

template <typename Make>
void compare(const Plan& given, Footprint (*said_of)(const Plan&), Make make, const std::string& what) {
  if (!kHasHeap) skip("a sanitizer has a heap of its own, and does not say what is in use");
  const std::vector<uint8_t> bytes = encode(given);
  const Footprint said = said_of(decoded(given));
  CHECK_EQ(said.streams.size(), given.streams.size());
  const uint64_t before = in_use();
  auto plan = decode_plan(bytes);
  CHECK(static_cast<bool>(plan));
  const auto loop = make(*plan);
  check_near(total(said), in_use() - before, what);
}

TEST(memory_of_a_sender_is_what_is_said) {
  auto device = open_or_fail("loop:footprint");
  std::vector<page::Word> page(page::kHeaderCells + 2000 * page::kTxStreamCells);
  const auto make = [&](const Plan& plan) { return std::make_unique<TxLoop>(*device->tx(0), plan, page.data()); };
  compare(many(2000, true), tx_footprint, make, "side by side");
  compare(many(2000, false), tx_footprint, make, "one by one");
}

TEST(memory_of_a_receiver_is_what_is_said) {
  auto device = open_or_fail("loop:footprint");
  std::vector<page::Word> page(page::kHeaderCells + 2000 * page::kRxStreamCells);
  const auto make = [&](const Plan& plan) { return std::make_unique<RxLoop>(*device->rx(0), plan, page.data()); };
  compare(many(2000, true), rx_footprint, make, "2,000 streams");
}

}  // namespace
}  // namespace nmgen::test
