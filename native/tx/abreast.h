#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "plan.h"
#include "render.h"

namespace nmgen {

// Are all streams of a plan alike, so that a burst of packets of different ones can be made as if they were of one?
// Then they may differ in bytes that can be put together in words of one layout, in keys, and in where ranges begin.
bool are_abreast(const Plan& plan);

// Of streams that take turns packet by packet, a burst holds too few packets each for fields to be computed as arrays.
// Where they are alike, the arrays run over the streams instead: what a stream has of its own is a few numbers, each in
// a column over all streams, and from there on all is as for one stream of several templates. What all streams have
// alike stands in no column: 10,000 that draw by two keys of their own take 160 kB, which stay in the second-level
// cache.
class Abreast {
 public:
  static constexpr uint32_t kMaxDraws = 4;

  // A draw of the streams' k-th packets: what is in `column`, and k times `gain`. Where numbers wrap, the column (the
  // one of `at`) holds the next packet's number and the one behind it what the division by `every` left, to be walked
  // on.
  struct Draw {
    uint32_t column, at;
    uint64_t gain;
    bool wraps;
    Gain step;
    uint64_t every, modulus;
    bool operator==(const Draw&) const = default;
  };

  Abreast(const Plan& plan, const std::vector<StreamState>& states);
  // False: the plan's streams are not alike, and the rest has no meaning.
  bool ok() const { return ok_; }

  const Stream& shape() const { return shape_; }
  const std::vector<Draw>& draws() const { return draws_; }
  uint32_t draw_of(size_t field) const { return draw_of_[field]; }
  // Columns are: draws, then the words of the layout, then the checksums' sums.
  uint32_t first_word() const { return first_word_; }
  // Which columns differ from stream to stream, and what all have in the others.
  const std::vector<uint32_t>& kept() const { return kept_; }
  const std::vector<std::pair<uint32_t, uint64_t>>& common() const { return common_; }
  // Of each stream, what it has in column kept()[i]; behind the last one they begin anew, for as many as a burst has.
  uint64_t* numbers(size_t i) { return &numbers_[i * pitch_]; }

  // What a signature says of each stream.
  struct Mark {
    uint16_t stream, shard;
  };
  const Mark& mark(uint32_t stream) const { return marks_[stream]; }
  // Bytes of all columns.
  size_t held() const { return numbers_.capacity() * sizeof(uint64_t) + marks_.capacity() * sizeof(Mark); }

 private:
  using Table = std::vector<std::vector<uint64_t>>;  // column by column

  bool find_shape(const Plan& plan);
  bool find_draws(const std::vector<StreamState>& states);
  Table make_table(const Plan& plan, const std::vector<StreamState>& states) const;
  void add_lows(const Stream& stream, uint32_t s, Table& table) const;
  void fill(const Table& table);

  bool ok_ = false;
  Stream shape_{};  // the first one, with the words that all need; its draws add neither key nor low
  std::vector<Draw> draws_;
  std::vector<uint32_t> draw_of_;
  std::vector<uint32_t> kept_;
  std::vector<std::pair<uint32_t, uint64_t>> common_;
  std::vector<uint64_t> numbers_;
  std::vector<Mark> marks_;
  size_t pitch_ = 0;
  uint32_t first_word_ = 0;
};

// Packets of different streams, in any order but that of each one.
struct AbreastGroup {
  Abreast* abreast;
  uint32_t n;
  const uint32_t* streams;
  bool in_rounds;           // one of each stream after the other, in their order
  const uint64_t* numbers;  // which of its packets each is; aligned as vectors are
  uint8_t* const* data;
};

using RenderAbreast = void (*)(const AbreastGroup&);
RenderAbreast choose_render_abreast();
RenderAbreast render_abreast_portable();
RenderAbreast render_abreast_avx2();

}  // namespace nmgen
