#include "plan.h"

#include <bit>

#include "abreast.h"
#include "ahead.h"
#include "plan_parts.h"

namespace nmgen {
namespace {

constexpr uint32_t kMagic = 0x50474d4e;  // "NMGP", little-endian
constexpr uint32_t kFormat = 8;
constexpr uint32_t kMaxSample = 1'000'000;
constexpr uint64_t kMaxSequences = 1 << 20;  // streams times shards: a receiver keeps 1 KiB for each (see Sequence)

void check_sequences(decode::Reader& in, const std::vector<Stream>& streams) {
  uint64_t sequences = 0;
  for (const Stream& s : streams) sequences += s.is_signed ? s.stride : 0;
  in.require(sequences <= kMaxSequences, "its streams have too many shards together");
}

}  // namespace

Divisor::Divisor(uint64_t divisor) : by(divisor), power(std::has_single_bit(divisor)) {
  if (power)
    shift = static_cast<uint32_t>(std::countr_zero(by));
  else if (by != 0)
    reciprocal = static_cast<uint64_t>((static_cast<uint128_t>(1) << 64) / by);
  if (power || by == 0 || by > 0xffffffff) return;
  // Granlund and Montgomery, Division by invariant integers using multiplication (PLDI 1994), theorem 4.2 for 31 bits.
  shift31 = 31 + static_cast<uint32_t>(std::bit_width(by - 1));
  reciprocal31 = static_cast<uint32_t>((1ull << shift31) / by + 1);
}

Expected<Plan> decode_plan(std::span<const uint8_t> bytes) {
  static_assert(std::endian::native == std::endian::little, "the plan is read as it lies");
  decode::Reader in(bytes);
  in.require(in.u32() == kMagic && in.u32() == kFormat, "it is not a plan of this version");
  Plan plan{in.u64(), in.u64(), in.u64(), {}, {}};
  in.require(plan.stride >= 1 && plan.stride <= decode::kMaxShards && plan.shard < plan.stride,
             "the shard is out of range");
  plan.pacing = decode::read_pacing(in);
  plan.sample = in.u32();
  in.require(plan.sample <= kMaxSample, "too few packets are timed");
  uint32_t template_id = 0;
  for (uint32_t n = in.count(8); n > 0 && in.ok; n--) plan.streams.push_back(decode::read_stream(in, template_id));
  for (uint32_t n = in.count(8); n > 0 && in.ok; n--) plan.lanes.push_back(decode::read_lane(in, plan.streams.size()));
  decode::check_waits(in, plan.lanes);
  check_sequences(in, plan.streams);
  in.require(in.done(), "something follows its end");
  if (!in.ok) return Failure{"bad-plan", std::string("the plan cannot be used: ") + in.wrong, "this is a bug in nmgen"};
  // What is skipped would have to be walked over.
  plan.abreast = plan.pacing.policy != LatePolicy::kSkip && are_abreast(plan);
  plan.ahead = !plan.abreast && pays_ahead(plan);
  return plan;
}

}  // namespace nmgen
