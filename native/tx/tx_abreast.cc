// The part of TxLoop for streams that are rendered side by side: see abreast.h.

#include <algorithm>

#include "checksum.h"
#include "clock.h"
#include "signature.h"
#include "tx_loop.h"

namespace nmgen {

bool TxLoop::turns_are_rounds() const {
  if (plan_.lanes.size() != 1 || !plan_.lanes[0].cycles.empty()) return false;
  const std::vector<uint32_t>& slots = plan_.lanes[0].slots;
  for (uint32_t s = 0; s < slots.size(); s++)
    if (slots[s] != s) return false;
  return slots.size() == plan_.streams.size();
}

uint32_t TxLoop::pick_rounds(LaneState& lane, uint32_t n) {
  const uint32_t size = static_cast<uint32_t>(streams_.size());
  uint32_t m = 0;
  for (uint32_t stream = lane.cursor; m < n && round_ < last_round_; stream = 0) {
    const uint32_t run = std::min(n - m, size - stream);
    const uint64_t round = round_;
    for (uint32_t j = 0; j < run; j += kStep)  // and beyond: the next run comes over it
      for (uint32_t step = 0; step < kStep; step++) {
        picks_[m + j + step] = stream + j + step;
        numbers_[m + j + step] = round;
      }
    m += run;
    if (stream + run == size) round_++;
  }
  if (m)
    lane.advance(m);
  else
    leave_rounds(lane);
  return m;
}

void TxLoop::leave_rounds(const LaneState& lane) {
  for (uint32_t s = 0; s < streams_.size(); s++) streams_[s].next = round_ + (s < lane.cursor);
  in_rounds_ = false;
  schedule_.retire(streams_);
}

// All frames are equally long, and what differs in them lies in words that are written each time: any stream's template
// will do.
void TxLoop::compose_abreast(uint32_t n) {
  Frame* const frames = queue_.frames;
  if (queue_.disturbed || undressed_)
    for (uint32_t p = 0; p < n; p++) {
      if (undressed_ && frames[p].holds == kNothing) undressed_--;
      if (frames[p].holds == kNothing || frames[p].length != lengths_[p])
        resized_ |= dress(frames[p], plan_.streams[picks_[p]].templates[0]);
    }
  uint8_t** const data = data_;
  const uint32_t* const picks = picks_;
#pragma GCC unroll 8
  for (size_t p = 0; p < n; p++) {
    data[p] = frames[p].data;
    frames[p].holds = picks[p];  // whose it is, should it never leave
  }
}

void TxLoop::render_abreast(uint32_t n) {
  render_rows_({&*abreast_, n, picks_, numbers_, data_});
  if (!any_signed_) return;
  stamped_ = now_ns();  // one reading a burst
  const uint64_t now = stamp_of(run_, stamped_);
  for (uint32_t p = 0; p < n; p++) {
    StreamState& stream = streams_[picks_[p]];
    stamp({&stream, numbers_[p], 1, 0, &data_[p], nullptr}, now);
    put32(data_[p] + stream.stream->signature, uint32_t{kSignatureMagic} << 16 | stream.stream->id);
  }
}

void TxLoop::account_abreast(uint32_t n) {
  const uint32_t size = static_cast<uint32_t>(streams_.size());
  // In rounds, the last packet of each stream tells of all; not so in the first round, which sets a time.
  const bool all = !in_rounds_ || numbers_[0] == 0;
  for (uint32_t p = all || n < size ? 0 : n - size, run; p < n; p += run) {
    run = in_rounds_ ? std::min(n - p, size - picks_[p]) : 1;
    account_run(picks_[p], run, numbers_[p] + 1);
  }
  account_all(n, n * uint64_t{lengths_[0]});
}

// Of n streams, each has sent so many: as many as it has numbers, and nothing needs to be read.
void TxLoop::account_run(uint32_t stream, uint32_t n, uint64_t sent) {
  page::Word* const first = cells_of(stream);
  page::Word* const end = first + n * size_t{page::kTxStreamCells};
  const uint64_t bytes = sent * lengths_[0], now = now_;
  if (sent == 1)
    for (page::Word* cells = first; cells < end; cells += page::kTxStreamCells)
      page::set(cells + page::kTxFirstNs, due_);
#pragma GCC unroll 8
  for (page::Word* cells = first; cells < end; cells += page::kTxStreamCells) {
    page::set(cells + page::kTxPackets, sent);
    page::set(cells + page::kTxBytes, bytes);
    page::set(cells + page::kTxLastNs, now);
  }
}

}  // namespace nmgen
