// A burst of a TX loop on its way into the queue, and what of it has left.

#include <algorithm>
#include <map>

#include "clock.h"
#include "tx_loop.h"

namespace nmgen {

uint32_t TxLoop::push(uint32_t n) {
  uint32_t sent = queue_.commit(n, resized_);
  if (sent < n) sent = push_slowly(n, sent);
  resized_ = false;
  if (abreast_ || ahead_) {
    take_back_picks(sent, n);
    abreast_ ? account_abreast(sent) : account_ahead(sent);
  } else {
    take_back(sent, n);
    account();
  }
  return sent;
}

uint32_t TxLoop::push_slowly(uint32_t n, uint32_t sent) {
  const uint64_t since = now_ns();
  page::add(page_ + page::kRingFull, 1);
  for (uint32_t tries = 1; sent < n && !aborted_; tries++) {
    if (queue_.room == 0) queue_.refill();
    if (queue_.room != 0) sent += queue_.commit(std::min(n - sent, queue_.room), resized_);
    if (sent == n) break;
    idle();
    aborted_ = queue_.failure || (tries % kClockEvery == 0 && ended(now_ns()));
  }
  waited(since);
  return sent;
}

void TxLoop::waited(uint64_t since) {
  const uint64_t now = now_ns();
  looked_ = now + lead_;  // it is no stall
  // The ring of a device that waits for the time is full of what is not due: that holds nobody up.
  page::add(page_ + page::kRingFullNs, now - (lead_ ? std::clamp(due_, since, now) : since));
}

// The window is empty: wait until a buffer comes back or the run ends.
void TxLoop::make_room() {
  queue_.refill();
  if (queue_.room) return;
  const uint64_t since = now_ns();
  page::add(page_ + page::kRingFull, 1);
  for (uint32_t tries = 1; queue_.room == 0 && !aborted_; tries++) {
    idle();
    queue_.refill();
    aborted_ = queue_.failure || (tries % kClockEvery == 0 && ended(now_ns()));
  }
  waited(since);
}

void TxLoop::idle() { wait_a_moment(++idles_, page::get(page_ + page::kShared) != 0); }

// The run ended with part of a burst unsent: those packets never existed. They stand in the window's front.
void TxLoop::take_back(uint32_t from, uint32_t n) {
  for (uint32_t p = n; p-- > from;) {
    Group& group = groups_[group_count_ == 1 ? 0 : group_at_[p]];
    group.bytes -= queue_.frames[p - from].length;
    group.n--;
    group.stream->next--;
  }
}

void TxLoop::take_back_picks(uint32_t from, uint32_t n) {
  if (in_rounds_) return;  // what is counted is what was sent
  for (uint32_t p = from; p < n; p++) streams_[picks_[p]].next--;
}

// What the queue had taken, and could not send to its end, never existed either.
void TxLoop::take_back_unsent() {
  std::map<uint32_t, size_t> stream_of;  // by template
  for (const Stream& stream : plan_.streams)
    for (const Template& t : stream.templates) stream_of[t.id] = static_cast<size_t>(&stream - plan_.streams.data());
  queue_.unsent([&](const Frame& frame) {
    page::Word* cells = cells_of(stream_of[frame.holds]);
    for (page::Word* cell : {cells + page::kTxPackets, page_ + page::kPackets}) page::add(cell, ~uint64_t{0});
    for (page::Word* cell : {cells + page::kTxBytes, page_ + page::kBytes}) page::add(cell, 0 - uint64_t{frame.length});
  });
}

void TxLoop::account() {
  uint64_t packets = 0, bytes = 0;
  for (uint32_t g = 0; g < group_count_; g++) {
    const Group& group = groups_[g];
    page::Word* cells = cells_of(static_cast<size_t>(group.stream - streams_.data()));
    page::add(cells + page::kTxPackets, group.n);
    page::add(cells + page::kTxBytes, group.bytes);
    if (group.n && page::get(cells + page::kTxFirstNs) == 0) page::set(cells + page::kTxFirstNs, due_);
    if (group.n) page::set(cells + page::kTxLastNs, now_);
    packets += group.n;
    bytes += group.bytes;
  }
  account_all(packets, bytes);
}

void TxLoop::account_all(uint64_t packets, uint64_t bytes) {
  page::add(page_ + page::kPackets, packets);
  page::add(page_ + page::kBytes, bytes);
  page::add(page_ + page::kBursts, 1);
}

}  // namespace nmgen
