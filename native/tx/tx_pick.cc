// Whose turns come next in a TX loop, and by which way their packets are made.

#include <algorithm>

#include "tx_loop.h"

namespace nmgen {

uint32_t TxLoop::compose(LaneState& lane, uint32_t n) {
  const std::vector<uint32_t>& slots = lane.lane->slots;
  group_count_ = 0;
  picked_ = slots.size() > 1 || !lane.cycles.empty() || ahead_ || abreast_;
  if (!picked_) {
    StreamState& stream = streams_[slots[0]];
    uint32_t m = static_cast<uint32_t>(std::min<uint64_t>(n, stream.limit - stream.next));
    if (plan_.sample) m = until_sample(stream, m);
    lane.advance(m);
    if (m) compose_one(stream, m);
    if (stream.next == stream.limit) schedule_.retire(streams_);
    return m;
  }
  const uint32_t m = pick(lane, n);
  if (m == 0) return 0;
  if (abreast_)
    compose_abreast(m);
  else if (ahead_)
    compose_ahead(m);
  else
    compose_mix(m);
  return m;
}

uint32_t TxLoop::pick(LaneState& lane, uint32_t n) {
  if (in_rounds_)
    if (const uint32_t m = pick_rounds(lane, n)) return m;
  uint32_t m = lane.cycles.empty() && !plan_.sample ? pick_plainly(lane, n) : 0;
  bool exhausted = false;
  alone_ = false;
  while (m < n && !lane.done) {
    const uint32_t s = lane.take(streams_);
    StreamState& stream = streams_[s];
    if (stream.next == stream.limit) {
      exhausted = true;
      if (lane.paced() && !lane.lane->tight) {
        lane.advance(1);  // a turn without a packet keeps the rhythm of the others
        if (due_times_) std::copy(due_times_ + m + 1, due_times_ + n, due_times_ + m);
        n--;
      } else {
        lane.pass();
        if (lane.cursor == 0) schedule_.retire(streams_);
      }
      continue;
    }
    if (plan_.sample && samples_next(stream)) {
      if (m) {
        lane.put_back();
        break;
      }
      alone_ = true;
      n = 1;
    }
    lane.advance(1);
    numbers_[m] = stream.next++;
    picks_[m++] = s;
  }
  if (exhausted) schedule_.retire(streams_);
  return m;
}

// How many of the stream's next n packets a burst may hold.
uint32_t TxLoop::until_sample(const StreamState& stream, uint32_t n) {
  alone_ = n && samples_next(stream);
  uint32_t m = std::min(n, 1u);
  while (m < n && !alone_ && !plan_.samples(*stream.stream, stream.next + m)) m++;
  return m;
}

// As long as the turn is one of a stream that has not sent all: most often, that is always so.
uint32_t TxLoop::pick_plainly(LaneState& lane, uint32_t n) {
  const uint32_t* const slots = lane.lane->slots.data();
  const size_t size = lane.lane->slots.size();
  StreamState* const streams = streams_.data();
  uint32_t m = 0;
  for (size_t at = lane.cursor; m < n; m++) {
    const uint32_t s = slots[at];
    const uint64_t next = streams[s].next;
    if (next == streams[s].limit) break;
    streams[s].next = next + 1;
    picks_[m] = s;
    numbers_[m] = next;
    if (++at == size) at = 0;
  }
  lane.advance(m);
  return m;
}

}  // namespace nmgen
