// What becomes of many frames: when a device is full, and what it counts.

#include <algorithm>

#include "../checksum.h"
#include "../clock.h"
#include "contract.h"

namespace nmgen::test {
namespace {

CONTRACT(stops_when_full_and_goes_on_after_a_release) {
  needs_an_end(target);
  Link link(target);
  uint64_t first = 0;
  for (int round = 0; round < 5; round++) {
    const uint64_t held = link.send(1'000'000, first);  // nobody releases
    CHECK(held >= kMaxBurst && held < 100'000);
    CHECK(target.copies || held <= link.tx.all().size());
    CHECK_EQ(link.send(1, ~0ull), 0u);  // still full; what could be written into a window must not be one in flight
    link.receive(held, first);
    first += held;
    CHECK_EQ(link.send(kMaxBurst, first), kMaxBurst);
    link.receive(kMaxBurst, first);
    first += kMaxBurst;
  }
}

CONTRACT(keeps_what_was_peeked_until_it_is_released) {
  needs_arrival(target);
  Link link(target);
  CHECK_EQ(link.send(10, 0), 10u);
  const uint64_t until = now_ns() + kPatienceNs;
  std::span<const Frame> peeked;
  while (peeked.empty() && now_ns() < until) peeked = link.rx.peek();
  CHECK(!peeked.empty());
  link.send(target.plenty(), 10);
  for (size_t j = 0; j < peeked.size(); j++) CHECK_EQ(get64(peeked[j].data + kNumberAt), j);
}

CONTRACT(counts_what_it_sent) {
  Link link(target);
  if (!link.device->counters().contains("tx_packets")) skip("the device has no such counters of its own");
  const uint64_t before = link.device->counters().at("tx_packets");
  uint64_t sent = 0;
  for (int round = 0; round < 100; round++) {
    const uint64_t n = link.send(31, sent);
    if (!target.why_nothing_arrives) link.receive(n, sent);
    sent += n;
  }
  link.tx.flush();
  CHECK_EQ(link.device->counters().at("tx_packets") - before, sent);
  if (target.why_nothing_arrives) return;
  CHECK_EQ(link.receiver().counters().at("rx_packets"), sent);
  CHECK_EQ(link.receiver().counters()["rx_missed"], 0u);
}

CONTRACT(flushes_within_a_bounded_time) {
  Link link(target);
  link.send(target.plenty(), 0);
  const uint64_t start = now_ns();
  link.tx.flush();
  CHECK(now_ns() - start < 2'000'000'000);
}

}  // namespace
}  // namespace nmgen::test
