// The line from a device's ticks to our time, by a device whose clock is known.

#include "../backends/device_clock.h"

#include <cmath>

#include "test.h"

namespace nmgen::test {
namespace {

constexpr uint64_t kSecond = 1'000'000'000;

// Both clocks of a device: each reading of ours takes `width` ns, in the middle of which the device's is read.
struct Fake {
  double ticks_per_ns = 1;
  uint64_t first_ticks = 0, width = 0;
  uint64_t now = 7'000 * kSecond, begun = now;
  uint64_t mask = ~0ull;
  bool readable = true;
  uint64_t random_width = 0;
  Random random{1};

  uint64_t ticks_at(uint64_t ns) const {
    const auto passed = static_cast<double>(static_cast<int64_t>(ns - begun)) * ticks_per_ns;
    return (first_ticks + static_cast<uint64_t>(static_cast<int64_t>(std::llround(passed)))) & mask;
  }
  ClockSource source() {
    return {.read =
                [this](uint64_t& ticks) {
                  now += random_width ? random.below(random_width) : width / 2;  // the bus, there
                  ticks = ticks_at(now);
                  now += random_width ? random.below(random_width) : width - width / 2;  // and back
                  return readable;
                },
            .now = [this] { return now; }};
  }
};

double off(const Fake& fake, const ClockFit& fit, uint64_t at) {
  return std::abs(static_cast<double>(static_cast<int64_t>(fit.ns_of(fake.ticks_at(at)) - at)));
}

// Looks when it is asked to, for so long, and calls `each` between two looks.
template <typename Each>
void follow(Fake& fake, DeviceClock& clock, uint64_t ns, Each each) {
  FitReader reader(clock);
  for (const uint64_t until = fake.now + ns; fake.now < until;) {
    const uint64_t wait = clock.look();
    CHECK(wait >= 10'000'000 && wait <= kSecond);
    for (int part = 0; part < 4; part++) {
      fake.now += wait / 4;
      each(reader.fit());
    }
  }
}

TEST(device_clock_tells_times_within_its_own_bound_however_fast_the_device_counts) {
  for (const double ticks_per_ns : {1.0, 1.0001, 0.9999, 0.156250, 1e-3, 3.2}) {
    for (const uint64_t random_width : {0u, 500u, 20'000u}) {
      Fake fake{.ticks_per_ns = ticks_per_ns, .first_ticks = 123'456'789, .random_width = random_width};
      DeviceClock clock(fake.source());
      uint64_t fits = 0;
      double widest = 0;
      follow(fake, clock, 30 * kSecond, [&](const ClockFit& fit) {
        if (!fit.holds(fake.now)) return;
        fits++;
        const double tick = 1 / ticks_per_ns;  // a counter says no more than its last tick
        CHECK(off(fake, fit, fake.now) <= fit.error_ns(fake.now) + 1.5 * tick + 1);
        widest = fit.error_ns(fake.now);
      });
      CHECK(fits > 100);
      CHECK(widest <= 4 + 2 * static_cast<double>(random_width));  // at last: a line over seconds
    }
  }
}

TEST(device_clock_gives_ticks_that_come_back_as_the_same_time) {
  Fake fake{.ticks_per_ns = 0.15625, .first_ticks = 99};
  DeviceClock clock(fake.source());
  follow(fake, clock, 3 * kSecond, [&](const ClockFit& fit) {
    if (!fit.holds(fake.now)) return;
    for (const uint64_t ahead : {0u, 1u, 200'000u, 10'000'000u}) {
      const uint64_t at = fake.now + ahead;
      CHECK(std::abs(static_cast<int64_t>(fit.ns_of(fit.ticks_of(at)) - at)) <= 4);  // half a tick, and what is rounded
    }
  });
}

TEST(device_clock_goes_on_where_64_bits_wrap) {
  Fake fake{.first_ticks = ~0ull - 2 * kSecond};
  DeviceClock clock(fake.source());
  uint64_t wrapped = 0, without = 0;
  follow(fake, clock, 10 * kSecond, [&](const ClockFit& fit) {
    wrapped += fake.ticks_at(fake.now) < fake.first_ticks;
    without += !fit.holds(fake.now);
    if (fit.holds(fake.now)) CHECK(off(fake, fit, fake.now) <= 2);
  });
  CHECK(wrapped > 10);
  CHECK_EQ(without, 4u);  // until the second reading
}

// A clock that was set, a counter of 32 bits: between the jump and the next look nobody can know; then there is no fit
// until the look after, 10 ms later.
TEST(device_clock_begins_anew_where_the_device_jumps) {
  for (const int64_t by : {-5'000'000'000l, -1'000l, 2'000'000l, 3'600'000'000'000l}) {
    Fake fake{.first_ticks = 1'000 * kSecond};
    DeviceClock clock(fake.source());
    follow(fake, clock, 6 * kSecond, [](const ClockFit&) {});
    FitReader reader(clock);
    CHECK(reader.fit().holds(fake.now));
    fake.first_ticks += static_cast<uint64_t>(by);
    if (by == -1'000) {  // which may as well be drift: it is followed
      follow(fake, clock, 6 * kSecond, [](const ClockFit&) {});
      CHECK(off(fake, reader.fit(), fake.now) <= 2);
      continue;
    }
    CHECK_EQ(clock.look(), 10'000'000u);
    CHECK(!reader.fit().holds(fake.now));
    fake.now += 10'000'000;
    clock.look();
    CHECK(reader.fit().holds(fake.now));
    CHECK(off(fake, reader.fit(), fake.now) <= 2);
  }
}

TEST(device_clock_follows_a_drift_that_changes) {
  Fake fake;
  DeviceClock clock(fake.source());
  follow(fake, clock, 6 * kSecond, [](const ClockFit&) {});
  // Its speed changes by 50 ppm, from here on.
  fake.first_ticks = fake.ticks_at(fake.now), fake.begun = fake.now, fake.ticks_per_ns = 1.00005;
  follow(fake, clock, 6 * kSecond, [&](const ClockFit& fit) {
    CHECK(fit.holds(fake.now));
    CHECK(off(fake, fit, fake.now) <= 100e3);  // two seconds of it at most, and less each second
  });
  follow(fake, clock, kSecond, [&](const ClockFit& fit) { CHECK(off(fake, fit, fake.now) <= 2); });
}

TEST(device_clock_does_not_believe_what_took_too_long_or_cannot_be_read) {
  Fake fake{.width = 300'000};  // interrupted each time
  DeviceClock clock(fake.source());
  FitReader reader(clock);
  for (int looks = 0; looks < 3; looks++) fake.now += clock.look();
  CHECK(!reader.fit().holds(fake.now));
  fake.width = 100;
  for (int looks = 0; looks < 3; looks++) fake.now += clock.look();
  CHECK(reader.fit().holds(fake.now));
  fake.readable = false;  // and what is known grows old
  for (int looks = 0; looks < 300; looks++) fake.now += clock.look();
  CHECK(!reader.fit().holds(fake.now));
}

TEST(device_clock_does_not_start_on_a_clock_that_stands_still_or_has_none) {
  CHECK(!DeviceClock({.read = [](uint64_t&) { return false; }}).start());
  CHECK(!DeviceClock({.read = [](uint64_t& ticks) { return ticks = 42, true; }}).start());
}

// The thread that reads it, beside two that use it.
TEST(device_clock_is_read_by_a_thread_of_its_own) {
  std::atomic<uint64_t> reads{0};
  DeviceClock clock({.read = [&](uint64_t& ticks) { return reads++, ticks = now_ns() + 5, true; }});
  CHECK(clock.start());
  std::atomic<uint64_t> wrong{0};
  auto use = [&] {
    FitReader reader(clock);
    for (const uint64_t until = now_ns() + 100'000'000; now_ns() < until;) {
      const uint64_t now = now_ns();
      const ClockFit& fit = reader.fit();
      const auto off = static_cast<double>(static_cast<int64_t>(fit.ns_of(now + 5) - now));
      if (fit.holds(now)) wrong += std::abs(off) > fit.error_ns(now) + 1;
    }
  };
  { std::jthread one(use), other(use); }
  for (const uint64_t until = now_ns() + 10 * kSecond; reads <= 10 && now_ns() < until;) std::this_thread::yield();
  clock.stop();
  const uint64_t after = reads;
  CHECK(after > 10);  // the two at the start are five tries each
  CHECK_EQ(wrong.load(), 0u);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK_EQ(reads.load(), after);
}

}  // namespace
}  // namespace nmgen::test
