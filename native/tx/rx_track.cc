// One signed packet of an RX loop: its stream, its order, its times.

#include <algorithm>
#include <cstring>

#include "histogram.h"
#include "rx_loop.h"
#include "signature.h"

namespace nmgen {
namespace {

constexpr uint64_t kClockSlackNs = 1'000'000;  // how far TX and RX CPUs' clocks may differ
constexpr size_t kPlaces = 16;                 // places to look at before the whole frame is searched

}  // namespace

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

}  // namespace nmgen
