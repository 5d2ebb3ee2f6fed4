#include "footprint.h"

#include <optional>
#include <set>

#include "abreast.h"
#include "ahead.h"
#include "render.h"
#include "rx_loop.h"
#include "schedule.h"

namespace nmgen {
namespace {

template <typename T>
uint64_t held(const std::vector<T>& list) {
  return list.capacity() * sizeof(T);
}

uint64_t held(const Field& f) { return held(f.values) + held(f.segments) + held(f.columns) + held(f.sums); }

uint64_t held(const Stream& s) {
  uint64_t bytes = held(s.numbers) + held(s.templates) + held(s.sequence) + held(s.sizes.columns) + held(s.fields) +
                   held(s.match.value) + held(s.match.mask) + held(s.layout.offsets) + held(s.layout.fields) +
                   held(s.layout.sites);
  for (const Numbers& n : s.numbers) bytes += held(n.places);
  for (const Field& f : s.fields) bytes += held(f);
  std::set<const void*> grounds;  // templates of a stream share theirs
  for (const Template& t : s.templates) {
    bytes += held(t.bytes) + held(t.sites) + held(t.bases);
    for (const Site& site : t.sites) bytes += held(site.sums);
    if (t.ground && grounds.insert(t.ground.get()).second) bytes += sizeof *t.ground + held(*t.ground);
  }
  return bytes + (s.account ? sizeof(Stream) + held(*s.account) : 0);
}

uint64_t held(const StreamState& s) {
  uint64_t bytes = held(s.fields) + held(s.cycle) + held(s.sizes.columns) + held(s.sizes.lengths) +
                   held(s.sizes.bytes) + held(s.prebuilt.words);
  for (const FieldState& f : s.fields) bytes += held(f.walk.gains);
  return bytes;
}

// Turns are the streams' own, however they are shared out among lanes.
uint64_t held(const Lane& lane) {
  uint64_t bytes = held(lane.offsets) + held(lane.after) + held(lane.slots) + held(lane.cycles);
  for (const auto& cycle : lane.cycles) bytes += held(cycle);
  return bytes;
}

// The plan itself.
Footprint of_plan(const Plan& plan) {
  Footprint found{.queue = held(plan.streams) - plan.streams.size() * sizeof(Stream) + held(plan.lanes), .streams = {}};
  for (const Lane& lane : plan.lanes) found.queue += held(lane);
  for (const Stream& s : plan.streams) found.streams.push_back(sizeof(Stream) + held(s));
  return found;
}

}  // namespace

Footprint tx_footprint(const Plan& plan) {
  Footprint found = of_plan(plan);
  std::vector<StreamState> states = make_states(plan);
  prebuild(plan, states);
  found.queue += held(states) - states.size() * sizeof(StreamState) + plan.lanes.size() * sizeof(LaneState);
  for (size_t i = 0; i < states.size(); i++) found.streams[i] += sizeof(StreamState) + held(states[i]);
  std::optional<Abreast> abreast;
  if (plan.abreast) found.queue += abreast.emplace(plan, states).held();
  std::optional<Ahead> ahead;
  if (plan.ahead) found.queue += ahead.emplace(plan, states, choose_render()).held();
  return found;
}

Footprint rx_footprint(const Plan& plan) {
  Footprint found = of_plan(plan);
  found.queue += RxLoop::held_by_all();
  for (size_t i = 0; i < plan.streams.size(); i++) found.streams[i] += RxLoop::held_by(plan.streams[i]);
  return found;
}

}  // namespace nmgen
