#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "failure.h"
#include "layout.h"

// The Plan as the loops use it, decoded from the bytes that src/gen/encode.ts writes. Every offset, width and
// index is checked here once, so that no loop has to.
namespace nmgen {

inline constexpr uint64_t kNoLimit = ~0ull;
inline constexpr uint32_t kMaxSites = 8;

inline constexpr uint32_t kMaxColumns = 65536;
inline constexpr uint32_t kMaxOffsets = 1 << 20;

enum class FieldOp : uint32_t { kInc = 0, kRandom = 1, kPermute = 2, kList = 3, kWeighted = 4 };

__extension__ using uint128_t = unsigned __int128;

// Which checksum a value enters, and whether it ends on the high byte of a 16-bit word there.
struct SumEntry {
  uint32_t site;
  uint32_t high;
  bool operator==(const SumEntry&) const = default;
};

// y stands for y * scale + low from `from` on.
struct Segment {
  uint128_t from;
  uint128_t low;
  bool operator==(const Segment&) const = default;
};

// Of an alias table: a run of `count` values, or of the column `other`.
struct Column {
  uint64_t threshold;
  uint64_t first;
  uint64_t count;
  uint32_t other;
  bool falling;
  bool operator==(const Column&) const = default;
};

// Divides by what is only known when the plan is read: a multiplication by 2^64 / by, then a correction by one.
struct Divisor {
  uint64_t by = 1;
  uint64_t reciprocal = 0;  // floor(2^64 / by)
  uint32_t shift = 0;       // of a power of two
  bool power = true;
  uint32_t reciprocal32 = 0;  // floor(2^32 / by), for dividends below 2^32; 0: there is none

  Divisor() = default;
  explicit Divisor(uint64_t by);
  bool operator==(const Divisor&) const = default;
};

struct Hash {
  uint64_t key;
  uint64_t size;  // 0 stands for 2^64
  uint128_t scale;
  uint128_t low;
  bool operator==(const Hash&) const = default;
};

// See src/templates/plan.ts for what each op yields in packet i.
struct Field {
  uint32_t offset;
  uint32_t bytes;
  uint32_t shift;
  uint32_t bits;
  uint32_t from, to;  // which of its bytes stand in the frame, the first at `offset`: of a fragment, maybe not all
  bool clipped;
  FieldOp op;
  uint32_t numbers;  // index into Stream::numbers
  uint32_t draw;     // the same number, the same draw: the fields of a stream stand in order of it
  bool first;        // of its draw
  bool plain;        // alone in its draw, and step 3 adds no more than `low`: all is done in one pass
  bool high, shuffled, has_digit, has_hash;
  bool wide;  // size is above 2^64
  bool runs;  // some column yields more than one value
  uint128_t low;
  uint64_t size;  // 0 stands for 2^64
  uint64_t size_high;
  uint128_t scale;
  uint64_t step;
  uint64_t every;
  uint64_t key;
  Divisor div;
  Divisor mod;  // by 0: there is none
  Hash hash;
  std::vector<uint64_t> values;
  std::vector<Segment> segments;
  std::vector<Column> columns;
  std::vector<SumEntry> sums;

  bool operator==(const Field&) const = default;
  uint64_t ones() const { return bits == 64 ? ~0ull : (1ull << bits) - 1; }
  uint64_t mask() const { return ones() << shift; }
  uint32_t stored() const { return to - from; }
  bool whole() const { return shift == 0 && bits == bytes * 8 && stored() == bytes; }
};

// Sites are finished in their order, the inner ones first.
struct Site {
  uint32_t offset;
  uint32_t base;  // one's-complement sum of all covered bytes that do not vary
  bool zero_is_ones;
  bool bad = false;              // sent wrong on purpose
  bool crc32c = false;           // 32 bits over start..end-1 instead of a sum
  uint32_t start = 0, end = 0;   // what it covers
  std::vector<SumEntry> sums{};  // the later sites in which its own value counts
  bool hidden = false;           // another fragment holds it: here it counts in the sums around it, and no more

  uint32_t bytes() const { return crc32c ? 4 : 2; }
};

struct Template {
  uint32_t id;  // of its ground: what Frame::holds remembers
  std::vector<uint8_t> bytes;
  std::vector<Site> sites;        // only those that varying fields reach; the others are finished in `bytes`
  std::vector<uint64_t> bases{};  // what it has in each word of the stream's layout, and each site's base
  std::shared_ptr<const std::vector<uint8_t>> ground{};  // what a buffer is filled with; null: `bytes`

  const std::vector<uint8_t>& filling() const { return ground ? *ground : bytes; }
};

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
