#pragma once

#include <optional>
#include <vector>

#include "abreast.h"
#include "ahead.h"
#include "answer.h"
#include "backend.h"
#include "page.h"
#include "plan.h"
#include "render.h"
#include "schedule.h"
#include "timing.h"

namespace nmgen {

// Sends one shard of a plan on one queue until the work is done, the time is up or the page says stop.
class TxLoop {
 public:
  // `answerer`: what it keeps waiting is sent between bursts; the queue is ours while the loop runs.
  TxLoop(TxQueue& queue, const Plan& plan, page::Word* page, Answerer* answerer = nullptr);
  // Has the page room for what it announces?
  static bool page_fits(const Plan& plan, std::span<page::Word> page);
  // Blocks. Reports itself ready on the page, waits for the common start, sends, flushes, reports itself done.
  // Ends early when the queue fails, which then says why.
  void run();

 private:
  static constexpr uint8_t kNoGroup = 0xff;
  static constexpr uint32_t kClockEvery = 16;  // bursts between clock readings where nothing needs the time

  bool wait_for_go();
  void prefill();
  void send_until_done();
  void send(Turn turn);
  void read_clock();
  void keep_rate(uint64_t epoch);
  bool on_time(const Turn& turn);
  void skip(LaneState& lane, uint32_t slots);
  void set_due(const Turn& turn, uint32_t slots);
  void depart(uint32_t n);
  void time(uint32_t sent);
  void unsent(uint32_t packets);
  // Fills the first n frames of the window with the next packets of `lane`; returns how many there were.
  uint32_t compose(LaneState& lane, uint32_t n);
  void compose_one(StreamState& stream, uint32_t n);
  void compose_sizes(Group& g);
  // Fills again what lost its template.
  void restore(const StreamState& stream, uint32_t n);
  void compose_mix(uint32_t n);
  // Whose turns come next, into `picks_` and `numbers_`: n at most.
  uint32_t pick(LaneState& lane, uint32_t n);
  uint32_t pick_plainly(LaneState& lane, uint32_t n);
  bool samples_next(const StreamState& stream) const { return plan_.samples(*stream.stream, stream.next); }
  uint32_t until_sample(const StreamState& stream, uint32_t n);
  // Reads the clock for the burst's signatures: once.
  uint64_t stamp_now();
  // Where streams are rendered side by side (tx_abreast.cc).
  bool turns_are_rounds() const;
  uint32_t pick_rounds(LaneState& lane, uint32_t n);
  void leave_rounds(const LaneState& lane);
  void compose_abreast(uint32_t n);
  void render_abreast(uint32_t n);
  void account_abreast(uint32_t n);
  void tell_rounds();
  void account_run(uint32_t stream, uint32_t n, uint64_t sent);
  // Where streams are rendered ahead (tx_ahead.cc).
  void compose_ahead(uint32_t n);
  void restore_lengths(uint32_t n);
  void stamp_ahead(uint32_t n);
  void take_back_picks(uint32_t from, uint32_t n);
  void account_ahead(uint32_t n);
  void render(uint32_t n);
  void stamp_groups(bool has_crc);
  uint32_t push(uint32_t n);
  uint32_t push_slowly(uint32_t n, uint32_t sent);
  void waited(uint64_t since);
  void answer();
  void make_room();
  void take_back(uint32_t from, uint32_t n);
  void account();
  void account_all(uint64_t packets, uint64_t bytes);
  page::Word* cells_of(size_t stream) { return page_ + page::kHeaderCells + stream * page::kTxStreamCells; }
  void take_back_unsent();
  bool stop_asked() const { return page::get(page_ + page::kStop) != 0; }
  bool ended(uint64_t now) const {
    return stop_asked() || (give_up_ns_ != 0 && now >= give_up_ns_) || page::unattended(page_, now);
  }
  void idle();

  TxQueue& queue_;
  const Plan& plan_;
  page::Word* page_;
  Answerer* answerer_;
  RenderFields render_fields_ = choose_render();
  std::vector<StreamState> streams_;
  Schedule schedule_;
  bool one_template_;  // every buffer holds the only template there is: no need to look
  bool any_signed_, any_crc_;
  bool untouched_;          // ... and it is sent as it is, for ever
  uint32_t undressed_ = 0;  // buffers that an answer took the only template from
  bool aborted_ = false;
  bool resized_ = false;
  bool alone_ = false;  // the burst is a packet that the plan samples
  uint64_t give_up_ns_ = 0;
  // A device that sends by itself gets its frames so long before they are due: then all of `now_`, `looked_` and `due_`
  // are of the schedule, which is so far ahead of the clock, and a burst is what is due at one moment. 0: there is
  // none.
  uint64_t lead_ = 0;
  uint64_t late_after_ = 0;  // of a turn: later than that is late
  uint64_t run_ = 0;         // what signatures carry of it
  uint64_t now_ = 0;         // the clock when it was last read
  uint64_t looked_ = 0;      // the same, or when a wait for room was over
  uint64_t rate_at_ = 0;     // kRateAtNs of the change that the schedule knows
  uint64_t due_ = 0;         // when the burst being made was due: now, or earlier
  uint32_t idles_ = 0;

  // Of packets that have a schedule: where the page is to say how it was kept.
  std::optional<Timing> timing_;
  std::vector<Departures> departures_;  // by stream; empty: nobody asks
  Before before_;
  uint64_t stamped_ = 0;           // the clock just before a commit
  uint64_t* due_times_ = nullptr;  // of the frames of a burst, ns since the run's start; null: nobody asks
  uint64_t own_due_times_[kMaxBurst];
  uint64_t late_[kMaxBurst];

  static constexpr uint32_t kStep = 4;

  // The burst being made.
  Group groups_[kMaxBurst];
  uint32_t group_count_ = 0;
  uint8_t* data_[kMaxBurst];
  const Template* templates_[kMaxBurst];
  std::optional<Abreast> abreast_;
  RenderAbreast render_alike_ = choose_render_abreast();
  // All streams have one turn each, in their order, and `round_` packets behind them before this round. Their own
  // counts are not kept until one of them nears its limit. Of the packets sent so far, the page told those before
  // `told_`.
  bool in_rounds_ = false;
  uint64_t round_ = 0, last_round_ = 0;
  uint64_t sent_ = 0, told_ = 0, told_ns_ = 0;
  std::optional<Ahead> ahead_;
  bool picked_ = false;  // packet by packet, in picks_ and numbers_
  // Stream of each position, and which of its packets; both with room for a vector at their ends.
  alignas(64) uint32_t picks_[kMaxBurst + kStep];
  alignas(64) uint64_t numbers_[kMaxBurst + kStep];
  uint32_t lengths_[kMaxBurst];    // rendered ahead: bytes of each frame
  uint8_t group_at_[kMaxBurst];    // group of each position
  std::vector<uint8_t> group_of_;  // stream -> group in this burst, kNoGroup outside of `compose_mix`
};

}  // namespace nmgen
