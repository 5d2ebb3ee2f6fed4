#pragma once

#include <cstdint>
#include <vector>

// A field program of the Plan: what varies in a frame, and how (src/templates/plan.ts).
namespace nmgen {

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
  // floor(x / by) is (x * reciprocal31) >> shift31 for x below 2^31; 0: there is none.
  uint32_t reciprocal31 = 0;
  uint32_t shift31 = 0;

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

}  // namespace nmgen
