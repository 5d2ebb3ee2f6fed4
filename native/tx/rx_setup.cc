// What an RX loop keeps of each stream, and where on its page.

#include <algorithm>

#include "histogram.h"
#include "rx_loop.h"
#include "signature.h"

namespace nmgen {
namespace {

// Of streams: the groups' blocks follow.
size_t rx_histogram_cells(const page::Word* page) {
  return page::get(page + page::kHistograms) * histogram::kCells + page::get(page + page::kTimings) * Timing::kCells;
}

}  // namespace

RxLoop::RxLoop(RxQueue& queue, const Plan& plan, page::Word* page, Tap* tap, Answerer* answerer)
    : queue_(queue), page_(page), tap_(tap), answerer_(answerer), sampled_(plan.sample != 0) {
  const uint64_t histograms = page::get(page + page::kHistograms);
  page::Word* cells = page + page::kHeaderCells;
  page::Word* const histogram = cells + plan.streams.size() * page::kRxStreamCells;
  if (histograms && page::get(page + page::kTimings)) timings_ = histogram + histograms * histogram::kCells;
  const uint64_t groups = page::get(page + page::kGroups);
  page::Word* group_cells = groups ? histogram + rx_histogram_cells(page) : nullptr;
  page::Word* group_histograms =
      page::get(page + page::kGroupHistograms) ? group_cells + groups * page::kGroupCells : nullptr;
  receiver_of_.assign(kIds, -1);
  receivers_.reserve(plan.streams.size());
  size_t sequences = 0;
  for (const Stream& s : plan.streams) sequences += s.is_signed ? s.stride : 0;
  sequences_ = std::vector<Sequence>(sequences);
  Sequence* sequence = sequences_.data();
  for (const Stream& s : plan.streams) {
    const uint32_t index = static_cast<uint32_t>(receivers_.size());
    const std::vector<uint8_t>& bytes = s.templates[0].bytes;
    receivers_.push_back({.cells = cells,
                          .histogram = histograms ? histogram + s.histogram * histogram::kCells : nullptr,
                          .sequences = sequence,
                          .stream = &s,
                          .is_icmp_error = is_icmp_error(bytes.data(), static_cast<uint32_t>(bytes.size()))});
    cells += page::kRxStreamCells;
    if (!s.is_signed && !s.match.value.empty()) matched_.emplace_back(MatchRule(s.match), index);
    if (s.is_signed) {
      sequence += s.stride;
      receiver_of_[s.id] = static_cast<int32_t>(index);
      if (s.stride == 1) receivers_.back().in_turn = s.signature;
      if (std::ranges::find(offsets_, s.signature) == offsets_.end()) offsets_.push_back(s.signature);
    }
    if (!s.hears_groups() || !group_cells) continue;
    receivers_.back().asked = std::make_unique<Asked>();
    if (s.is_signed)
      receivers_.back().asked->groups = std::make_unique<GroupCounts>(s, group_cells, group_histograms);
    else
      receivers_.back().asked->finder = std::make_unique<GroupFinder>(s.keys, s.groups, group_cells);
    group_cells += s.groups * page::kGroupCells;
    if (group_histograms) group_histograms += s.groups * histogram::kCells;
  }
}

size_t RxLoop::held_by(const Stream& s) {
  return sizeof(Receiver) + (s.is_signed ? s.stride * (sizeof(Sequence) + Sequence::held()) : 0);
}

void RxLoop::listen(const std::vector<Source>& sources) {
  for (const Source& source : sources) {
    const int32_t index = source.stream < receiver_of_.size() ? receiver_of_[source.stream] : -1;
    if (index < 0 || !timings_) continue;
    Receiver& r = receivers_[static_cast<size_t>(index)];
    const uint64_t stride = r.stream->stride;
    if (source.residue >= stride) continue;
    if (!r.asked) r.asked = std::make_unique<Asked>();
    if (!r.asked->timing) {
      r.asked->timing.emplace(timings_ + r.stream->histogram * Timing::kCells);
      r.asked->departures.resize(stride);
      r.asked->before.resize(stride);
    }
    r.asked->departures[source.residue] = source.departures;
  }
}

bool RxLoop::page_fits(const Plan& plan, std::span<page::Word> page) {
  if (page.size() < page::kHeaderCells) return false;
  const uint64_t histograms = page::get(&page[page::kHistograms]);
  const uint64_t timings = page::get(&page[page::kTimings]);
  const size_t streams = page::kHeaderCells + plan.streams.size() * page::kRxStreamCells;
  if (timings && timings != histograms) return false;
  auto is_there = [&](const Stream& s) { return histograms == 0 || s.histogram < histograms; };
  const uint64_t groups = page::get(&page[page::kGroups]), group_histograms = page::get(&page[page::kGroupHistograms]);
  uint64_t needed = 0;
  for (const Stream& s : plan.streams) needed += s.hears_groups() ? s.groups : 0;
  if (groups && (groups < needed || groups > page.size() || (group_histograms && group_histograms != groups)))
    return false;
  return histograms <= plan.streams.size() &&
         page.size() >= streams + rx_histogram_cells(page.data()) + groups * page::kGroupCells +
                            group_histograms * histogram::kCells &&
         std::ranges::all_of(plan.streams, is_there);
}

}  // namespace nmgen
