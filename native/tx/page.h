#pragma once

#include <cstddef>
#include <cstdint>

// The counter page: all that a running loop and JavaScript say to each other. One page a queue, 64-bit cells,
// one writer a cell, relaxed atomics. src/gen/page-cells.ts holds the same numbers; a test compares the two.
namespace nmgen::page {

// Cells 0..7, kAttended and those behind it are written by JavaScript only and the others by the loop only, so that
// asking to stop never takes the counters' cache line away from the loop.
enum Cell : size_t {
  kStop = 0,        // 1: end now
  kGo = 1,          // 1: all workers are ready, begin
  kEpochNs = 2,     // monotonic ns of the run's start, set before kGo
  kStreams = 3,     // number of stream blocks
  kHistograms = 4,  // RX: number of latency histograms behind the stream blocks
  kShared = 5,      // 1: another loop of this run has the same CPU, so waiting must let it run
  kRun = 6,         // 16 bits that its signatures carry, set before kGo; 0 on an RX page: those of any run count
  kTimings = 7,     // blocks of timing.h: TX 1 where a lane is paced, RX 0 or one for each histogram
  kDepartures = 4,  // TX: entries of each stream's ring of departures, behind its timing; a power of two, or 0

  kState = 8,  // State
  kPackets = 9,
  kBytes = 10,  // without FCS
  kBursts = 11,
  kRingFull = 12,
  kRingFullNs = 13,
  kLate = 14,
  kMaxLateNs = 15,
  kUnsent = 16,
  kCycles = 17,
  kFirstNs = 18,  // monotonic ns, 0 while nothing was sent or received
  kLastNs = 19,
  kUnknown = 20,   // RX: frames of no stream of this run
  kSystemNs = 21,  // TX: time that the kernel worked on this thread's account
  kRequests = 22,  // RX: what asked for the port's own address; not among kPackets
  kIdles = 23,     // RX: how often it looked and found nothing

  kStallNs = 24,    // TX: the longest time in which the loop did not look at its clock, but for waits for room
  kSkipped = 25,    // TX: of kUnsent, passed over because they were too late
  kTooLateNs = 26,  // TX: the run ended because a packet was so late; else 0

  kGroups = 27,           // RX, set before the start: blocks of groups at the page's end
  kGroupHistograms = 28,  // RX: 0, or a histogram behind them for each

  kRateTakenNs = 29,  // TX: kRateAtNs of the last change that was made
  kLeadNs = 30,  // TX: so long before they are due the device gets frames, which it sends by itself; 0: it does not

  // The dead man's handle: monotonic ns until which JavaScript answers for the run, and puts off while it lives. A loop
  // that finds it past ends by itself. 0: nobody needs to hold it. In the line of cells that are seldom written.
  kAttended = 31,

  // TX, written by JavaScript: from kRateAtNs (monotonic ns) on, what has a schedule runs kRate millionths as fast as
  // the plan asks for. The next change is asked for when all loops have taken this one.
  kRate = 32,
  kRateAtNs = 33,
  kHeaderCells = 40,
};

enum State : uint64_t { kIdle = 0, kReady = 1, kRunning = 2, kDone = 3 };

// A stream's block on a TX page.
enum TxStream : size_t {
  kTxPackets = 0,
  kTxBytes = 1,
  kTxFirstNs = 2,  // when its first burst was due and its latest begun; monotonic ns, 0 while nothing was sent
  kTxLastNs = 3,
  kTxStreamCells = 4,
};

// A stream's block on an RX page. Latency in ns; the minimum is kept as ~min so that 0 means none.
enum RxStream : size_t {
  kRxPackets = 0,  // these six are written with each packet: one cache line
  kRxBytes = 1,
  kLatencyCount = 2,
  kLatencySum = 3,
  kLatencyNotMin = 4,
  kLatencyMax = 5,
  kDuplicates = 6,
  kReordered = 7,
  kCorrupted = 8,
  kStale = 9,
  kExtentMax = 10,  // of reordered packets (RFC 4737 section 4.2)
  kExtentSum = 11,
  // Known when the loop has ended: runs of lost packets, and what the sender has to say of those before the first and
  // behind the last arrival. Times are monotonic ns.
  kGaps = 12,
  kLongestGap = 13,  // packets
  kOutageNs = 14,    // between two arrivals
  kHeadNs = 15,      // when the first to arrive was sent, where others were lost before it; else 0
  kNewestNs = 16,    // when the newest was sent
  kExpected = 17,    // packets up to the newest of each shard, lost ones too
  kRxStreamCells = 24,
};

// A group's block on an RX page (account.h); times and the minimum are kept as those of streams.
enum RxGroup : size_t {
  kGroupPackets = 0,
  kGroupDuplicates = 1,
  kGroupReordered = 2,
  kGroupStale = 3,
  kGroupLatencySum = 4,
  kGroupLatencyNotMin = 5,
  kGroupLatencyMax = 6,
  kGroupOrdered = 7,  // 1: what follows is known, for the loop has ended, and knows the order of groups
  kGroupGaps = 8,
  kGroupLongestGap = 9,
  kGroupOutageNs = 10,
  kGroupHeadNs = 11,
  kGroupNewestNs = 12,
  kGroupExpected = 13,
  kGroupLatencyCount = 14,
  kGroupCells = 16,
};

// A block of timing.h; its histogram follows. The minimum is kept as that of latency.
enum Timed : size_t {
  kTimedCount = 0,
  kTimedSum = 1,
  kTimedNotMin = 2,
  kTimedMax = 3,
  kTimedGaps = 4,
  kTimedBursts = 5,
  kTimedErrors = 8,  // of gaps: within 64, 128, 256, 512, 1,024 ns, and beyond
  kTimedHeader = 16,
};

using Word = uint64_t;

inline Word get(const Word* cell) { return __atomic_load_n(cell, __ATOMIC_RELAXED); }
inline void set(Word* cell, Word value) { __atomic_store_n(cell, value, __ATOMIC_RELAXED); }
// For the cells that hand the others over: who sees a state, or the go, sees what was written before it.
inline Word acquire(const Word* cell) { return __atomic_load_n(cell, __ATOMIC_ACQUIRE); }
inline void publish(Word* cell, Word value) { __atomic_store_n(cell, value, __ATOMIC_RELEASE); }
// One writer a cell: a plain load and store, never a locked instruction.
inline void add(Word* cell, Word value) { set(cell, get(cell) + value); }
// 0 wraps to the end of time.
inline bool unattended(const Word* page, uint64_t now) { return now > get(page + kAttended) - 1; }
inline void raise(Word* cell, Word value) {
  if (value > get(cell)) set(cell, value);
}

}  // namespace nmgen::page
