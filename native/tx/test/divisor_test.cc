#include "../plan_field.h"
#include "test.h"

namespace nmgen::test {
namespace {

constexpr uint64_t kEnd = 1ull << 31;  // of what may be divided by a product

uint64_t product(const Divisor& d, uint64_t x) { return (x * d.reciprocal31) >> d.shift31; }

void check_around(const Divisor& d, uint64_t x) {
  for (uint64_t at = x < 2 ? 0 : x - 2; at <= x + 2 && at < kEnd; at++)
    CHECK_EQ(product(d, at), at / d.by, std::to_string(at) + " / " + std::to_string(d.by));
}

TEST(divisor_divides_by_a_product_exactly) {
  uint64_t state = 1;
  auto random = [&] { return (state = state * 6364136223846793005 + 1442695040888963407) >> 33; };
  for (uint32_t bits = 2; bits <= 32; bits++)
    for (uint64_t by :
         {(1ull << (bits - 1)) + 1, (1ull << bits) - 1, (1ull << (bits - 1)) + random() % (1ull << (bits - 1))}) {
      const Divisor d(by);
      if (d.power) continue;
      CHECK(d.reciprocal31 != 0);
      check_around(d, 0), check_around(d, kEnd - 1), check_around(d, by);
      for (int n = 0; n < 100; n++) check_around(d, random() % kEnd), check_around(d, random() % (kEnd / by + 1) * by);
    }
}

TEST(divisor_has_a_product_only_where_it_is_exact) {
  for (uint64_t by : {0ull, 1ull, 2ull, 1ull << 31, 1ull << 32, (1ull << 32) + 1, ~0ull})
    CHECK_EQ(Divisor(by).reciprocal31, 0u);
}

}  // namespace
}  // namespace nmgen::test
