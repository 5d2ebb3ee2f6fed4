#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "account.h"
#include "answer.h"
#include "backend.h"
#include "group_keys.h"
#include "match.h"
#include "page.h"
#include "plan.h"
#include "sequence.h"
#include "tap.h"
#include "timing.h"

namespace nmgen {

// Of the packets of a stream with i mod stride == residue: where their sender says how late they left.
struct Source {
  uint32_t stream;
  uint64_t residue;
  Departures departures;
};

// Counts and times what arrives on one queue. Each queue judges order among the packets that it sees; what it
// counts adds up over queues, because loss is sent minus received and not a gap in one queue's numbers.
class RxLoop {
 public:
  // `tap`: what chooses frames and keeps them; the others are not counted. Null: all count, and none is kept.
  // `answerer`: where the port has an address of its own.
  RxLoop(RxQueue& queue, const Plan& plan, page::Word* page, Tap* tap = nullptr, Answerer* answerer = nullptr);
  // From where it is known when packets were due; before `run`.
  void listen(const std::vector<Source>& sources);
  // Has the page room for every stream's counters and for the histograms that it announces?
  static bool page_fits(const Plan& plan, std::span<page::Word> page);
  // Bytes that it keeps for a stream, and for all.
  static size_t held_by(const Stream& stream);
  static size_t held_by_all() { return kIds * sizeof(int32_t); }
  // Blocks until the page says stop, the tap is full, or the queue fails, which then says why.
  void run();

 private:
  static constexpr size_t kIds = 0x10000;  // of streams, in a signature

  // Of a stream of which more is asked.
  struct Asked {
    std::optional<Timing> timing{};        // its sender says when its packets were due
    std::vector<Departures> departures{};  // one for each shard that sends
    std::vector<Before> before{};
    std::unique_ptr<GroupCounts> groups{};
    std::unique_ptr<GroupFinder> finder{};  // without a signature
  };

  // What each packet of a stream needs: a cache line.
  struct alignas(64) Receiver {
    page::Word* cells;
    page::Word* histogram;           // null: latency goes into the totals only
    Sequence* sequences;             // one for each shard that sends
    uint64_t newest = 0;             // highest packet index seen: what a 32-bit index is completed with
    std::unique_ptr<Asked> asked{};  // null: nothing
    const Stream* stream;
    uint32_t in_turn = kNowhere;  // where the signature is, if one shard alone sends
    uint32_t moved = 0;           // where it was found last, if not in its place; 0: never
    bool is_icmp_error;           // so that the signature in one need not be a quotation
  };
  static_assert(sizeof(Receiver) == 64);

  // The packet taken last, if its signature was good and this burst's clock is that of all its frames.
  struct Latest {
    bool is_good = false;
    bool is_timed = true;  // where only packets that were sent alone are: it is one
    uint32_t offset = 0;   // of the signature in its frame
    uint64_t stamp = 0;    // its run and time, as they lie there
    uint64_t sent_ns = 0, arrived_ns = 0, latency_ns = 0;
    uint32_t bucket = 0;  // of the histogram
    // If it came in order:
    Receiver* receiver = nullptr;
    Sequence* sequence = nullptr;
    const uint8_t* signature = nullptr;
    uint64_t index = 0;
  };

  void take(std::span<const Frame> frames, const uint64_t* arrived);
  void tap(std::span<const Frame> frames);
  void answer_early(std::span<const Frame> frames);
  // `kTimed`: as the latest one is, and so are all with its stamp.
  template <bool kTimed>
  uint32_t take_next(std::span<const Frame> frames, uint64_t& bytes);
  void fetch_ahead(std::span<const Frame> frames) const;
  bool take_signed(const Frame& frame, uint64_t now);
  bool take_moved(const Frame& frame, uint64_t now);
  Receiver* receiver_at(const Frame& frame, uint32_t offset);
  bool is_of_this_run(const uint8_t* at, uint64_t now) const;
  void track(Receiver& r, const uint8_t* at, uint64_t now);
  static void sum_up(const Receiver& r);
  // How many of `frames` only go on with the packet taken last, in order and at the same time.
  uint32_t take_streak(std::span<const Frame> frames, uint64_t& bytes);
  bool take_matched(const Frame& frame);
  const Receiver& asked_of(const Frame& frame, const Receiver& first);
  // Packet i, in order and sent together with the latest one.
  static void tell(const Receiver& r, const Latest& latest, uint64_t i);
  static void time_schedule(const Receiver& r, uint64_t i, uint64_t now, uint64_t latency_ns);
  // So many packets with the latency of the latest one.
  static void time(const Receiver& r, const Latest& latest, uint64_t packets) {
    page::add(r.cells + page::kLatencyCount, packets);
    page::add(r.cells + page::kLatencySum, packets * latest.latency_ns);
    page::raise(r.cells + page::kLatencyNotMin, ~latest.latency_ns);
    page::raise(r.cells + page::kLatencyMax, latest.latency_ns);
    if (r.histogram) page::add(r.histogram + latest.bucket, packets);
  }
  static void count(const Receiver& r, const Frame& frame) {
    page::add(r.cells + page::kRxPackets, 1);
    page::add(r.cells + page::kRxBytes, frame.length);
  }

  RxQueue& queue_;
  page::Word* page_;
  Tap* tap_;
  Answerer* answerer_;
  uint64_t epoch_ = 0;
  uint64_t run_ = 0;
  bool sampled_;                   // only packets that were sent alone are timed
  page::Word* timings_ = nullptr;  // blocks of the page, as many as histograms; null: none
  std::vector<Receiver> receivers_;
  std::vector<Sequence> sequences_;
  std::vector<int32_t> receiver_of_;  // stream id -> index into receivers_, -1: not ours
  std::vector<uint32_t> offsets_;     // where signatures can be, or were found; the one that hit last stands first
  std::vector<std::pair<MatchRule, uint32_t>> matched_;  // receivers without a signature

  Latest latest_;
};

}  // namespace nmgen
