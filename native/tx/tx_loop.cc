#include "tx_loop.h"

#include <algorithm>

#include "burden.h"
#include "clock.h"

namespace nmgen {
namespace {

constexpr uint64_t kGraceNs = 100'000'000;  // how long past its duration a paced run may catch up

}  // namespace

void TxLoop::run() {
  std::unique_lock<std::mutex> ours;
  if (answerer_) ours = answerer_->claim();
  prefill();
  page::publish(page_ + page::kState, page::kReady);
  if (wait_for_go()) {
    page::publish(page_ + page::kState, page::kRunning);
    send_until_done();
    queue_.flush();
    take_back_unsent();
  }
  page::publish(page_ + page::kState, page::kDone);
}

bool TxLoop::wait_for_go() {
  while (page::acquire(page_ + page::kGo) == 0) {
    if (ended(now_ns())) return false;
    answer();
    sched_yield();
  }
  // The start lies a little ahead, so that all queues begin together.
  run_ = page::get(page_ + page::kRun);
  queue_.epoch_ns = page::get(page_ + page::kEpochNs);
  while (now_ns() + lead_ < queue_.epoch_ns) relax();
  return true;
}

void TxLoop::send_until_done() {
  const uint64_t epoch = page::get(page_ + page::kEpochNs);
  const bool needs_time = schedule_.timed();
  uint64_t start_ticks = 0, start_system_ns = 0;
  now_ = epoch;
  looked_ = now_ns() + lead_;
  if (plan_.duration_ns) give_up_ns_ = epoch + plan_.duration_ns + (needs_time ? kGraceNs : 0);
  for (uint32_t turns = 0; !aborted_; turns++) {
    if (needs_time || turns % kClockEvery == 0 || idles_) read_clock();
    if (needs_time) keep_rate(epoch);
    const uint64_t elapsed = now_ - epoch;
    const bool line_open = plan_.duration_ns == 0 || elapsed < plan_.duration_ns;
    if (ended(now_) || schedule_.done(elapsed, line_open)) break;
    answer();
    Turn turn = schedule_.next(elapsed, line_open);
    if (!turn.lane) {
      if (idles_ == 0) queue_.push();
      idle();
      continue;
    }
    idles_ = 0;
    if (turn.late_ns > late_after_ && !on_time(turn)) continue;
    if (start_ticks == 0) {
      start_system_ns = system_ns();
      start_ticks = ticks();
      page::set(page_ + page::kFirstNs, now_ - turn.late_ns);  // a late start is no higher rate
    }
    send(turn);
  }
  if (in_rounds_) tell_rounds();
  const uint64_t end = now_ns() + lead_;
  if (start_ticks) {
    page::set(page_ + page::kLastNs, end);
    page::set(page_ + page::kCycles, ticks() - start_ticks);
    page::set(page_ + page::kSystemNs, system_ns() - start_system_ns);
  }
  const uint64_t due_by = plan_.duration_ns ? std::min(end - epoch, plan_.duration_ns) : end - epoch;
  page::add(page_ + page::kUnsent, schedule_.given_up() + (due_by ? schedule_.overdue(due_by - 1) : 0));
}

// Has somebody asked for another rate, and was it begun?
void TxLoop::keep_rate(uint64_t epoch) {
  const uint64_t at = page::acquire(page_ + page::kRateAtNs);
  if (at != rate_at_) {
    rate_at_ = at;
    const uint64_t since = std::max(at, epoch) - epoch;
    schedule_.change_rate(static_cast<double>(page::get(page_ + page::kRate)) * 1e-6, static_cast<double>(since));
  } else if (at && !schedule_.changing() && page::get(page_ + page::kRateTakenNs) != at) {
    page::set(page_ + page::kRateTakenNs, at);
  }
}

// How long nobody looked is how long this thread was kept from its work.
void TxLoop::read_clock() {
  now_ = now_ns() + lead_;
  page::raise(page_ + page::kStallNs, now_ - looked_);
  looked_ = now_;
}

// May a turn that is late be sent all the same?
bool TxLoop::on_time(const Turn& turn) {
  switch (plan_.pacing.policy) {
    case LatePolicy::kCatchUp:
      return true;
    case LatePolicy::kFail:
      page::set(page_ + page::kTooLateNs, turn.late_ns - lead_);
      aborted_ = true;
      return false;
    case LatePolicy::kSkip:
      const double limit = static_cast<double>(now_ - page::get(page_ + page::kEpochNs) - late_after_);
      skip(*turn.lane, static_cast<uint32_t>(std::max<uint64_t>(turn.lane->due(limit, kMaxBurst), 1)));
      return false;
  }
  return true;
}

// Their packets keep their numbers, and are never sent.
void TxLoop::skip(LaneState& lane, uint32_t slots) {
  const uint32_t n = pick(lane, slots);
  for (uint32_t p = 0; ahead_ && p < n; p++) ahead_->make(picks_[p], numbers_[p]);
  page::add(page_ + page::kSkipped, n);
  page::add(page_ + page::kUnsent, n);
  for (uint32_t p = 0; p < n; p++)
    if (streams_[picks_[p]].next == streams_[picks_[p]].stream->limit) return schedule_.retire(streams_);
}

void TxLoop::send(Turn turn) {
  if (queue_.room == 0) {
    due_ = now_ - turn.late_ns;
    return make_room();  // and ask again whose turn it is: waiting takes time
  }
  uint32_t slots = std::min(turn.slots, queue_.room);
  if (lead_) slots = turn.lane->due_together(slots);
  if (due_times_) set_due(turn, slots);
  const uint32_t n = compose(*turn.lane, slots);
  if (n == 0) return;
  due_ = now_ - turn.late_ns;
  if (alone_) queue_.push();  // what was gathered before is not to leave with it
  render(n);
  burden(n);
  const bool timed = timing_ && turn.lane->paced();
  if (timed) depart(n);
  const uint32_t sent = push(n);
  if (alone_) queue_.push();
  if (timed) return time(sent), unsent(n - sent);
  if (turn.lane->paced()) unsent(n - sent);
}

void TxLoop::answer() {
  if (answerer_ && answerer_->waiting()) undressed_ += answerer_->send();
}

}  // namespace nmgen
