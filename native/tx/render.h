#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "backend.h"
#include "mix.h"
#include "plan.h"
#include "prebuilt.h"

// Turns (stream, k..k+n-1) into frames. Work is done a burst at a time and field by field: the values of one
// field for all packets are computed as an array, stored, and added to the checksum sums.
namespace nmgen {

// What x gains from one packet to the next: `large` when the division by `every` carries.
struct Gain {
  uint64_t small, large;
  uint64_t rest;  // what the division's rest gains
  bool operator==(const Gain&) const = default;
};

// Walks x(k) = (start + floor(i / every) * step) mod modulus, where i is the number by which the stream's k-th packet
// of this shard draws, for consecutive k without a division: the gains are known beforehand. Any other k is reached by
// `seek`, with a few divisions.
struct Walk {
  Walk(const Plan& plan, const Stream& stream, const Field& field);
  void seek(uint64_t k);
  // Does every packet advance x by the same amount, with no wrap but that of 64 bits?
  bool linear() const { return modulus == 0 && every == 1 && gains.empty(); }

  uint64_t first, stride;  // i = first + k * stride, unless the stream has several places
  uint64_t start, step, every;
  uint64_t modulus;  // 0 stands for 2^64
  Gain gain;
  uint64_t k = 0, x = 0, rest = 0;

  // Of several places: the gain behind each of them, and which one the next packet has.
  std::vector<Gain> gains{};
  uint32_t place = 0, place_step = 0;

 private:
  Gain gain_of(int64_t packets) const;
  uint64_t number(uint64_t k) const;

  const Numbers* numbers_;
  uint64_t shard_, shards_;
};

struct FieldState {
  const Field* field;
  Walk walk;
};

// Of frame sizes in a fixed order that share their ground: what the templates of packets 0, 1, 2 ... have in words and
// sums, column by column, and their lengths; of one cycle, and of as many more as a burst can reach beyond it.
struct SizeTable {
  size_t cycle = 0;  // packets; 0: there is no table
  size_t pitch = 0;  // numbers in a column
  std::vector<uint64_t> columns{};
  std::vector<uint32_t> lengths{};
  std::vector<uint64_t> bytes{};  // of all packets before
};

struct StreamState {
  const Stream* stream;
  std::vector<FieldState> fields;
  uint64_t stride, shard;
  uint64_t limit = kNoLimit;
  uint64_t next = 0;  // the next k to send
  // Of several frame sizes in a fixed order: the templates of packets 0, 1, 2 ... of this shard, until they repeat.
  std::vector<const Template*> cycle{};
  SizeTable sizes{};
  Prebuilt prebuilt{};
};

// Frames of one stream within a burst.
struct Group {
  StreamState* stream;
  uint64_t k;  // of the first
  uint32_t n;
  uint64_t bytes;                     // filled in by `dress`
  uint8_t** data;                     // n pointers, filled in by `dress`
  const Template** templates;         // n pointers, filled in by `dress`; with `columns`, nobody reads them
  const uint64_t* columns = nullptr;  // from its first packet on, in the stream's SizeTable
};

std::vector<StreamState> make_states(const Plan& plan);
// Is there anything to write but the signature?
inline bool has_work(const StreamState& s) { return !s.fields.empty() || s.stream->has_crc; }
// The templates of packets k..k+n-1.
void choose_templates(const StreamState& state, uint64_t k, uint32_t n, const Template** templates);

// Makes a frame hold its template: nothing is written when it already does. Returns whether its length has changed.
inline bool dress(Frame& frame, const Template& t) {
  const uint32_t length = static_cast<uint32_t>(t.bytes.size());
  if (frame.holds == t.id && frame.length == length) return false;
  if (frame.holds != t.id) std::memcpy(frame.data, t.filling().data(), t.filling().size());
  frame.length = length;
  frame.holds = t.id;
  return true;
}

// Writes the varying fields and their checksums, for the best instruction set of this CPU.
using RenderFields = void (*)(Group&);
RenderFields choose_render();
// The same for a stream of any kind: by `live`, unless its packets are made already.
inline void write_fields(RenderFields live, Group& g) {
  if (g.stream->prebuilt.period)
    write_prebuilt(g);
  else
    live(g);
}
// What it chooses from: any CPU's, and AVX2's, to be called where the CPU has it (null: the compiler has not).
RenderFields render_portable();
RenderFields render_avx2();

// Writes packet index and `stamp_of` the run and the time into the signatures.
void stamp(const Group& group, uint64_t stamped);

// Packets first..first+count-1 of a stream, each behind its length (u16, little-endian), signatures with time 0.
std::vector<uint8_t> render_packets(const Plan& plan, uint32_t stream_id, uint64_t first, uint32_t count);

}  // namespace nmgen
