#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "failure.h"
#include "layout.h"
#include "plan_field.h"
#include "plan_frame.h"

// The Plan as the loops use it, decoded from the bytes that src/gen/encode.ts writes. Every offset, width and
// index is checked here once, so that no loop has to.
namespace nmgen {

inline constexpr uint64_t kNoLimit = ~0ull;
inline constexpr uint32_t kMaxSites = 8;

inline constexpr uint32_t kMaxColumns = 65536;
inline constexpr uint32_t kMaxOffsets = 1 << 20;

struct Match {
  uint32_t offset = 0;
  std::vector<uint8_t> value;
  std::vector<uint8_t> mask;
};

// Of frames without a signature: a frame is in group g if for all k (frame[offsets[k]] & masks[k]) is
// values[g * offsets.size() + k].
struct GroupKeys {
  bool on = false;  // off: frames do not show their groups
  std::vector<uint32_t> offsets{};
  std::vector<uint8_t> masks{}, values{};
};

// A frame size at random: an alias table with a column for each template; without columns, all equally often.
struct SizeColumn {
  uint64_t threshold;
  uint32_t other;
};

struct SizeDraw {
  bool on = false;
  uint64_t key = 0;
  std::vector<SizeColumn> columns{};
};

// What the packets of a stream are numbers of, for draws: packet i is
// i / places.size() * cycle + places[i % places.size()].
struct Numbers {
  uint64_t cycle;
  std::vector<uint32_t> places;  // below `cycle`; the fragments of a datagram have the same
};

// A stream of the profile, or one of its members.
struct Stream {
  uint32_t id;
  uint64_t stride;     // in how many shards it is sent: what its receiver tells sequences apart by
  uint32_t histogram;  // of the receiver's page, for its latency
  bool is_signed;
  uint32_t signature;            // byte offset
  uint64_t limit;                // packets that this shard sends at most
  std::vector<Numbers> numbers;  // in the stream of the profile, then in alternatives of it: as many places each
  std::vector<Template> templates;
  std::vector<uint32_t> sequence;  // empty where sizes are drawn
  SizeDraw sizes;
  std::vector<Field> fields;
  Match match;
  GroupKeys keys{};
  uint32_t groups = 0;  // of its packets, if it is accounted for; 0: it is not
  uint64_t period = 0;  // packets after which they come again in the same order; 0: they do not
  std::shared_ptr<const Stream> account{};  // whose frames hold the number of each packet's group: see account.h
  bool has_crc;  // a CRC to be computed per packet: the signature must be in its place before
  // Can a receiver tell the groups of its packets?
  bool hears_groups() const { return account && (is_signed || keys.on); }
  Layout layout;
};

// How the due times of a lane's slots lie: not at all, evenly, so many at once, closer and closer, at random, by a
// table.
enum class Shape : uint32_t { kLine = 0, kSteady = 1, kBurst = 2, kRamp = 3, kPoisson = 4, kTrace = 5 };

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
  double cycle_ns;              // kTrace: after so long, the table begins anew
  std::vector<double> offsets;  // kTrace: due times of this shard's slots, in one cycle of the table
  std::vector<uint32_t> after;  // lanes that must be done before it starts
  std::vector<uint32_t> slots;  // indices into Plan::streams
  // Of streams with members: the turns of the first of a cycle are those of the next one of it.
  std::vector<std::vector<uint32_t>> cycles;
};

// What becomes of packets whose time has passed.
enum class LatePolicy : uint32_t { kCatchUp = 0, kSkip = 1, kFail = 2 };

struct Pacing {
  LatePolicy policy = LatePolicy::kCatchUp;
  uint32_t burst = 64;           // packets at once at most
  uint64_t late_ns = 1'000'000;  // what leaves later than this after its time is late
  double catch_up = 0;           // kCatchUp: at most so many times as fast as asked; 0: as fast as it goes
};

// Packet i belongs to the shard with (i + numbers[0].places[0]) mod stride == shard; as that shard's k-th it is
// i = k * stride + shard_of(stream).
struct Plan {
  uint64_t stride;  // of the shard that this queue sends; a receiver goes by the streams' own
  uint64_t shard;
  uint64_t duration_ns;  // 0: until every limit is reached
  std::vector<Stream> streams;
  std::vector<Lane> lanes;
  // How streams that take turns are rendered, if not each on its own:
  bool abreast = false;  // all as one, side by side: see abreast.h
  bool ahead = false;    // ahead of their turns: see ahead.h
  Pacing pacing{};
  // One signed packet in so many is sent in a burst of its own, so that it waits for no other between its stamp and the
  // device, and receivers time only those. 0: none is, and they time all.
  uint32_t sample = 0;

  // Is the k-th packet of this shard such a one? Streams take turns at it, so that one of each round is.
  bool samples(const Stream& stream, uint64_t k) const { return stream.is_signed && (k + stream.id) % sample == 0; }

  uint64_t shard_of(const Stream& stream) const {
    return (shard + stride - stream.numbers[0].places[0] % stride) % stride;
  }
};

Expected<Plan> decode_plan(std::span<const uint8_t> bytes);

}  // namespace nmgen
