#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "../backend.h"
#include "../page.h"
#include "../plan.h"
#include "../render.h"
#include "test.h"

// What several test files need: plans made by hand, and packets rendered outside of a loop.
namespace nmgen::test {

// The bytes that src/gen/encode.ts writes for this plan.
std::vector<uint8_t> encode(const Plan& plan);
// The plan after its way through the decoder, as the loops get it.
Plan decoded(const Plan& plan);

// A stream of one constant frame (bytes 0x40 | its number), unlimited, with room for fields.
Stream plain_stream(uint32_t id, uint32_t length);
// More frames for it, to be sent in turn.
void add_lengths(Stream& stream, const std::vector<uint32_t>& lengths);
// Gives its frames the signature of packet 0 at time 0, as the compiler does.
void sign(Stream& stream, uint32_t offset);
Plan plan_of(std::vector<Stream> streams, uint64_t stride = 1, uint64_t shard = 0);
// All streams in turn, as fast as possible; or one slot each `period_ns`.
Lane lane_of(std::vector<uint32_t> slots, double period_ns = 0);
// A field that fills its bytes.
Field whole_field(uint32_t offset, uint32_t bytes, FieldOp op);
// Any valid field in `bytes` bytes at `offset`.
Field random_field(Random& random, uint32_t offset, uint32_t bytes);
std::string describe(const Field& field);

// Renders packets of one stream into buffers of exactly their length, so that ASan sees every byte too far. As in
// a ring, a buffer is filled with its template once and rendered over from then on.
class Painter {
 public:
  Painter(const Plan& plan, size_t stream, RenderFields render = choose_render());
  using Frames = std::vector<std::span<const uint8_t>>;
  // Packets k .. k + n - 1 of the plan's shard, n <= kMaxBurst; valid until the next call.
  Frames paint(uint64_t k, uint32_t n);
  // The same, stamped with a signature.
  Frames paint_stamped(uint64_t k, uint32_t n, uint64_t time_ns);

 private:
  Plan plan_;
  std::vector<StreamState> states_;
  StreamState& state_;
  RenderFields render_;
  std::map<const Template*, std::vector<uint8_t>> buffers_[kMaxBurst];
};

uint64_t read_bits(const Field& field, std::span<const uint8_t> frame);

// Opens a device of one backend; a failure fails the case.
std::unique_ptr<Device> open_or_fail(const std::string& uri, uint32_t tx_queues = 1, uint32_t rx_queues = 1,
                                     uint32_t max_frame = kMaxFrame);

}  // namespace nmgen::test
