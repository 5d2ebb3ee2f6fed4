// Two threads, as in a run: a sender and a receiver.

#include <algorithm>
#include <atomic>
#include <cstring>
#include <thread>

#include "../checksum.h"
#include "../clock.h"
#include "contract.h"

namespace nmgen::test {
namespace {

// The sender gives each frame its number, a length made of it, and a last byte.
uint32_t length_of(uint64_t i) { return 60 + static_cast<uint32_t>(i * 2654435761 % 1455); }

struct Transfer {
  Transfer(const Target& target, uint64_t packets, bool resized)
      : link(target), window(target.window), packets(packets), resized(resized) {
    link.prefill(resized ? 1514 : 60);
  }
  void number(Frame& frame, uint64_t i) const;
  bool may_send(uint64_t i) const { return window == 0 || i - received < window || give_up; }
  void send();
  bool is_right(const Frame& frame, uint64_t i) const;
  uint64_t receive();

  Link link;
  const uint32_t window;
  const uint64_t packets;
  const bool resized;
  uint64_t wrong = 0;
  std::atomic<bool> give_up{false};
  std::atomic<uint64_t> received{0};
};

void Transfer::number(Frame& frame, uint64_t i) const {
  frame.data[frame.length - 1] = 0x5a;  // the end of one length is the middle of another
  if (resized) frame.length = length_of(i);
  if (resized && window) std::memset(frame.data, 0x5a, frame.length);
  put64(frame.data + kNumberAt, i);
  frame.data[frame.length - 1] = static_cast<uint8_t>(i);
}

void Transfer::send() {
  TxQueue& tx = link.tx;
  link.device->enter();
  for (uint64_t i = 0; i < packets && !give_up;) {
    for (; !may_send(i); std::this_thread::yield()) tx.push();
    if (tx.room == 0) tx.refill();
    if (tx.room == 0) std::this_thread::yield();
    const uint32_t n = static_cast<uint32_t>(std::min<uint64_t>(packets - i, tx.room));
    for (uint32_t j = 0; j < n; j++) number(tx.frames[j], i + j);
    if (n) i += tx.commit(n, resized);
  }
  tx.flush();
  link.device->leave();
}

bool Transfer::is_right(const Frame& frame, uint64_t i) const {
  const uint32_t length = resized ? length_of(i) : 60;
  return frame.length == length && get64(frame.data + kNumberAt) == i &&
         frame.data[length - 1] == static_cast<uint8_t>(i) && frame.data[length / 2] == 0x5a;
}

uint64_t Transfer::receive() {
  uint64_t got = 0;
  for (uint64_t until = now_ns() + kPatienceNs; got < packets && now_ns() < until;) {
    std::span<const Frame> frames = link.rx.peek();
    if (frames.empty())
      std::this_thread::yield();
    else
      until = now_ns() + kPatienceNs;  // an emulated NIC may take its time
    for (const Frame& frame : frames) wrong += !is_right(frame, got++);
    link.rx.release(static_cast<uint32_t>(frames.size()));
    received = got;
  }
  return got;
}

void transfer(const Target& target, uint64_t packets, bool resized) {
  needs_arrival(target);
  if (target.why_never_full && !target.window) skip(target.why_never_full);
  Transfer all(target, packets, resized);
  std::thread sender([&] { all.send(); });
  const uint64_t got = all.receive();
  all.give_up = true;
  sender.join();
  CHECK_EQ(got, packets);
  CHECK_EQ(all.wrong, 0u);
  CHECK(all.link.rx.peek().empty());
}

CONTRACT(delivers_a_million_packets_in_order) {
  transfer(target, (target.window ? 100'000 : 1'000'000) / kSlowdown, false);
}

CONTRACT(delivers_each_packet_with_its_length) {
  transfer(target, (target.window ? 50'000 : 200'000) / kSlowdown, true);
}

}  // namespace
}  // namespace nmgen::test
