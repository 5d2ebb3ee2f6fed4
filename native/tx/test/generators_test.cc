// Packet i of a stream is a pure function of (plan, stream, i): every generator is held against its formula in
// src/templates/plan.ts, however the packets are cut into bursts, shards and jumps.

#include <algorithm>
#include <array>
#include <cstring>

#include "support.h"

namespace nmgen::test {
namespace {

using Wide = unsigned __int128;

uint64_t reference_mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

// plan.ts, word for word. A permutation has no formula there: its cases stand below.
uint64_t formula(const Field& f, uint64_t i) {
  const Wide size = f.size == 0 ? Wide{1} << 64 : f.size;
  const uint64_t n = i / f.every;
  if (f.op == FieldOp::kList) return f.values[n % f.values.size()];
  const uint64_t low = static_cast<uint64_t>(f.low);
  if (f.op == FieldOp::kInc) return low + static_cast<uint64_t>((f.key % size + Wide{n} * f.step % size) % size);
  const uint64_t random = reference_mix(f.key + (n + 1) * 0x9e3779b97f4a7c15);
  return low + (f.size == 0 ? random : static_cast<uint64_t>(Wide{random} * f.size >> 64));
}

constexpr uint32_t kAt = 20;  // where the field under test stands

Plan plan_with(Field field, uint64_t stride = 1, uint64_t shard = 0) {
  Stream stream = plain_stream(0, 60);
  stream.fields = {std::move(field)};
  return decoded(plan_of({stream}, stride, shard));
}

std::vector<uint64_t> values(const Plan& plan, uint64_t k, uint32_t count, uint32_t burst = kMaxBurst) {
  Painter painter(plan, 0);
  std::vector<uint64_t> list;
  for (uint32_t n; count > 0; count -= n, k += n) {
    n = std::min(count, burst);
    for (auto frame : painter.paint(k, n)) list.push_back(read_bits(plan.streams[0].fields[0], frame));
  }
  return list;
}

// Fields of 64 bits with the edges of each op: sizes, and for inc its start, step and wrap.
std::vector<Field> fields_under_test() {
  std::vector<Field> list;
  auto add = [&](FieldOp op, uint64_t size, uint64_t step = 1, uint64_t key = 0) {
    Field f = whole_field(kAt, 8, op);
    f.size = size;
    f.low = size == 0 ? 0 : 77;
    f.step = step;
    f.key = key;
    list.push_back(f);
  };
  for (uint64_t size : {1ull, 2ull, 3ull, 1000ull, 65536ull, 0x123456789abull, 0ull}) {
    const uint64_t last = size - 1;                    // of size 0: 2^64 - 1
    add(FieldOp::kInc, size, size == 1 ? 0 : 1);       // up from low
    add(FieldOp::kInc, size, last, last);              // dec: from the highest value down
    add(FieldOp::kInc, size, last / 2, last / 3 * 2);  // from the middle, wrapping at every second packet
  }
  add(FieldOp::kInc, 1000, 7, ~0ull);               // a start beyond the size counts modulo it
  add(FieldOp::kInc, ~0ull, ~0ull - 1, ~0ull - 3);  // sums beyond 64 bits
  for (uint64_t size :
       {1ull, 2ull, 255ull, 65535ull, 65536ull, 65537ull, 0xffffffffull, 0x100000000ull, 0x987654321full, 0ull})
    add(FieldOp::kRandom, size, 1, 0x1234567890abcdef);
  for (uint64_t size : {1ull, 2ull, 3ull, 1000ull, 65536ull, 65537ull, 0x123456789abull})
    add(FieldOp::kPermute, size, 1, 99);
  for (uint64_t count : {1ull, 2ull, 3ull, 64ull, 1000ull}) {
    add(FieldOp::kList, 1);
    for (uint64_t v = 0; v < count; v++) list.back().values.push_back(v * v + 5);
  }
  return list;
}

constexpr std::array<uint64_t, 4> kEveries{1, 3, 64, 1000};
constexpr std::array<uint64_t, 4> kStarts{0, 999, 0x100000000 - 70, 0x3456789abcdef};

TEST(generators_follow_their_formula) {
  for (Field f : fields_under_test()) {
    if (f.op == FieldOp::kPermute) continue;
    for (uint64_t every : kEveries) {
      f.every = every;
      for (uint64_t start : kStarts) {
        const std::vector<uint64_t> got = values(plan_with(f), start, 150);
        for (uint64_t j = 0; j < got.size(); j++)
          CHECK_EQ(got[j], formula(f, start + j), describe(f) + ", packet " + text(start + j));
      }
    }
  }
}

TEST(generators_can_be_entered_anywhere) {
  for (Field f : fields_under_test()) {
    for (uint64_t every : kEveries) {
      f.every = every;
      const Plan plan = plan_with(f);
      const std::vector<uint64_t> in_one_go = values(plan, 500, 130);
      CHECK(values(plan, 500, 130, 1) == in_one_go);
      CHECK(values(plan, 500, 130, 17) == in_one_go);
      Painter painter(plan, 0);  // one that jumps: backwards, in bursts of changing length
      for (uint32_t k = 66, n = 1; k > 0; k -= 3, n = n % kMaxBurst + 1) {
        const Painter::Frames frames = painter.paint(500 + k, n);
        for (uint32_t j = 0; j < n; j++)
          CHECK_EQ(read_bits(plan.streams[0].fields[0], frames[j]), in_one_go[k + j], describe(f));
      }
    }
  }
}

TEST(generators_give_the_same_packets_to_any_number_of_shards) {
  for (Field f : fields_under_test()) {
    for (uint64_t every : kEveries) {
      f.every = every;
      const std::vector<uint64_t> whole = values(plan_with(f), 0, 420);
      for (uint64_t stride : {2ull, 4ull, 7ull}) {
        for (uint64_t shard = 0; shard < stride; shard++) {
          const std::vector<uint64_t> part =
              values(plan_with(f, stride, shard), 0, static_cast<uint32_t>(420 / stride));
          for (size_t k = 0; k < part.size(); k++)
            CHECK_EQ(part[k], whole[k * stride + shard], describe(f) + ", shard " + text(shard) + "/" + text(stride));
        }
      }
    }
  }
}

TEST(frame_sizes_follow_their_formula) {
  Stream stream = plain_stream(0, 60);
  add_lengths(stream, {61, 62, 63, 64});
  stream.sequence = {0, 3, 1, 1, 4, 2, 0};
  Stream even = stream, weighted = stream;
  even.sequence.clear(), weighted.sequence.clear();
  even.sizes = {true, 99, {}};
  weighted.sizes = {true, 7, {{0, 0}, {1ull << 62, 3}, {~0ull, 1}, {0, 3}, {1, 0}}};
  weighted.numbers = {{11, {2, 3, 7}}};  // a member draws for the packets that it has of its stream
  auto drawn = [](const SizeDraw& sizes, uint64_t i) {
    const Wide at = Wide{reference_mix(sizes.key + (i + 1) * 0x9e3779b97f4a7c15)} * 5;
    const size_t c = static_cast<size_t>(at >> 64);
    if (sizes.columns.empty() || static_cast<uint64_t>(at) < sizes.columns[c].threshold) return c;
    return static_cast<size_t>(sizes.columns[c].other);
  };
  for (uint64_t stride : {1u, 2u, 3u, 7u, 64u}) {
    const Plan plan = decoded(plan_of({stream, even, weighted}, stride, stride - 1));
    const std::vector<StreamState> states = make_states(plan);
    const Template* chosen[kMaxBurst];
    for (uint64_t k : {uint64_t{0}, uint64_t{5}, uint64_t{123'456'789}})
      for (uint32_t n : {1u, 3u, kMaxBurst})
        for (size_t s = 0; s < 3; s++) {
          choose_templates(states[s], k, n, chosen);
          for (uint64_t j = 0; j < n; j++) {
            const uint64_t i = (k + j) * stride + plan.shard_of(plan.streams[s]);
            const auto& [cycle, places] = plan.streams[s].numbers[0];
            const uint64_t number = i / places.size() * cycle + places[i % places.size()];
            const size_t expected = s == 0 ? stream.sequence[i % 7] : drawn(plan.streams[s].sizes, number);
            CHECK_EQ(chosen[j], &plan.streams[s].templates[expected], "stream " + text(s) + " packet " + text(i));
          }
        }
  }
}

TEST(generators_of_random_plans_follow_their_formula) {
  Random random{1};
  for (uint64_t round = 0; round < 2000 / kSlowdown; round++) {
    Field f = random_field(random, kAt, static_cast<uint32_t>(random.between(1, 8)));
    const uint64_t stride = random.between(1, 9), shard = random.below(stride);
    const Plan plan = plan_with(f, stride, shard);
    Painter painter(plan, 0);
    uint64_t k = random.next() >> random.between(16, 60);
    for (int burst = 0; burst < 4; burst++) {
      const uint32_t n = static_cast<uint32_t>(random.between(1, kMaxBurst));
      const Painter::Frames frames = painter.paint(k, n);
      for (uint32_t j = 0; j < n; j++) {
        const uint64_t got = read_bits(f, frames[j]);
        if (f.op == FieldOp::kPermute)
          CHECK(got - f.low < f.size);
        else
          CHECK_EQ(got, formula(f, (k + j) * stride + shard), describe(f));
        for (uint32_t b = 0; b < frames[j].size(); b++)  // what stands beside the field is the template's
          CHECK((b >= kAt && b < kAt + f.bytes) || frames[j][b] == 0x40);
      }
      k += n;
    }
  }
}

TEST(permute_shows_every_value_once_a_period) {
  for (uint64_t size : {1ull, 2ull, 3ull, 4ull, 5ull, 1000ull, 65536ull, 65537ull}) {
    for (uint64_t key : {0ull, 1ull, 0xfeedfacecafebeefull}) {
      Field f = whole_field(kAt, 8, FieldOp::kPermute);
      f.size = size;
      f.key = key;
      const std::vector<uint64_t> period = values(plan_with(f), 0, static_cast<uint32_t>(size));
      std::vector<bool> seen(size);
      for (uint64_t v : period) {
        CHECK(v < size && !seen[v]);
        seen[v] = true;
      }
      CHECK(values(plan_with(f), size, static_cast<uint32_t>(std::min<uint64_t>(size, 200))) ==
            std::vector<uint64_t>(period.begin(), period.begin() + static_cast<long>(std::min<uint64_t>(size, 200))));
      // It has to look shuffled: hardly a value may stand where counting would put it, or follow its neighbour.
      uint64_t in_place = 0, ascending = 0;
      for (uint64_t k = 0; k + 1 < size; k++) in_place += period[k] == k, ascending += period[k + 1] == period[k] + 1;
      CHECK(size < 1000 || (in_place < size / 100 && ascending < size / 100));
    }
  }
}

TEST(random_covers_its_range_evenly) {
  constexpr uint32_t kDraws = 1 << 16, kBins = 256;
  for (uint64_t size : {256ull, 65537ull, 1000003ull, 0xffffffffull, 0x100000001ull, 0x9876543210fedcull, 0ull}) {
    Field f = whole_field(kAt, 8, FieldOp::kRandom);
    f.size = size;
    f.key = 42;
    std::array<double, kBins> bins{};
    uint64_t least = ~0ull, most = 0;
    const Wide range = size == 0 ? Wide{1} << 64 : size;
    for (uint64_t v : values(plan_with(f), 0, kDraws)) {
      CHECK(size == 0 || v < size);
      bins[static_cast<size_t>(Wide{v} * kBins / range)]++;
      least = std::min(least, v);
      most = std::max(most, v);
    }
    double chi_square = 0;  // 255 degrees of freedom: mean 255, deviation 22.6
    for (double bin : bins) chi_square += (bin - kDraws / kBins) * (bin - kDraws / kBins) / (kDraws / kBins);
    CHECK(chi_square > 255 - 4.5 * 22.6 && chi_square < 255 + 4.5 * 22.6);
    CHECK(least <= range / 4096 && most >= range - 1 - range / 4096);
    if (size == 256) CHECK(least == 0 && most == size - 1);
  }
}

TEST(random_fields_with_other_keys_are_unrelated) {
  Field f = whole_field(kAt, 8, FieldOp::kRandom);
  const std::vector<uint64_t> one = values(plan_with(f), 0, 1000);
  f.key = 1;
  const std::vector<uint64_t> other = values(plan_with(f), 0, 1000);
  uint32_t equal_bits = 0;
  for (size_t k = 0; k < one.size(); k++)
    equal_bits += static_cast<uint32_t>(__builtin_popcountll(~(one[k] ^ other[k])));
  CHECK(equal_bits > 31000 && equal_bits < 33000);  // of 64,000: half of them, 127 give or take
}

TEST(generators_are_the_same_with_and_without_AVX2) {
#if defined(__x86_64__)
  if (!render_avx2() || !__builtin_cpu_supports("avx2")) skip("this CPU or compiler has no AVX2");
#else
  skip("AVX2 is of x86-64");
#endif
  Random random{2};
  for (uint64_t round = 0; round < 1000 / kSlowdown; round++) {
    Stream stream = plain_stream(0, 100);
    if (random.chance(2)) add_lengths(stream, {60, 101, 1514});
    for (Template& t : stream.templates)
      t.sites = {{24, static_cast<uint32_t>(random.below(65536)), false}, {40, 0, true}};
    for (uint32_t at = 42; at < 60;) {
      const uint32_t bytes = static_cast<uint32_t>(random.between(1, std::min(8u, 60 - at)));
      stream.fields.push_back(random_field(random, at, bytes));
      if (!random.chance(3)) stream.fields.back().sums = {{random.chance(2), random.chance(2)}, {1, random.chance(2)}};
      at += bytes;
    }
    const Plan plan = decoded(plan_of({stream}, random.between(1, 5)));
    Painter portable(plan, 0, render_portable()), avx2(plan, 0, render_avx2());
    uint64_t k = random.next() >> 20;
    for (uint32_t n : {64u, 1u, 63u, 5u}) {
      const Painter::Frames a = portable.paint(k, n), b = avx2.paint(k, n);
      for (uint32_t j = 0; j < n; j++) CHECK(std::ranges::equal(a[j], b[j]));
      k += n;
    }
  }
}

TEST(preview_shows_the_packets_that_are_sent) {
  Random random{3};
  Stream stream = plain_stream(5, 60);
  add_lengths(stream, {64, 1000});
  for (uint32_t at : {16u, 24u, 40u}) stream.fields.push_back(random_field(random, at, 8));
  const Plan plan = decoded(plan_of({stream}));
  Painter painter(plan, 0);
  const std::vector<uint8_t> bytes = render_packets(plan, 5, 12345, 200);
  size_t at = 0;
  for (uint64_t i = 12345; i < 12545; i++) {
    const auto frame = painter.paint(i, 1)[0];
    CHECK_EQ(bytes[at] | bytes[at + 1] << 8, frame.size());
    CHECK(std::ranges::equal(std::span(bytes).subspan(at + 2, frame.size()), frame));
    at += 2 + frame.size();
  }
  CHECK_EQ(at, bytes.size());
  CHECK(render_packets(plan, 4, 0, 1).empty());
}

}  // namespace
}  // namespace nmgen::test
