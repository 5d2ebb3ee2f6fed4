// What is refused on opening a device, and the wire in memory.

#include "../checksum.h"
#include "contract.h"

namespace nmgen::test {
namespace {

TEST(open_refuses_unknown_and_incomplete_URIs_with_a_sentence) {
  for (const char* uri : {"", "loop", "loop:", "nowhere:x", ":x", "LOOP:x"}) {
    auto device = open_device(uri, {.device = {}, .args = {}, .devices = {}});
    CHECK(!device);
    check_sentence(device.failure());
  }
  CHECK(open_device("nowhere:x", {.device = {}, .args = {}, .devices = {}}).failure().hint.find("loop") !=
        std::string::npos);
}

TEST(open_refuses_more_queues_than_a_device_has) {
  auto device = open_device("loop:x", {.device = {}, .tx_queues = 65, .args = {}, .devices = {}});
  CHECK(!device);
  check_sentence(device.failure());
}

TEST(loop_without_a_receiver_is_never_full) {
  auto device = open_or_fail("loop:x", 1, 0);
  CHECK_EQ(device->rx_queues(), 0u);
  TxQueue& tx = *device->tx(0);
  for (uint64_t sent = 0; sent < 100'000; sent += tx.commit(tx.room, false)) CHECK(tx.room > 0);
}

TEST(loop_queues_are_separate) {
  auto device = open_or_fail("loop:x", 4, 4);
  for (uint32_t q = 0; q < 4; q++) {
    TxQueue& tx = *device->tx(q);
    for (uint32_t j = 0; j < 5 + q; j++) put64(tx.frames[j].data, q), tx.frames[j].length = 60 + q;
    CHECK_EQ(tx.commit(5 + q, true), 5 + q);
  }
  for (uint32_t q = 4; q-- > 0;) {
    std::span<const Frame> frames = device->rx(q)->peek();
    CHECK_EQ(frames.size(), 5 + q);
    for (const Frame& frame : frames) CHECK(frame.length == 60 + q && get64(frame.data) == q);
  }
}

}  // namespace
}  // namespace nmgen::test
