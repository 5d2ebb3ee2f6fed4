#pragma once

#include <cstdint>
#include <vector>

#include "pace.h"
#include "plan.h"
#include "render.h"

// Whose turn is it? A lane is a cycle of slots; paced lanes have a due time for each slot (see pace.h); unpaced
// ones fill the time that is left.
namespace nmgen {

// The order in which the members of a stream take its turns.
struct Cycle {
  const std::vector<uint32_t>* order;
  uint32_t cursor = 0;
  bool done = false;  // all of them have sent what they had
};

struct LaneState {
  const Lane* lane;
  Pace pace;
  std::vector<Cycle> cycles{};
  std::vector<int32_t> cycle_of{};  // of the stream that a slot names; -1, or empty: it has no members
  uint64_t next = 0;                // slots whose turn has come and gone
  uint32_t cursor = 0;              // next % slots.size()
  bool counted = false;             // all its streams have a limit: what is not sent in time is sent later
  bool done = false;                // its streams have sent what they had, or its time is over
  double start_ns = -1;             // since the run's start; negative: it waits for other lanes
  Tempo tempo{};
  double end_ns = 0;  // slots that are due from then on are not sent; only the clock knows: open-ended lanes

  bool paced() const { return lane->shape != Shape::kLine; }
  bool started(double elapsed) const { return start_ns >= 0 && elapsed >= start_ns; }
  double due_ns(uint64_t slot) const { return tempo.wall(pace.due_ns(slot)); }
  // How many slots are due `elapsed` ns after the run's start and were not taken yet: at most `most`.
  uint64_t due(double elapsed, uint64_t most = ~0ull) const;
  // When the next n slots are due.
  void due_times(uint32_t n, uint64_t* times) const { pace.due_times(tempo, next, n, times); }
  // Its time is up, and what was due in time has been sent.
  bool over(double elapsed) const;
  void advance(uint64_t slots);
  // How many of the next `most` slots, which are due by now, are due at the same moment.
  uint32_t due_together(uint32_t most) const;
  // Whose turn it is. What has sent all is passed over in the cycle of its stream; else it is not looked at.
  uint32_t take(const std::vector<StreamState>& streams);
  // What `take` has told is not sent yet: it will tell it again.
  void put_back();
  // The turn passes to the next slot's stream.
  void pass() { cursor = static_cast<uint32_t>((cursor + 1) % lane->slots.size()); }
};

// What to do next: `slots` turns of `lane`, of which the first is `late_ns` late. lane null: nothing is due.
struct Turn {
  LaneState* lane = nullptr;
  uint32_t slots = 0;
  uint64_t late_ns = 0;
};

class Schedule {
 public:
  explicit Schedule(const Plan& plan);
  // `open`: the plan's duration is not over, so that unpaced lanes may still send.
  Turn next(uint64_t elapsed_ns, bool open);
  // Nothing is left to send, now or later.
  bool done(uint64_t elapsed_ns, bool open) const;
  // Does any lane need to know the time?
  bool timed() const { return timed_; }
  // Has everything a due time? Else there are packets that leave whenever there is time.
  bool paced() const;
  // A stream has sent all it had; a lane with nobody left is done.
  void retire(const std::vector<StreamState>& streams);
  // Slots that were due by then and have not had their turn.
  uint64_t overdue(uint64_t elapsed_ns) const;
  // From `at_ns` on all paced lanes run `factor` times as fast as the plan asks for. Not before the last change is
  // made.
  void change_rate(double factor, double at_ns);
  // A change is asked for and not made yet: something was due before it.
  bool changing() const { return change_ns_ < HUGE_VAL; }
  // Slots that were still to be sent at a change and too late to wait for them: its first one takes the place of the
  // oldest, so that a sender that cannot keep up with one rate does not carry its debt into the next.
  uint64_t given_up() const { return given_up_; }
  LaneState& lane(size_t index) { return lanes_[index]; }

 private:
  void begin(LaneState& lane, double start_ns) const;
  void keep_time(double elapsed);
  void keep_rate(double elapsed);
  double time_at(double elapsed);
  double oldest_due() const;
  Turn next_paced(double time, double elapsed);
  Turn next_unpaced(double elapsed);

  double duration_ns_;  // infinite: none
  size_t unpaced_ = 0;  // unpaced lanes take turns: this one is next
  std::vector<LaneState> lanes_;
  bool timed_ = false;  // a lane is paced, starts later, ends earlier or waits for another
  Pacing pacing_;
  // While it catches up, the schedule has a time of its own, which runs faster than the clock until it is there again.
  double time_ = 0, looked_ = 0;  // that, and the clock when it was last asked
  bool behind_ = false;           // the last turn was late
  double factor_ = 1, next_factor_ = 1, change_ns_ = HUGE_VAL;
  uint64_t given_up_ = 0;
};

}  // namespace nmgen
