// A TX loop before its first packet.

#include <algorithm>

#include "tx_loop.h"

namespace nmgen {

TxLoop::TxLoop(TxQueue& queue, const Plan& plan, page::Word* page, Answerer* answerer)
    : queue_(queue), plan_(plan), page_(page), answerer_(answerer), streams_(make_states(plan)), schedule_(plan) {
  one_template_ = plan.streams.size() == 1 && plan.streams[0].templates.size() == 1;
  any_signed_ = std::ranges::any_of(plan.streams, [](const Stream& s) { return s.is_signed; });
  any_crc_ = std::ranges::any_of(plan.streams, [](const Stream& s) { return s.is_signed && s.has_crc; });
  untouched_ = one_template_ && !any_signed_ && plan.streams[0].fields.empty();
  group_of_.assign(plan.streams.size(), kNoGroup);
  prebuild(plan, streams_);
  if (plan.abreast) abreast_.emplace(plan, streams_);
  in_rounds_ = plan.abreast && !plan.sample && turns_are_rounds();
  if (in_rounds_) last_round_ = std::ranges::min(streams_, {}, &StreamState::limit).limit;
  if (plan.ahead) ahead_.emplace(plan, streams_, render_fields_);
  if (!plan.streams.empty())
    std::ranges::fill(lengths_, static_cast<uint32_t>(plan.streams[0].templates[0].bytes.size()));
  lead_ = schedule_.paced() ? queue.lead_ns : 0;
  late_after_ = plan.pacing.late_ns + lead_;
  page::set(page + page::kLeadNs, lead_);
  if (lead_ || !queue.lead_ns) due_times_ = queue.due;
  if (page::get(page + page::kTimings)) {
    page::Word* const block = cells_of(plan.streams.size());
    timing_.emplace(block);
    if (!due_times_) due_times_ = own_due_times_;
    const size_t entries = page::get(page + page::kDepartures);
    for (size_t s = 0; entries && s < plan.streams.size(); s++)
      departures_.emplace_back(std::span(block + Timing::kCells + s * entries, entries));
  }
  schedule_.retire(streams_);  // this shard may have nothing to send
}

bool TxLoop::page_fits(const Plan& plan, std::span<page::Word> page) {
  if (page.size() < page::kHeaderCells) return false;
  const uint64_t timings = page[page::kTimings], entries = page[page::kDepartures], streams = plan.streams.size();
  if (timings > 1 || entries > page.size() || (entries & (entries - 1))) return false;
  const size_t behind = timings ? Timing::kCells + streams * entries : 0;
  return page.size() >= page::kHeaderCells + streams * page::kTxStreamCells + behind;
}

// Every buffer holds a template before the first packet: from then on only what changes is written.
void TxLoop::prefill() {
  if (plan_.lanes.empty()) return;
  const Lane& lane = plan_.lanes[0];
  const std::vector<uint32_t>& slots = lane.cycles.empty() ? lane.slots : lane.cycles[0];
  size_t k = 0;
  for (Frame& frame : queue_.all()) {
    const Stream& s = plan_.streams[slots[k % slots.size()]];
    frame.holds = kNothing;  // a former run may have used the same numbers for other templates
    const Template& t = s.templates[s.sizes.on ? k % s.templates.size() : s.sequence[k % s.sequence.size()]];
    if (ahead_ && !ahead_->uniform())
      ahead_->dress(frame, t);
    else
      dress(frame, t);
    k++;
  }
  queue_.filled();
}

}  // namespace nmgen
