// Checksums against a routine that knows nothing of sites, bases and increments: it sums up all covered bytes of
// the finished frame (RFC 1071).

#include "../checksum.h"
#include "../signature.h"

#include <utility>

#include "support.h"

namespace nmgen::test {
namespace {

// Words of a checksum in the order in which a sender would write them down; an odd end is padded with zero.
uint16_t rfc1071(const std::vector<uint8_t>& bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.size(); i++) {
    sum += static_cast<uint32_t>(bytes[i]) << (i % 2 ? 0 : 8);
    if (sum > 0xffff) sum -= 0xffff;
  }
  return static_cast<uint16_t>(~sum);
}

// An IPv4 header at `ip`, UDP behind it. `ip` is odd behind an odd tag: then every word lies across two words of
// the frame.
struct Layout {
  uint32_t ip;
  uint32_t udp() const { return ip + 20; }
  uint32_t ip_checksum() const { return ip + 10; }
  uint32_t udp_checksum() const { return udp() + 6; }

  // What each checksum covers, with its own two bytes as they are.
  std::vector<uint8_t> ip_bytes(std::span<const uint8_t> f) const { return {f.begin() + ip, f.begin() + ip + 20}; }
  std::vector<uint8_t> udp_bytes(std::span<const uint8_t> f) const {
    std::vector<uint8_t> pseudo{f.begin() + ip + 12, f.begin() + ip + 20};
    const size_t length = f.size() - udp();
    pseudo.insert(pseudo.end(), {0, 17, static_cast<uint8_t>(length >> 8), static_cast<uint8_t>(length)});
    pseudo.insert(pseudo.end(), f.begin() + udp(), f.end());
    return pseudo;
  }

  // A template's checksum sites, as the compiler works them out: from bytes whose varying bits are zero.
  std::vector<Site> sites(const std::vector<uint8_t>& bytes) const {
    auto base = [](const std::vector<uint8_t>& covered) { return static_cast<uint16_t>(~rfc1071(covered)); };
    return {{ip_checksum(), base(ip_bytes(bytes)), false}, {udp_checksum(), base(udp_bytes(bytes)), true}};
  }
  // Which of them cover the byte range [at, at + n), and on which side of a word it ends there.
  std::vector<SumEntry> sums(uint32_t at, uint32_t n) const {
    const uint32_t high = (at + n - 1 - ip) % 2 == 0;
    if (at < ip) return {};
    if (at >= udp()) return {{1, high}};
    return at >= ip + 12 ? std::vector<SumEntry>{{0, high}, {1, high}} : std::vector<SumEntry>{{0, high}};
  }
  // Fields stay within what one header covers as a whole, and off the checksums.
  std::vector<std::pair<uint32_t, uint32_t>> free_ranges(uint32_t end) const {
    return {{0, ip}, {ip, ip + 10}, {ip + 12, ip + 20}, {udp(), udp() + 6}, {udp() + 8, end}};
  }
};

Stream random_stream(Random& random, const Layout& layout) {
  Stream s = plain_stream(0, static_cast<uint32_t>(random.between(62, 200)));
  if (random.chance(2)) add_lengths(s, {64, static_cast<uint32_t>(random.between(65, 1514))});
  uint32_t shortest = ~0u;
  for (Template& t : s.templates) {
    for (uint8_t& byte : t.bytes) byte = static_cast<uint8_t>(random.next());
    shortest = std::min(shortest, static_cast<uint32_t>(t.bytes.size()));
  }
  for (auto [at, end] : layout.free_ranges(shortest)) {
    while (at < end) {
      const uint32_t bytes = static_cast<uint32_t>(random.between(1, std::min(8u, end - at)));
      if (random.chance(2)) {
        s.fields.push_back(random_field(random, at, bytes));
        s.fields.back().sums = layout.sums(at, bytes);
      }
      at += bytes;
    }
  }
  for (Template& t : s.templates) {
    for (const Field& f : s.fields)
      for (uint32_t b = 0; b < f.bytes; b++)
        t.bytes[f.offset + b] &= static_cast<uint8_t>(~(f.mask() >> (f.bytes - 1 - b) * 8));
    put16(&t.bytes[layout.ip_checksum()], 0);
    put16(&t.bytes[layout.udp_checksum()], 0);
    t.sites = layout.sites(t.bytes);
  }
  return s;
}

void check_frame(const Layout& layout, std::span<const uint8_t> frame, const std::string& where) {
  std::vector<uint8_t> zeroed(frame.begin(), frame.end());
  put16(&zeroed[layout.ip_checksum()], 0);
  put16(&zeroed[layout.udp_checksum()], 0);
  CHECK_EQ(get16(&frame[layout.ip_checksum()]), rfc1071(layout.ip_bytes(zeroed)), "IPv4, " + where);
  const uint16_t udp = rfc1071(layout.udp_bytes(zeroed));
  CHECK_EQ(get16(&frame[layout.udp_checksum()]), udp ? udp : 0xffff, "UDP, " + where);
}

TEST(checksums_of_random_fields_are_those_of_the_whole_frame) {
  Random random{4};
  for (uint64_t round = 0; round < 1500 / kSlowdown; round++) {
    const Layout layout{static_cast<uint32_t>(random.between(14, 19))};
    const Plan plan = decoded(plan_of({random_stream(random, layout)}, random.between(1, 4)));
    const RenderFields render = random.chance(2) ? choose_render() : render_portable();
    Painter painter(plan, 0, render);
    uint64_t k = random.next() >> random.between(20, 60);
    for (uint32_t n : {64u, 3u})
      for (auto frame : painter.paint(k, n)) check_frame(layout, frame, "round " + text(round));
  }
}

// A stream with one field that takes every 16-bit value at the UDP source port: one of them makes the sum 0xffff.
Plan all_ports(bool zero_is_ones) {
  const Layout layout{14};
  Stream s = plain_stream(0, 60);
  put16(&s.templates[0].bytes[layout.udp()], 0);
  put16(&s.templates[0].bytes[layout.udp_checksum()], 0);
  s.templates[0].sites = layout.sites(s.templates[0].bytes);
  s.templates[0].sites[1].zero_is_ones = zero_is_ones;
  s.fields = {whole_field(layout.udp(), 2, FieldOp::kInc)};
  s.fields[0].sums = {{1, 0}};
  return decoded(plan_of({s}));
}

TEST(checksums_of_zero_are_sent_as_ones_in_UDP_alone) {
  for (bool zero_is_ones : {true, false}) {
    const Plan plan = all_ports(zero_is_ones);
    Painter painter(plan, 0);
    uint32_t zeros = 0, ones = 0;
    for (uint64_t k = 0; k < 65536; k += 64) {
      for (auto frame : painter.paint(k, 64)) {
        const uint16_t checksum = get16(&frame[Layout{14}.udp_checksum()]);
        zeros += checksum == 0, ones += checksum == 0xffff;
      }
    }
    // 0xffff itself is only computed where all words are zero, which they are not here.
    CHECK_EQ(zeros, zero_is_ones ? 0u : 1u);
    CHECK_EQ(ones, zero_is_ones ? 1u : 0u);
  }
}

TEST(checksums_that_no_field_reaches_are_finished_in_the_template) {
  const Layout layout{14};
  Random random{5};
  for (int round = 0; round < 50; round++) {
    Stream s = random_stream(random, layout);
    s.fields.clear();
    if (round % 2) s.fields = {whole_field(0, 4, FieldOp::kRandom)};  // reaches neither
    const Plan plan = decoded(plan_of({s}));
    for (const Template& t : plan.streams[0].templates) {
      CHECK(t.sites.empty());
      check_frame(layout, t.bytes, "template");
    }
  }
}

TEST(checksums_stay_right_under_a_signature) {
  const Layout layout{14};
  Random random{6};
  for (uint64_t round = 0; round < 2000 / kSlowdown; round++) {
    Stream s = plain_stream(static_cast<uint32_t>(random.below(65536)), 60);
    sign(s, 42);
    put16(&s.templates[0].bytes[layout.ip_checksum()], 0);
    put16(&s.templates[0].bytes[layout.udp_checksum()], 0);
    put16(&s.templates[0].bytes[layout.udp()], 0);
    s.templates[0].sites = layout.sites(s.templates[0].bytes);
    s.fields = {whole_field(layout.udp(), 2, FieldOp::kRandom)};
    s.fields[0].sums = {{1, 0}};
    const Plan plan = decoded(plan_of({s}, 3, 1));
    const uint64_t k = random.next() >> random.between(8, 60), time = random.next() >> random.below(30);
    Painter painter(plan, 0);
    const Painter::Frames frames = painter.paint_stamped(k, 7, time);
    for (uint64_t j = 0; j < frames.size(); j++) {
      const uint8_t* at = &frames[j][42];
      CHECK_EQ(get16(at), kSignatureMagic);
      CHECK_EQ(get16(at + 2), s.id);
      CHECK_EQ(get32(at + 4), static_cast<uint32_t>((k + j) * 3 + 1));
      CHECK_EQ(get64(at + 8), time);
      CHECK_EQ(rfc1071({at, at + kSignatureBytes}), 0);  // the one's complement of 0xffff
      check_frame(layout, frames[j], "packet " + text(k + j));
    }
  }
}

TEST(checksum_fold_keeps_every_carry) {
  Random random{7};
  for (int round = 0; round < 100000; round++) {
    const uint64_t sum = round < 64 ? ~0ull >> round : random.next() >> random.below(64);
    const uint64_t folded = sum == 0 ? 0 : (sum - 1) % 0xffff + 1;  // congruent, and never 0 but for 0
    CHECK_EQ(fold(sum), folded);
  }
  CHECK_EQ(fold(0), 0);
}

}  // namespace
}  // namespace nmgen::test
