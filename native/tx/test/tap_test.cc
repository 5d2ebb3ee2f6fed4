// What a receiver keeps for JavaScript: which frames, how they stand in the ring, and what happens when it is full.

#include <cstring>

#include "../tap.h"
#include "support.h"

namespace nmgen::test {
namespace {

constexpr size_t kRing = kMaxFrame + 100;

struct Ring {
  std::vector<page::Word> words = std::vector<page::Word>(Tap::kCells + kRing / 8 + 1);
  uint64_t tail = 0;

  explicit Ring(uint64_t snap = 65535, uint64_t limit = 0) {
    words[Tap::kSnap] = snap;
    words[Tap::kLimit] = limit;
  }
  std::span<uint8_t> memory() {
    return {reinterpret_cast<uint8_t*>(words.data()), Tap::kCells * sizeof(page::Word) + kRing};
  }
  // The first bytes of all records that wait, each with its length on the wire.
  std::vector<std::pair<uint8_t, uint32_t>> drain() {
    std::vector<std::pair<uint8_t, uint32_t>> frames;
    const uint8_t* bytes = memory().data() + Tap::kCells * sizeof(page::Word);
    auto at = [&](size_t i) { return bytes[(tail + i) % kRing]; };
    auto word = [&](size_t i) {
      return uint32_t{at(i)} | uint32_t{at(i + 1)} << 8 | uint32_t{at(i + 2)} << 16 | uint32_t{at(i + 3)} << 24;
    };
    while (tail < words[Tap::kHead]) {
      frames.emplace_back(at(16), word(12));
      tail += 16 + word(8);
    }
    words[Tap::kTail] = tail;
    return frames;
  }
};

struct Frames {
  std::vector<std::vector<uint8_t>> bytes;
  std::vector<Frame> frames;
  explicit Frames(std::initializer_list<std::pair<uint8_t, uint32_t>> list) {
    for (auto [fill, length] : list) bytes.emplace_back(length, fill);
    for (auto& one : bytes) frames.push_back({one.data(), static_cast<uint32_t>(one.size()), kNothing});
  }
};

std::shared_ptr<Filter> filter(const char* text) {
  auto compiled = Filter::compile(text);
  CHECK(static_cast<bool>(compiled));
  return *compiled;
}

size_t take(Tap& tap, const Frames& frames, page::Word* stop, bool waits = false) {
  const uint64_t* arrived = nullptr;
  return tap.take(frames.frames, arrived, waits, stop).size();
}

TEST(tap_keeps_frames_in_order_around_the_end_of_its_ring) {
  Ring ring;
  Tap tap(filter(""), ring.memory());
  page::Word stop = 0;
  for (uint8_t round = 0; round < 100; round++) {
    const Frames frames{{round, 60}, {static_cast<uint8_t>(round + 1), 1514u - round}};
    CHECK_EQ(take(tap, frames, &stop), 2u);
    const auto kept = ring.drain();
    CHECK_EQ(kept.size(), 2u);
    CHECK(kept[0] == (std::pair<uint8_t, uint32_t>{round, 60}));
    CHECK(kept[1] == (std::pair<uint8_t, uint32_t>{round + 1, 1514u - round}));
  }
  CHECK_EQ(ring.words[Tap::kSeen], 200u);
  CHECK_EQ(ring.words[Tap::kStored], 200u);
}

TEST(tap_that_is_full_counts_what_it_does_not_keep) {
  Ring ring;
  Tap tap(filter(""), ring.memory());
  page::Word stop = 0;
  const Frames frames{{1, 9000}, {2, 9000}, {3, 20}};
  CHECK_EQ(take(tap, frames, &stop), 3u);  // all of them count as received
  CHECK_EQ(ring.drain().size(), 2u);
  CHECK_EQ(ring.words[Tap::kStored], 2u);
  CHECK_EQ(ring.words[Tap::kMissed], 1u);
}

TEST(tap_of_a_source_that_waits_gives_up_when_told_to_stop) {
  Ring ring;
  Tap tap(filter(""), ring.memory());
  page::Word stop = 1;
  CHECK_EQ(take(tap, Frames{{1, 9000}, {2, 9000}}, &stop, true), 2u);
  CHECK_EQ(ring.words[Tap::kMissed], 1u);
}

TEST(tap_cuts_frames_and_ends_at_its_limit) {
  Ring ring(16, 3);
  Tap tap(filter(""), ring.memory());
  page::Word stop = 0;
  CHECK_EQ(take(tap, Frames{{1, 60}, {2, 60}}, &stop), 2u);
  CHECK(!tap.full());
  CHECK_EQ(take(tap, Frames{{3, 60}, {4, 60}}, &stop), 1u);
  CHECK(tap.full());
  CHECK_EQ(ring.drain().size(), 3u);
  CHECK_EQ(ring.words[Tap::kHead], 3u * 32);
}

TEST(tap_shows_what_its_filter_wants_with_its_time) {
#if !defined(NMGEN_PCAP)
  skip("built without libpcap (make setup)");
#endif
  Ring ring;
  Tap tap(filter("ether[0] == 7"), ring.memory());
  page::Word stop = 0;
  const uint64_t times[] = {100, 200, 300};
  const uint64_t* arrived = times;
  const Frames frames{{6, 60}, {7, 61}, {7, 62}};
  const auto wanted = tap.take(frames.frames, arrived, false, &stop);
  CHECK_EQ(wanted.size(), 2u);
  CHECK_EQ(wanted[0].length, 61u);
  CHECK_EQ(arrived[0], 200u);
  CHECK_EQ(arrived[1], 300u);
  CHECK_EQ(ring.words[Tap::kSeen], 3u);
}

TEST(filter_that_is_none_is_refused_with_the_reason) {
#if !defined(NMGEN_PCAP)
  skip("built without libpcap (make setup)");
#endif
  const auto bad = Filter::compile("udp prot 9");
  CHECK(!bad);
  CHECK_EQ(bad.failure().code, std::string("bad-filter"));
}

}  // namespace
}  // namespace nmgen::test
