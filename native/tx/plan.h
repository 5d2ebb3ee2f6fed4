#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "failure.h"

// The Plan as the loops use it, decoded from the bytes that src/gen/encode.ts writes. Every offset, width and
// index is checked here once, so that no loop has to.
namespace nmgen {

inline constexpr uint32_t kSignatureBytes = 18;
inline constexpr uint16_t kSignatureMagic = 0x4e4d;  // "NM"
inline constexpr uint64_t kNoLimit = ~0ull;
inline constexpr uint32_t kMaxSites = 4;

enum class FieldOp : uint32_t { kInc = 0, kRandom = 1, kPermute = 2, kList = 3 };

// Which checksum a field's value enters, and whether it ends on the high byte of a 16-bit word there.
struct SumEntry {
  uint32_t site;
  uint32_t high;
};

// See src/templates/plan.ts for what each op yields in packet i.
struct Field {
  uint32_t offset;
  uint32_t bytes;
  uint32_t shift;
  uint32_t bits;
  FieldOp op;
  uint64_t low;
  uint64_t size;  // 0 stands for 2^64
  uint64_t step;
  uint64_t every;
  uint64_t key;
  std::vector<uint64_t> values;
  std::vector<SumEntry> sums;

  uint64_t mask() const { return (bits == 64 ? ~0ull : (1ull << bits) - 1) << shift; }
  bool whole() const { return shift == 0 && bits == bytes * 8; }
};

struct Site {
  uint32_t offset;
  uint32_t base;  // one's-complement sum of all covered bytes that do not vary
  bool zero_is_ones;
};

struct Template {
  uint32_t id;  // unique in the plan: what Frame::holds remembers
  std::vector<uint8_t> bytes;
  std::vector<Site> sites;  // only those that varying fields reach; the others are finished in `bytes`
};

struct Match {
  uint32_t offset = 0;
  std::vector<uint8_t> value;
  std::vector<uint8_t> mask;
};

struct Stream {
  uint32_t id;
  uint64_t stride;  // in how many shards it is sent: what its receiver tells sequences apart by
  bool is_signed;
  uint32_t signature;  // byte offset
  uint64_t limit;      // packets that this shard sends at most
  std::vector<Template> templates;
  std::vector<uint32_t> sequence;
  std::vector<Field> fields;
  Match match;
};

// How the due times of a lane's slots lie: not at all, evenly, so many at once, closer and closer, at random.
enum class Shape : uint32_t { kLine = 0, kSteady = 1, kBurst = 2, kRamp = 3, kPoisson = 4 };

// A cycle of slots, each the turn of one stream. Rates are those of all shards together.
struct Lane {
  Shape shape;
  double period_ns;             // mean time between two slots; a ramp has its own
  double start_ns;              // after the run's start, or after the lanes that it waits for
  double for_ns;                // how long it is open; 0: no end of its own
  bool open_ended;              // its streams' limits do not end it in time: the clock must
  bool tight;                   // a turn of a stream that has sent all passes to the next, and takes no time
  uint64_t burst;               // kBurst: slots at once
  double from_pns, to_pns;      // kRamp: slots per ns at its beginning and its end
  double over_ns;               // kRamp: how long it climbs
  uint64_t key;                 // kPoisson
  std::vector<uint32_t> after;  // lanes that must be done before it starts
  std::vector<uint32_t> slots;  // indices into Plan::streams
};

// Packet i belongs to the shard with i mod stride == shard; as that shard's k-th it is i = k * stride + shard.
struct Plan {
  uint64_t stride;  // of the shard that this queue sends; a receiver goes by the streams' own
  uint64_t shard;
  uint64_t duration_ns;  // 0: until every limit is reached
  std::vector<Stream> streams;
  std::vector<Lane> lanes;
};

Expected<Plan> decode_plan(std::span<const uint8_t> bytes);

}  // namespace nmgen
