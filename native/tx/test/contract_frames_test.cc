// What a device lends and shows, frame by frame.

#include <algorithm>
#include <cstring>
#include <set>

#include "../checksum.h"
#include "../clock.h"
#include "contract.h"

namespace nmgen::test {
namespace {

CONTRACT(opens_again_after_it_was_closed) {
  for (int round = 0; round < 3; round++) {
    Link link(target);
    CHECK(link.device->tx_queues() >= 1 && link.receiver().rx_queues() >= 1);
    CHECK(!link.device->facts().at("driver").empty() && !link.receiver().facts().at("driver").empty());
    CHECK_EQ(link.send(10, 0), 10u);
  }
}

CONTRACT(refuses_with_a_sentence) {
  Link link(target);
  auto device = open_device(target.bad, {.device = {}, .args = {}, .devices = {}});
  CHECK(!device);
  check_sentence(device.failure());
  // And a refusal breaks nothing.
  CHECK_EQ(link.send(1, 0), 1u);
}

CONTRACT(sends_bursts_of_any_size) {
  Link link(target);
  uint64_t sent = 0;
  for (uint32_t n : {0u, 1u, 63u, 64u, 0u, 5u, 64u}) {
    if (link.tx.room == 0) link.tx.refill();
    const Frame* before = link.tx.frames;
    const uint32_t room = link.tx.room, m = std::min(n, room);
    CHECK(room >= 1 && room <= kMaxBurst);
    for (uint32_t j = 0; j < m; j++) put64(link.tx.frames[j].data + kNumberAt, sent + j);
    CHECK_EQ(link.tx.commit(m, false), m);
    link.tx.push();
    if (m == 0) CHECK(link.tx.frames == before && link.tx.room == room);
    if (!target.why_nothing_arrives) link.receive(m, sent);
    sent += m;
  }
}

CONTRACT(lends_frames_that_are_distinct_and_whole) {
  Link link(target);
  std::span<Frame> all = link.tx.all();
  CHECK(all.size() >= 2 * kMaxBurst);
  const uint32_t bytes = link.tx.max_frame();
  CHECK(bytes >= target.max_frame && bytes <= kMaxFrame);
  uint8_t mark = 0;
  for (Frame& frame : all) std::memset(frame.data, mark += 7, bytes);
  mark = 0;
  for (const Frame& frame : all) {
    mark += 7;
    for (uint32_t b = 0; b < bytes; b += 53) CHECK_EQ(frame.data[b], mark);
    CHECK(frame.data[bytes - 1] == mark && frame.holds == kNothing);
  }
  // The window shows frames of `all`, over and over.
  const std::set<const Frame*> known = [&] {
    std::set<const Frame*> set;
    for (const Frame& frame : all) set.insert(&frame);
    return set;
  }();
  link.prefill(60);
  for (uint64_t round = 0; round < 50; round++) {
    for (uint32_t j = 0; j < link.tx.room; j++) CHECK(known.contains(link.tx.frames + j));
    CHECK_EQ(link.send(17, round * 17), 17u);
    if (!target.why_nothing_arrives) link.receive(17, round * 17);
  }
}

CONTRACT(sends_its_longest_frame) {
  Link link(target);
  for (const uint32_t length : {target.max_frame, 60u, target.max_frame}) {
    if (link.tx.room == 0) link.tx.refill();
    Frame& frame = link.tx.frames[0];
    for (uint32_t b = 0; b < length; b++) frame.data[b] = static_cast<uint8_t>(b * 31 + b / 256);
    frame.length = length;
    CHECK_EQ(link.tx.commit(1, true), 1u);
    link.tx.push();
    if (target.why_nothing_arrives) continue;
    std::span<const Frame> got;
    for (const uint64_t until = now_ns() + kPatienceNs; got.empty() && now_ns() < until;) got = link.rx.peek();
    CHECK(got.size() == 1 && got[0].length == length);
    for (uint32_t b = 0; b < length; b++) CHECK_EQ(got[0].data[b], static_cast<uint8_t>(b * 31 + b / 256));
    link.rx.release(1);
  }
}

// What RxLoop takes for the moment of arrival.
CONTRACT(stamps_arrivals_between_then_and_now) {
  needs_arrival(target);
  Link link(target);
  if (!link.rx.arrived) skip("the device does not say when a frame arrived");
  for (uint64_t round = 0; round < 20; round++) {
    const uint64_t before = now_ns();
    CHECK_EQ(link.send(1, round), 1u);
    while (link.rx.peek().empty() && now_ns() < before + kPatienceNs) continue;
    // The two clocks are read one after the other, and may be slewed against each other meanwhile.
    CHECK(link.rx.arrived[0] + 1'000'000 > before && link.rx.arrived[0] < now_ns() + 1'000'000);
    link.receive(1, round);
  }
}

// The loop takes a device at its word: what it has got ahead of its time is stamped with that time.
CONTRACT(sends_no_frame_before_it_is_due) {
  needs_arrival(target);
  Link link(target);
  if (!link.tx.lead_ns) skip("the device does not send by the time");
  for (uint64_t round = 0; round < 20; round++) {
    const uint64_t due = now_ns() + link.tx.lead_ns;
    link.tx.epoch_ns = due - link.tx.lead_ns;
    link.tx.due[0] = link.tx.lead_ns;
    CHECK_EQ(link.send(1, round), 1u);
    while (link.rx.peek().empty() && now_ns() < due + kPatienceNs) continue;
    // What readings of its clock may be off by.
    CHECK((link.rx.arrived ? link.rx.arrived[0] : now_ns()) + 100'000 > due);
    link.receive(1, round);
  }
}

CONTRACT(receives_at_most_a_burst) {
  Link link(target);
  link.send(target.plenty(), 0);
  for (int round = 0; round < 10; round++) {
    std::span<const Frame> frames = link.rx.peek();
    CHECK(frames.size() <= kMaxBurst);
    for (const Frame& frame : frames) CHECK(frame.length == 60 && frame.data != nullptr);
    link.rx.release(static_cast<uint32_t>(frames.size()));
  }
}

}  // namespace
}  // namespace nmgen::test
