// A loop with a capacity: what finds no token never arrives, is counted, and leaves its buffer as it was.

#include "support.h"

namespace nmgen::test {
namespace {

constexpr uint32_t kShort = 60, kLong = 100;

TEST(narrow_loop_loses_what_is_beyond_its_capacity_and_counts_it) {
  auto device = open_or_fail("loop:x,capacity=1,depth=10", 1, 1);
  TxQueue& tx = *device->tx(0);
  RxQueue& rx = *device->rx(0);
  for (Frame& frame : tx.all()) frame.length = kShort;
  tx.filled();
  // The loop tells that lengths have changed, once: also those that are lost must have theirs from then on.
  for (uint32_t i = 0; i < 64; i++) tx.frames[i].length = kLong;
  CHECK_EQ(tx.commit(64, true), 64u);
  CHECK_EQ(rx.peek().size(), 10u);
  CHECK_EQ(device->counters().at("lost_in_wire"), 54u);
  rx.release(10);

  auto wide = open_or_fail("loop:x,capacity=1,depth=128", 1, 1);
  TxQueue& sender = *wide->tx(0);
  for (Frame& frame : sender.all()) frame.length = kShort;
  sender.filled();
  for (uint32_t sent = 0; sent < 192; sent += 64) CHECK_EQ(sender.commit(64, false), 64u);
  CHECK_EQ(wide->counters().at("lost_in_wire"), 64u);
  CHECK_EQ(wide->counters().at("rx_missed"), 0u);
}

TEST(narrow_loop_lends_a_lost_frame_again_with_its_length) {
  auto device = open_or_fail("loop:x,capacity=1000000000,depth=1", 1, 1);
  TxQueue& tx = *device->tx(0);
  RxQueue& rx = *device->rx(0);
  for (Frame& frame : tx.all()) frame.length = kShort;
  tx.filled();
  const uint8_t* const second = tx.frames[1].data;
  for (uint32_t i = 0; i < 3; i++) tx.frames[i].length = kLong;
  uint32_t lost = 0;
  CHECK_EQ(tx.commit(3, true), 3u);
  lost = static_cast<uint32_t>(device->counters().at("lost_in_wire"));
  CHECK_EQ(lost, 2u);
  CHECK(tx.frames[0].data == second);
  CHECK_EQ(tx.commit(1, false), 1u);
  const auto frames = rx.peek();
  CHECK_EQ(frames.size(), 2u);
  for (const Frame& frame : frames) CHECK_EQ(frame.length, kLong);
}

}  // namespace
}  // namespace nmgen::test
