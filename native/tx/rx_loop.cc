#include "rx_loop.h"

#include <sched.h>

#include <algorithm>

#include "clock.h"
#include "histogram.h"
#include "signature.h"
#include "streak.h"

namespace nmgen {
namespace {

constexpr uint64_t kClockSlackNs = 1'000'000;  // how far TX and RX CPUs' clocks may differ
constexpr uint32_t kClockEvery = 4096;         // looks between two clock readings for the dead man's handle
constexpr size_t kPlaces = 16;                 // places to look at before the whole frame is searched

bool matches(const Match& rule, const Frame& frame) {
  if (rule.offset + rule.value.size() > frame.length) return false;
  const uint8_t* at = frame.data + rule.offset;
  for (size_t i = 0; i < rule.value.size(); i++)
    if ((at[i] & rule.mask[i]) != rule.value[i]) return false;
  return true;
}

// Of streams: the groups' blocks follow.
size_t rx_histogram_cells(const page::Word* page) {
  return page::get(page + page::kHistograms) * histogram::kCells + page::get(page + page::kTimings) * Timing::kCells;
}

}  // namespace

RxLoop::RxLoop(RxQueue& queue, const Plan& plan, page::Word* page, Tap* tap, Answerer* answerer)
    : queue_(queue), page_(page), tap_(tap), answerer_(answerer) {
  const uint64_t histograms = page::get(page + page::kHistograms);
  page::Word* cells = page + page::kHeaderCells;
  page::Word* histogram = cells + plan.streams.size() * page::kRxStreamCells;
  const uint64_t groups = page::get(page + page::kGroups);
  page::Word* group_cells = groups ? histogram + rx_histogram_cells(page) : nullptr;
  page::Word* group_histograms =
      page::get(page + page::kGroupHistograms) ? group_cells + groups * page::kGroupCells : nullptr;
  receiver_of_.assign(0x10000, -1);
  for (const Stream& s : plan.streams) {
    const uint32_t index = static_cast<uint32_t>(receivers_.size());
    receivers_.push_back({&s,
                          cells + index * page::kRxStreamCells,
                          histograms ? histogram + s.histogram * histogram::kCells : nullptr,
                          0,
                          0,
                          false,
                          {}});
    if (histograms && page::get(page + page::kTimings))
      receivers_.back().timing.emplace(histogram + histograms * histogram::kCells + s.histogram * Timing::kCells);
    if (s.is_signed) receivers_.back().sequences.resize(s.stride);
    const std::vector<uint8_t>& bytes = s.templates[0].bytes;
    receivers_.back().is_icmp_error = is_icmp_error(bytes.data(), static_cast<uint32_t>(bytes.size()));
    if (s.is_signed)
      receiver_of_[s.id] = static_cast<int32_t>(index);
    else if (!s.match.value.empty())
      matched_.push_back(index);
    if (s.is_signed && s.account && group_cells) {
      receivers_.back().groups = std::make_unique<GroupCounts>(s, group_cells, group_histograms);
      group_cells += s.groups * page::kGroupCells;
      if (group_histograms) group_histograms += s.groups * histogram::kCells;
    }
    if (s.is_signed && std::ranges::find(offsets_, s.signature) == offsets_.end()) offsets_.push_back(s.signature);
  }
}

void RxLoop::listen(const std::vector<Source>& sources) {
  for (const Source& source : sources) {
    const int32_t index = source.stream < receiver_of_.size() ? receiver_of_[source.stream] : -1;
    if (index < 0) continue;
    Receiver& r = receivers_[static_cast<size_t>(index)];
    if (!r.timing || source.residue >= r.stream->stride) continue;
    r.departures.resize(r.stream->stride);
    r.before.resize(r.stream->stride);
    r.departures[source.residue] = source.departures;
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
  for (const Stream& s : plan.streams) needed += s.is_signed ? s.groups : 0;
  if (groups && (groups < needed || groups > page.size() || (group_histograms && group_histograms != groups)))
    return false;
  return histograms <= plan.streams.size() &&
         page.size() >= streams + rx_histogram_cells(page.data()) + groups * page::kGroupCells +
                            group_histograms * histogram::kCells &&
         std::ranges::all_of(plan.streams, is_there);
}

void RxLoop::run() {
  page::publish(page_ + page::kState, page::kReady);
  uint32_t idle = 0;
  for (uint32_t looks = 1; page::get(page_ + page::kStop) == 0 && !(tap_ && tap_->full()); looks++) {
    if (looks % kClockEvery == 0 && page::unattended(page_, now_ns())) break;
    if (epoch_ == 0 && queue_.waits && page::acquire(page_ + page::kGo) == 0) {
      wait_a_moment(++idle, true);
      continue;
    }
    std::span<const Frame> frames = queue_.peek();
    // In this order: what was fetched before the word to go was given cannot be of this run. The other way round a
    // thread that loses its CPU in between would throw the first burst away.
    if (epoch_ == 0 && page::acquire(page_ + page::kGo)) {
      run_ = page::get(page_ + page::kRun);
      epoch_ = page::get(page_ + page::kEpochNs);
      page::publish(page_ + page::kState, page::kRunning);
    }
    if (answerer_ && answerer_->waiting()) answerer_->send_if_free();
    if (frames.empty()) {
      if (queue_.failure) break;
      page::add(page_ + page::kIdles, 1);
      wait_a_moment(++idle, page::get(page_ + page::kShared) != 0);
      continue;
    }
    idle = 0;
    if (epoch_)
      tap_ ? tap(frames) : take(frames, queue_.arrived);
    else if (answerer_)  // what comes before the start is no part of the run
      answer_early(frames);
    queue_.release(static_cast<uint32_t>(frames.size()));
  }
  for (Receiver& r : receivers_) sum_up(r);
  page::publish(page_ + page::kState, page::kDone);
}

// What is missing now will never come.
void RxLoop::sum_up(Receiver& r) {
  if (r.groups) r.groups->finish();
  for (Sequence& sequence : r.sequences) {
    sequence.finish();
    const Losses& losses = sequence.losses();
    page::add(r.cells + page::kGaps, losses.gaps);
    page::raise(r.cells + page::kLongestGap, losses.longest_gap);
    page::raise(r.cells + page::kOutageNs, losses.outage_ns);
    page::raise(r.cells + page::kHeadNs, losses.head_ns);
    page::raise(r.cells + page::kNewestNs, sequence.newest_ns());
    page::add(r.cells + page::kExpected, sequence.expected());
  }
}

void RxLoop::answer_early(std::span<const Frame> frames) {
  for (const Frame& frame : frames) answerer_->take(frame);
}

void RxLoop::tap(std::span<const Frame> frames) {
  const uint64_t* arrived = queue_.arrived;
  const auto wanted = tap_->take(frames, arrived, queue_.waits, page_ + page::kStop);
  if (!wanted.empty()) take(wanted, arrived);
}

void RxLoop::take(std::span<const Frame> frames, const uint64_t* arrived) {
  const uint64_t now = now_ns();
  uint64_t packets = frames.size(), bytes = 0, unknown = 0, requests = 0;
  for (size_t i = 0; i < frames.size(); i++) {
    if (i + 4 < frames.size()) __builtin_prefetch(frames[i + 4].data);
    bytes += frames[i].length;
    if (take_signed(frames[i], arrived ? arrived[i] : now)) {
      if (latest_.receiver && !arrived) i += take_streak(frames.subspan(i + 1), bytes);
      continue;
    }
    if (take_matched(frames[i])) continue;
    if (answerer_ && answerer_->take(frames[i])) {
      requests++;
      packets--;
      bytes -= frames[i].length;
    } else {
      unknown++;
    }
  }
  if (requests) page::add(page_ + page::kRequests, requests);
  if (packets == 0) return;
  if (page::get(page_ + page::kFirstNs) == 0) page::set(page_ + page::kFirstNs, now);
  page::set(page_ + page::kLastNs, now);
  page::add(page_ + page::kPackets, packets);
  page::add(page_ + page::kBytes, bytes);
  page::add(page_ + page::kBursts, 1);
  if (unknown) page::add(page_ + page::kUnknown, unknown);
}

bool RxLoop::take_signed(const Frame& frame, uint64_t now) {
  for (size_t o = 0; o < offsets_.size(); o++) {
    const uint32_t offset = offsets_[o];
    if (offset + kSignatureBytes > frame.length) continue;
    const uint8_t* at = frame.data + offset;
    if (get16(at) != kSignatureMagic) continue;
    Receiver* r = receiver_at(frame, offset);
    if (!r || (offset != r->stream->signature && offset != r->moved)) continue;
    latest_ = {};
    if (!is_whole(at)) {
      page::add(r->cells + page::kCorrupted, 1);
    } else {
      if (!is_of_this_run(at, now)) continue;
      track(*r, at, now);
      latest_.offset = offset;
    }
    count(*r, frame);
    if (o) std::swap(offsets_[0], offsets_[o]);
    return true;
  }
  return !offsets_.empty() && take_moved(frame, now);
}

// A device has put headers before it or taken some away. Where it stands now, the stream's next ones will.
bool RxLoop::take_moved(const Frame& frame, uint64_t now) {
  for (uint32_t at = 0; (at = find_signature(frame.data, frame.length, at)) < frame.length; at++) {
    Receiver* r = receiver_at(frame, at);
    if (!r || !is_of_this_run(frame.data + at, now)) continue;
    if (at != r->stream->signature) r->moved = at;
    if (std::ranges::find(offsets_, at) == offsets_.end() && offsets_.size() < kPlaces) offsets_.push_back(at);
    latest_ = {};
    track(*r, frame.data + at, now);
    latest_.offset = at;
    count(*r, frame);
    return true;
  }
  return false;
}

// Whose signature it is; null: nobody's, or it is only quoted.
RxLoop::Receiver* RxLoop::receiver_at(const Frame& frame, uint32_t offset) {
  const int32_t index = receiver_of_[get16(frame.data + offset + 2)];
  if (index < 0) return nullptr;
  Receiver& r = receivers_[static_cast<size_t>(index)];
  const bool quoted = offset != r.stream->signature && !r.is_icmp_error && is_icmp_error(frame.data, frame.length);
  return quoted ? nullptr : &r;
}

bool RxLoop::is_of_this_run(const uint8_t* at, uint64_t now) const {
  if (run_ == kAnyRun) return true;
  const uint64_t stamp = get64(at + 8), sent = time_of(stamp, now);
  return run_of(stamp) == run_ && sent >= epoch_ && sent <= now + kClockSlackNs;
}

void RxLoop::track(Receiver& r, const uint8_t* at, uint64_t now) {
  // The signature holds the low 32 bits of the index; it is the one nearest to the newest seen, and none is below 0.
  const int32_t ahead = static_cast<int32_t>(get32(at + 4) - static_cast<uint32_t>(r.newest));
  uint64_t i = r.newest + static_cast<uint64_t>(static_cast<int64_t>(ahead));
  if (ahead < 0 && i > r.newest) i += 1ull << 32;
  if (i > r.newest) r.newest = i;
  const uint64_t stride = r.stream->stride;
  const uint64_t sent = time_of(get64(at + 8), now);
  Sequence& sequence = r.sequences[stride == 1 ? 0 : i % stride];
  const Sequence::Arrival how = sequence.arrive(stride == 1 ? i : i / stride, sent);
  if (r.groups) r.groups->arrive(how, i, sent, now > sent ? now - sent : 0);
  switch (how) {
    case Sequence::Arrival::kInOrder:
      latest_ = {&r, &sequence, at, 0, 0};
      break;
    case Sequence::Arrival::kReordered:
      page::add(r.cells + page::kReordered, 1);
      page::add(r.cells + page::kExtentSum, sequence.extent());
      page::raise(r.cells + page::kExtentMax, sequence.extent());
      break;
    case Sequence::Arrival::kDuplicate:
      page::add(r.cells + page::kDuplicates, 1);
      return;
    case Sequence::Arrival::kStale:
      page::add(r.cells + page::kStale, 1);
      return;
  }
  latest_.latency_ns = now > sent ? now - sent : 0;
  latest_.arrived_ns = now;
  latest_.index = i;
  time(r, latest_.latency_ns, 1);
  if (!r.departures.empty()) time_schedule(r, i, now, latest_.latency_ns);
}

uint32_t RxLoop::take_streak(std::span<const Frame> frames, uint64_t& bytes) {
  Receiver& r = *latest_.receiver;
  Streak streak(latest_.signature, latest_.offset, r.stream->stride);
  const uint32_t n = streak.follow(frames);
  if (n == 0) return 0;
  latest_.sequence->follow(n);
  for (uint32_t j = 1; !r.departures.empty() && j <= n; j++)
    time_schedule(r, latest_.index + j * r.stream->stride, latest_.arrived_ns, latest_.latency_ns);
  for (uint32_t j = 1; r.groups && j <= n; j++)
    r.groups->arrive(Sequence::Arrival::kInOrder, latest_.index + j * r.stream->stride,
                     latest_.arrived_ns - latest_.latency_ns, latest_.latency_ns);
  r.newest += n * r.stream->stride;
  time(r, latest_.latency_ns, n);
  page::add(r.cells + page::kRxPackets, n);
  page::add(r.cells + page::kRxBytes, streak.bytes);
  bytes += streak.bytes;
  return n;
}

// Since packet i was due, and how its gap to the one before in its sequence came out.
void RxLoop::time_schedule(Receiver& r, uint64_t i, uint64_t now, uint64_t latency_ns) {
  const uint64_t stride = r.stream->stride, k = stride == 1 ? i : i / stride;
  const size_t residue = stride == 1 ? 0 : i % stride;
  Before& before = r.before[residue];
  uint64_t late_ns = 0;
  if (!r.departures[residue] || !r.departures[residue].find(k, late_ns)) {
    before.is_there = false;
    return;
  }
  const uint64_t behind = latency_ns + late_ns;
  r.timing->take(behind);
  if (before.k + 1 != k) before.is_there = false;  // not its neighbour: another was lost, or came out of order
  r.timing->follow(before, static_cast<int64_t>(now - behind), static_cast<int64_t>(behind));
  before.k = k;
}

void RxLoop::time(Receiver& r, uint64_t latency_ns, uint64_t packets) {
  page::add(r.cells + page::kLatencyCount, packets);
  page::add(r.cells + page::kLatencySum, packets * latency_ns);
  page::raise(r.cells + page::kLatencyNotMin, ~latency_ns);
  page::raise(r.cells + page::kLatencyMax, latency_ns);
  if (r.histogram) histogram::record(r.histogram, latency_ns, packets);
}

bool RxLoop::take_matched(const Frame& frame) {
  for (uint32_t index : matched_) {
    Receiver& r = receivers_[index];
    if (!matches(r.stream->match, frame)) continue;
    count(r, frame);
    return true;
  }
  return false;
}

void RxLoop::count(Receiver& r, const Frame& frame) {
  page::add(r.cells + page::kRxPackets, 1);
  page::add(r.cells + page::kRxBytes, frame.length);
}

}  // namespace nmgen
