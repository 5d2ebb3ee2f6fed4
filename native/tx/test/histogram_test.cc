// Latency buckets: those of HdrHistogram(1, 60e9, 3), computed here from the width of the number.

#include "../histogram.h"

#include <bit>

#include "test.h"

namespace nmgen::test {
namespace {

using histogram::index;
using histogram::kCells;
using histogram::kHighest;

// The first value of a cell, and how many values share it.
struct Cell {
  uint64_t lowest, width;
};

Cell cell(uint32_t i) {
  if (i < 2048) return {i, 1};
  const uint32_t doubling = (i - 1024) / 1024;
  return {(1024 + (i - 1024) % 1024ull) << doubling, 1ull << doubling};
}

uint32_t reference(uint64_t ns) {
  if (ns > kHighest) ns = kHighest;
  if (ns < 2048) return static_cast<uint32_t>(ns);
  const uint32_t doubling = static_cast<uint32_t>(std::bit_width(ns)) - 11;
  return 1024 * doubling + static_cast<uint32_t>(ns >> doubling);
}

TEST(histogram_is_exact_below_2048_ns) {
  for (uint32_t ns = 0; ns < 2048; ns++) CHECK_EQ(index(ns), ns);
}

TEST(histogram_cells_border_on_each_other_up_to_a_minute) {
  const uint32_t last = index(kHighest);
  CHECK(last < kCells);
  for (uint32_t i = 0; i <= last; i++) {
    const auto [lowest, width] = cell(i);
    CHECK_EQ(index(lowest), i);
    CHECK_EQ(index(std::min(lowest + width - 1, kHighest)), i);
    CHECK(width == 1 || static_cast<double>(width) / static_cast<double>(lowest) <= 1.0 / 1024);
  }
}

TEST(histogram_agrees_with_the_geometry_for_any_value) {
  Random random{9};
  uint64_t previous = 0;
  for (int round = 0; round < 200000; round++) {
    const uint64_t ns = random.next() >> random.below(64);
    CHECK_EQ(index(ns), reference(ns), text(ns) + " ns");
    CHECK((ns < previous) == (index(ns) < index(previous)) || index(ns) == index(previous));
    previous = ns;
  }
}

TEST(histogram_counts_a_minute_and_more_in_its_last_cell) {
  for (uint64_t ns : {kHighest + 1, 2 * kHighest, ~uint64_t{0}}) CHECK_EQ(index(ns), index(kHighest));
}

TEST(histogram_records_into_the_cell_of_the_value) {
  std::vector<page::Word> cells(kCells);
  for (uint64_t ns : {0ull, 5ull, 5ull, 2048ull, 2049ull, 123456789ull}) histogram::record(cells.data(), ns);
  CHECK_EQ(cells[0], 1u);
  CHECK_EQ(cells[5], 2u);
  CHECK_EQ(cells[2048], 2u);  // two values a cell from here on
  CHECK_EQ(cells[reference(123456789)], 1u);
}

}  // namespace
}  // namespace nmgen::test
