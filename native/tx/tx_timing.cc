// When the packets of a burst were due, and how late they left.

#include <algorithm>

#include "clock.h"
#include "tx_loop.h"

namespace nmgen {

// How late each of them is, and for their receivers, who see only when it was sent.
void TxLoop::depart(uint32_t n) {
  if (!any_signed_) stamped_ = now_ns();
  const uint64_t elapsed = stamped_ - page::get(page_ + page::kEpochNs);
  for (uint32_t p = 0; p < n; p++) late_[p] = elapsed > due_times_[p] ? elapsed - due_times_[p] : 0;
  if (departures_.empty()) return;
  const Group& only = groups_[0];
  for (uint32_t p = 0; p < n; p++)
    if (picked_)
      departures_[picks_[p]].put(numbers_[p], late_[p]);
    else
      departures_[static_cast<size_t>(only.stream - streams_.data())].put(only.k + p, late_[p]);
}

void TxLoop::time(uint32_t sent) {
  uint64_t late = 0, most = page::get(page_ + page::kMaxLateNs);
  for (uint32_t p = 0; p < sent; p++) {
    timing_->take(late_[p]);
    timing_->follow(before_, static_cast<int64_t>(due_times_[p]), static_cast<int64_t>(late_[p]));
    late += late_[p] > plan_.pacing.late_ns;
    most = std::max(most, late_[p]);
  }
  page::add(page_ + page::kLate, late);
  page::set(page_ + page::kMaxLateNs, most);
}

void TxLoop::unsent(uint32_t packets) {
  if (packets) page::add(page_ + page::kUnsent, packets);
}

// Before `compose` moves the lane on.
void TxLoop::set_due(const Turn& turn, uint32_t slots) {
  const uint64_t now = now_ - page::get(page_ + page::kEpochNs);
  if (turn.lane->paced())
    turn.lane->due_times(slots, due_times_);
  else
    std::fill_n(due_times_, slots, now);
}

}  // namespace nmgen
