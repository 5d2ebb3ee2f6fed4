#pragma once

#include <cstdint>
#include <vector>

#include "plan.h"
#include "render.h"

namespace nmgen {

// Are all streams of a plan alike, so that a burst of packets of different ones can be made as if they were of one?
// Then they may differ in bytes that can be put together in words of one layout, in keys, and in where ranges begin.
bool are_abreast(const Plan& plan);

// Of streams that take turns packet by packet, a burst holds too few packets each for fields to be computed as arrays.
// Where they are alike, the arrays run over the streams instead: what a stream has of its own is a row of a few
// numbers, the rows of a burst are its columns, and from there on all is as for one stream of several templates.
// A stream costs a row, a cache line or two, and rows are read in the order of turns.
class Abreast {
 public:
  static constexpr uint32_t kRow = 8;  // numbers in a cache line, of which a row has one or more
  static constexpr uint32_t kMaxDraws = 4;

  // A draw of the streams' k-th packets: what the row holds in `column`, and k times `gain`. Where numbers wrap, the
  // row holds the next packet's number and behind it what the division by `every` left, to be walked on.
  struct Draw {
    uint32_t column;
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
  // What a row holds: draws, then the words of the layout, then the checksums' sums.
  uint64_t* rows() { return rows_[0].numbers; }
  uint32_t shift() const { return shift_; }  // of a stream's number: where its row begins among all
  uint32_t first_word() const { return first_word_; }
  uint32_t columns() const { return columns_; }

 private:
  struct alignas(64) Line {
    uint64_t numbers[kRow];
  };

  bool find_shape(const Plan& plan);
  bool find_draws(const std::vector<StreamState>& states);
  void fill(const Plan& plan, const std::vector<StreamState>& states);
  void add_lows(const Stream& stream, uint64_t* words) const;

  bool ok_ = false;
  Stream shape_{};  // the first one, with the words that all need; its draws add neither key nor low
  std::vector<Draw> draws_;
  std::vector<uint32_t> draw_of_;
  std::vector<Line> rows_;
  uint32_t shift_ = 0, first_word_ = 0, columns_ = 0;
};

// Packets of different streams, in any order but that of each one.
struct AbreastGroup {
  Abreast* abreast;
  uint32_t n;
  const uint32_t* streams;
  const uint64_t* numbers;  // which of its packets each is; aligned as vectors are
  uint8_t* const* data;
};

using RenderAbreast = void (*)(const AbreastGroup&);
RenderAbreast choose_render_abreast();
RenderAbreast render_abreast_portable();
RenderAbreast render_abreast_avx2();

}  // namespace nmgen
