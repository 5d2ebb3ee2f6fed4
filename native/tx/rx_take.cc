// A burst of an RX loop: whose frames they are, many at once where that is possible.

#include <algorithm>
#include <cstring>

#include "clock.h"
#include "rx_loop.h"
#include "signature.h"
#include "streak.h"

namespace nmgen {
namespace {

constexpr size_t kAhead = 4;   // frames that are fetched before they are looked at
constexpr size_t kMany = 256;  // streams that do not fit into the first-level cache

}  // namespace

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
