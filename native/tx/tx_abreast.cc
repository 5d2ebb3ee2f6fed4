// The part of TxLoop for streams that are rendered side by side: see abreast.h.

#include <algorithm>
#include <cstring>

#include "checksum.h"
#include "clock.h"
#include "signature.h"
#include "tx_loop.h"

namespace nmgen {
namespace {

constexpr uint64_t kTellNs = 1'000'000;

// Streams first, first + 1 and so on, of each packet `round`; four at a time: up to three behind the last one, over
// which the next run comes.
void count_on(uint32_t first, uint64_t round, uint32_t n, uint32_t* streams, uint64_t* numbers) {
  using Streams = uint32_t __attribute__((vector_size(16)));
  using Numbers = uint64_t __attribute__((vector_size(16)));
  Streams four = Streams{first, first + 1, first + 2, first + 3};
  const Numbers two = Numbers{round, round};
  for (uint32_t j = 0; j < n; j += 4, four += 4) {
    std::memcpy(streams + j, &four, sizeof four);
    std::memcpy(numbers + j, &two, sizeof two);
    std::memcpy(numbers + j + 2, &two, sizeof two);
  }
}

}  // namespace

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
    count_on(stream, round_, run, picks_ + m, numbers_ + m);
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
  tell_rounds();
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
  render_alike_({&*abreast_, n, picks_, in_rounds_, numbers_, data_});
  if (!any_signed_) return;
  const Stamp stamp(stamp_now());
  const uint32_t offset = plan_.streams[0].signature;
  for (uint32_t p = 0; p < n; p++) {
    const auto& [stream, shard] = abreast_->mark(picks_[p]);
    stamp.write(data_[p] + offset, stream, numbers_[p] * plan_.stride + shard);
  }
}

void TxLoop::account_abreast(uint32_t n) {
  account_all(n, n * uint64_t{lengths_[0]});
  if (!in_rounds_) {
    for (uint32_t p = 0; p < n; p++) account_run(picks_[p], 1, numbers_[p] + 1);
    return;
  }
  sent_ += n;
  // In the first round each stream learns when it began.
  if (schedule_.timed() || sent_ - n < streams_.size() || now_ - told_ns_ >= kTellNs) tell_rounds();
}

// In rounds, how many all have sent tells of each. Of 10,000 streams the counters are as large as what their packets
// are made of, and so they are only written once a millisecond where no schedule is kept.
void TxLoop::tell_rounds() {
  const uint64_t size = streams_.size();
  // The last packet of each stream tells of all before it, but the first one has a time to tell.
  for (uint64_t at = told_ < size ? told_ : std::max(told_, sent_ - size), run; at < sent_; at += run) {
    run = std::min(sent_ - at, size - at % size);
    account_run(static_cast<uint32_t>(at % size), static_cast<uint32_t>(run), at / size + 1);
  }
  told_ = sent_;
  told_ns_ = now_;
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
