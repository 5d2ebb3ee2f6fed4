#pragma once

#include <cstdint>
#include <vector>

#include "plan.h"
#include "render.h"

// Whose turn is it? A lane is a cycle of slots; paced lanes have a due time for each slot, computed from the
// slot's index (never accumulated, so it cannot drift); an unpaced lane fills the time that is left.
namespace nmgen {

inline constexpr uint64_t kLateNs = 1'000'000;  // a packet that leaves later than this after its time is late

struct LaneState {
  const Lane* lane;
  uint64_t next = 0;    // slots whose turn has come and gone
  uint32_t cursor = 0;  // next % slots.size()
  bool done = false;    // all its streams have sent what they had

  bool paced() const { return lane->period_ns > 0; }
  double due_ns(uint64_t slot) const { return lane->offset_ns + static_cast<double>(slot) * lane->period_ns; }
  // How many slots are due `elapsed` ns after the start and were not taken yet.
  uint64_t due(double elapsed) const;
  void advance(uint64_t slots);
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
  // `line_open`: unpaced lanes may still send (the plan's duration is not over).
  Turn next(uint64_t elapsed_ns, bool line_open);
  // Nothing is left to send, now or later.
  bool done(bool line_open) const;
  bool paced() const { return paced_; }
  // A stream has sent all it had; a lane with nobody left is done.
  void retire(const std::vector<StreamState>& streams);
  // Slots that were due by then and have not had their turn.
  uint64_t overdue(uint64_t elapsed_ns) const;
  LaneState& lane(size_t index) { return lanes_[index]; }

 private:
  std::vector<LaneState> lanes_;
  bool paced_ = false;
};

}  // namespace nmgen
