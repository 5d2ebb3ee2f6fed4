#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "plan.h"

// When is a slot of a lane due? All but Poisson are functions of the slot's index alone, so that no error adds
// up (a trace: of its place in a table); times are in ns since the lane's start, slots are those of this shard.
namespace nmgen {

// The clock of a lane's schedule, of which the speed can be changed while it runs. Times within are ns since the lane's
// start at the speed that the profile asks for; each change begins anew from one moment, so no error adds up.
struct Tempo {
  double since = 0;         // ns after the run's start ...
  double at = 0;            // ... and what this clock showed then
  double factor = 1;        // how fast it runs from then on ...
  double period = 1;        // ... and the inverse: a burst of due times takes no division
  double until = HUGE_VAL;  // ns after the run's start: what is due later is not known yet

  double wall(double due) const { return since + (due - at) * period; }
  double schedule(double elapsed) const { return at + (std::min(elapsed, until) - since) * factor; }
};

class Pace {
 public:
  Pace(const Lane& lane, uint64_t stride, uint64_t shard);
  // Due time of slot `j`. For Poisson: of the next slot only, j is ignored.
  double due_ns(uint64_t j) const;
  // When slots next .. next + n - 1 are due by this clock, in ns after the run's start.
  void due_times(const Tempo& tempo, uint64_t next, uint32_t n, uint64_t* times) const;
  // How many slots are due by `elapsed`, if `next` of them have had their turn: `most` of them at most. What is
  // beyond 256 of Poisson's is estimated.
  uint64_t due_by(double elapsed, uint64_t next, uint64_t most) const;
  // n slots have had their turn (Poisson draws the time of the one after).
  void advance(uint64_t n);

 private:
  double global_due_ns(double slot) const;
  double global_slots(double elapsed) const;
  double gap_ns(uint64_t draw) const;
  double traced_ns(uint64_t j) const;
  uint64_t traced_by(double elapsed) const;

  const Lane* lane_;
  double stride_, shard_;
  double poisson_ns_ = 0;      // due time of the next slot
  uint64_t poisson_draw_ = 0;  // gaps drawn so far
  uint64_t poisson_key_ = 0;
};

}  // namespace nmgen
