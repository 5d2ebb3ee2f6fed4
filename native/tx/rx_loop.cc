#include "rx_loop.h"

#include <sched.h>

#include <algorithm>
#include <cstring>

#include "clock.h"
#include "histogram.h"
#include "signature.h"
#include "streak.h"

namespace nmgen {
namespace {

constexpr uint64_t kClockSlackNs = 1'000'000;  // how far TX and RX CPUs' clocks may differ
constexpr uint32_t kClockEvery = 4096;         // looks between two clock readings for the dead man's handle
constexpr size_t kPlaces = 16;                 // places to look at before the whole frame is searched
constexpr size_t kAhead = 4;                   // frames that are fetched before they are looked at
constexpr size_t kMany = 256;                  // streams that do not fit into the first-level cache

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
  for (const Receiver& r : receivers_) sum_up(r);
  page::publish(page_ + page::kState, page::kDone);
}

// What is missing now will never come.
void RxLoop::sum_up(const Receiver& r) {
  if (r.asked && r.asked->groups) r.asked->groups->finish();
  for (uint64_t shard = 0; r.stream->is_signed && shard < r.stream->stride; shard++) {
    Sequence& sequence = r.sequences[shard];
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
  latest_ = {};
  if (receivers_.size() >= kMany && !offsets_.empty()) fetch_ahead(frames);
  for (size_t i = 0; i < frames.size(); i++) {
    if (latest_.is_good && !arrived) {
      const auto rest = frames.subspan(i);
      i += latest_.is_timed ? take_next<true>(rest, bytes) : take_next<false>(rest, bytes);
      if (i == frames.size()) break;
    }
    if (i + kAhead < frames.size()) __builtin_prefetch(frames[i + kAhead].data);
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

// Of many streams, what is kept of one has left the nearest caches when its next packet comes.
void RxLoop::fetch_ahead(std::span<const Frame> frames) const {
  const uint32_t offset = offsets_[0];
  const Receiver* receivers[kMaxBurst];
  uint32_t n = 0;
  for (const Frame& frame : frames) {
    if (frame.length < offset + kSignatureBytes) continue;
    const int32_t index = receiver_of_[get16(frame.data + offset + 2)];
    if (index < 0) continue;
    receivers[n] = &receivers_[static_cast<size_t>(index)];
    __builtin_prefetch(receivers[n++], 1);
  }
  for (uint32_t j = 0; j < n; j++) {
    __builtin_prefetch(receivers[j]->sequences, 1);
    __builtin_prefetch(receivers[j]->cells, 1);
  }
}

// What senders with many streams leave most often: packets that were sent together with the one taken last, each the
// next one of its own stream. Their run and latency are known, and nothing is missing.
template <bool kTimed>
uint32_t RxLoop::take_next(std::span<const Frame> frames, uint64_t& bytes) {
  const Latest& latest = latest_;
  Receiver* const receivers = receivers_.data();
  const int32_t* const receiver_of = receiver_of_.data();
  uint32_t n = 0;
  for (; n < frames.size(); n++) {
    const Frame& frame = frames[n];
    if (n + kAhead < frames.size()) __builtin_prefetch(frames[n + kAhead].data);
    if (frame.length < latest.offset + kSignatureBytes) break;
    const uint8_t* const at = frame.data + latest.offset;
    uint64_t stamp;
    std::memcpy(&stamp, at + 8, sizeof stamp);
    const int32_t index = receiver_of[get16(at + 2)];
    if (stamp != latest.stamp || get16(at) != kSignatureMagic || index < 0) break;
    Receiver& r = receivers[index];
    const uint64_t next = r.sequences->expected();
    if (r.in_turn != latest.offset || get32(at + 4) != static_cast<uint32_t>(next) || !is_whole(at)) break;
    r.newest = next;
    r.sequences->follow(1, latest.sent_ns);
    if (kTimed) time(r, latest, 1);
    count(r, frame);
    bytes += frame.length;
    if (r.asked) tell(r, latest, next);
  }
  return n;
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
  const auto arrival = sequence.arrive(stride == 1 ? i : i / stride, sent);
  const bool is_timed = !sampled_ || (get64(at + 8) & kAlone);
  if (r.asked && r.asked->groups) r.asked->groups->arrive(arrival, i, sent, now > sent ? now - sent : 0, is_timed);
  if (arrival == Sequence::Arrival::kDuplicate) return page::add(r.cells + page::kDuplicates, 1);
  if (arrival == Sequence::Arrival::kStale) return page::add(r.cells + page::kStale, 1);
  if (arrival == Sequence::Arrival::kReordered) {
    page::add(r.cells + page::kReordered, 1);
    page::add(r.cells + page::kExtentSum, sequence.extent());
    page::raise(r.cells + page::kExtentMax, sequence.extent());
  } else {
    latest_.receiver = &r;
    latest_.sequence = &sequence;
    latest_.signature = at;
    latest_.index = i;
  }
  latest_.is_good = true;
  latest_.is_timed = is_timed;
  std::memcpy(&latest_.stamp, at + 8, sizeof latest_.stamp);
  latest_.sent_ns = sent;
  latest_.arrived_ns = now;
  latest_.latency_ns = now > sent ? now - sent : 0;
  latest_.bucket = histogram::index(latest_.latency_ns);
  if (latest_.is_timed) time(r, latest_, 1);
  if (r.asked && r.asked->timing) time_schedule(r, i, now, latest_.latency_ns);
}

uint32_t RxLoop::take_streak(std::span<const Frame> frames, uint64_t& bytes) {
  Receiver& r = *latest_.receiver;
  Streak streak(latest_.signature, latest_.offset, r.stream->stride);
  const uint32_t n = streak.follow(frames);
  if (n == 0) return 0;
  latest_.sequence->follow(n, latest_.sent_ns);
  for (uint32_t j = 1; r.asked && j <= n; j++) tell(r, latest_, latest_.index + j * r.stream->stride);
  r.newest += n * r.stream->stride;
  if (latest_.is_timed) time(r, latest_, n);
  page::add(r.cells + page::kRxPackets, n);
  page::add(r.cells + page::kRxBytes, streak.bytes);
  bytes += streak.bytes;
  return n;
}

void RxLoop::tell(const Receiver& r, const Latest& latest, uint64_t i) {
  if (r.asked->timing) time_schedule(r, i, latest.arrived_ns, latest.latency_ns);
  if (r.asked->groups)
    r.asked->groups->arrive(Sequence::Arrival::kInOrder, i, latest.sent_ns, latest.latency_ns, latest.is_timed);
}

// Since packet i was due, and how its gap to the one before in its sequence came out.
void RxLoop::time_schedule(const Receiver& r, uint64_t i, uint64_t now, uint64_t latency_ns) {
  const uint64_t stride = r.stream->stride, k = stride == 1 ? i : i / stride;
  const size_t residue = stride == 1 ? 0 : i % stride;
  const std::vector<Departures>& departures = r.asked->departures;
  Before& before = r.asked->before[residue];
  uint64_t late_ns = 0;
  if (!departures[residue] || !departures[residue].find(k, late_ns)) {
    before.is_there = false;
    return;
  }
  const uint64_t behind = latency_ns + late_ns;
  r.asked->timing->take(behind);
  if (before.k + 1 != k) before.is_there = false;  // not its neighbour: another was lost, or came out of order
  r.asked->timing->follow(before, static_cast<int64_t>(now - behind), static_cast<int64_t>(behind));
  before.k = k;
}

bool RxLoop::take_matched(const Frame& frame) {
  for (const auto& [rule, index] : matched_) {
    if (!rule.takes(frame)) continue;
    const Receiver& r = receivers_[index];
    count(r.asked ? asked_of(frame, r) : r, frame);
    return true;
  }
  return false;
}

// Members of a stream may have the same rule: then the one counts that knows the frame's group, else the first.
[[gnu::noinline]] const RxLoop::Receiver& RxLoop::asked_of(const Frame& frame, const Receiver& first) {
  for (const auto& [rule, index] : matched_) {
    const Receiver& r = receivers_[index];
    if (rule.takes(frame) && (!r.asked || r.asked->finder->count(frame))) return r;
  }
  return first;
}

}  // namespace nmgen
