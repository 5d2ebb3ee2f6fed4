// The part of TxLoop for streams that are rendered ahead of their turns: see ahead.h.

#include <algorithm>
#include <cstring>

#include "clock.h"
#include "signature.h"
#include "tx_loop.h"

namespace nmgen {

void TxLoop::compose_ahead(uint32_t n) {
  Ahead& ahead = *ahead_;
  const Ahead::Head* const heads = ahead.heads();
  size_t places[kMaxBurst];
  for (uint32_t p = 0; p < n; p++) {
    places[p] = ahead.place(picks_[p], numbers_[p]);
    __builtin_prefetch(&heads[places[p]]);
  }
  Frame* const frames = queue_.frames;
  const bool uniform = ahead.uniform();
  for (uint32_t p = 0; p < n; p++) {
    ahead.make(picks_[p], numbers_[p]);
    if (uniform)
      frames[p].holds = picks_[p];  // whose it is, should it never leave
    else
      resized_ |= ahead.dress(frames[p], ahead.frame(places[p]));
    std::memcpy(frames[p].data, &heads[places[p]], Ahead::kHead);
  }
  if (uniform && (queue_.disturbed || answerer_)) restore_lengths(n);
  if (!uniform)
    for (uint32_t p = 0; p < n; p++) lengths_[p] = frames[p].length;
}

// Where all frames are equally long, only somebody else can have changed that.
void TxLoop::restore_lengths(uint32_t n) {
  for (uint32_t p = 0; p < n; p++) queue_.frames[p].length = lengths_[p];
  resized_ = true;
}

void TxLoop::stamp_ahead(uint32_t n) {
  if (!any_signed_) return;
  const uint64_t now = stamp_now();
  for (uint32_t p = 0; p < n; p++) {
    StreamState& stream = streams_[picks_[p]];
    if (stream.stream->is_signed) stamp({&stream, numbers_[p], 1, 0, &queue_.frames[p].data, nullptr}, now);
  }
}

void TxLoop::account_ahead(uint32_t n) {
  page::Word* const all = cells_of(0);
  const uint64_t now = now_;
  uint64_t bytes = 0;
  for (uint32_t p = 0; p < n; p++) {
    page::Word* cells = all + picks_[p] * size_t{page::kTxStreamCells};
    page::add(cells + page::kTxPackets, 1);
    page::add(cells + page::kTxBytes, lengths_[p]);
    if (page::get(cells + page::kTxFirstNs) == 0) page::set(cells + page::kTxFirstNs, due_);
    page::set(cells + page::kTxLastNs, now);
    bytes += lengths_[p];
  }
  account_all(n, bytes);
}

}  // namespace nmgen
