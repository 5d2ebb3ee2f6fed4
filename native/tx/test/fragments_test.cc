// A fragment holds some bytes of its datagram's fields and some of its checksums; what counts in a sum is all of them.

#include <cstring>

#include "../checksum.h"
#include "support.h"

namespace nmgen::test {
namespace {

constexpr uint32_t kAt = 20, kSite = 40;

Field clipped(Field f, uint32_t offset, uint32_t from, uint32_t to) {
  f.clipped = true;
  f.offset = offset;
  f.from = from;
  f.to = to;
  f.draw = 1;
  return f;
}

Plan plan_with(std::vector<Field> fields, std::vector<Site> sites = {}) {
  Stream s = plain_stream(0, 60);
  s.fields = std::move(fields);
  s.templates[0].sites = std::move(sites);
  return decoded(plan_of({s}));
}

TEST(fragments_hold_their_part_of_a_field_that_is_cut) {
  Random random{21};
  for (uint64_t round = 0; round < 2000 / kSlowdown; round++) {
    const uint32_t bytes = static_cast<uint32_t>(random.between(1, 8));
    const Field whole = random_field(random, kAt, bytes);
    const uint32_t cut = static_cast<uint32_t>(random.between(0, bytes));
    const Plan one = plan_with({whole});
    // The parts stand in the other order, and far apart: nothing beside them may change.
    const Plan two = plan_with({clipped(whole, 50, 0, cut), clipped(whole, kAt, cut, bytes)});
    Painter expected(one, 0), found(two, 0, random.chance(2) ? choose_render() : render_portable());
    const uint64_t k = random.next() >> random.between(8, 60);
    const Painter::Frames frames = found.paint(k, 5);
    const Painter::Frames wholes = expected.paint(k, 5);
    for (size_t j = 0; j < frames.size(); j++) {
      std::vector<uint8_t> frame(60, 0x40);
      std::memcpy(&frame[50], &wholes[j][kAt], cut);
      std::memcpy(&frame[kAt], &wholes[j][kAt + cut], bytes - cut);
      CHECK(std::memcmp(frame.data(), frames[j].data(), frame.size()) == 0 ||
            (fail(describe(whole).c_str(), 0, ""), false));
    }
  }
}

TEST(fragments_count_what_another_one_holds) {
  Field field = clipped(whole_field(0, 2, FieldOp::kRandom), 0, 0, 0);
  field.sums = {{0, 0}};
  Site inner{0, 0x1234, false};
  inner.hidden = true;
  inner.sums = {{1, 0}};
  const Site outer{kSite, 0x5678, true};
  const Plan plan = plan_with({field}, {inner, outer});
  Field shown = whole_field(kAt, 2, FieldOp::kRandom);
  Painter values(plan_with({shown}), 0), found(plan, 0);
  const Painter::Frames frames = found.paint(0, 64);
  const Painter::Frames drawn = values.paint(0, 64);
  for (size_t j = 0; j < frames.size(); j++) {
    const uint16_t hidden = finish(0x1234u + get16(&drawn[j][kAt]), false);
    CHECK_EQ(get16(&frames[j][kSite]), finish(0x5678u + hidden, true));
    for (size_t at = 0; at < 60; at++)
      if (at != kSite && at != kSite + 1) CHECK_EQ(frames[j][at], 0x40);
  }
}

TEST(fragments_count_constant_sums_that_another_one_holds) {
  Site inner{0, 0x1234, false};
  inner.hidden = true;
  inner.sums = {{1, 1}};
  const Plan plan = plan_with({}, {inner, {kSite, 0x5678, false}});
  const std::vector<uint8_t>& bytes = plan.streams[0].templates[0].bytes;
  CHECK_EQ(get16(&bytes[kSite]), finish(0x5678u + (static_cast<uint64_t>(finish(0x1234, false)) << 8), false));
  CHECK_EQ(bytes[0], 0x40);
}

}  // namespace
}  // namespace nmgen::test
