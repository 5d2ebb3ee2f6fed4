// Checksums inside of checksums, CRCs among them, against routines that know nothing of sites: each one is worked out
// from the bytes of the finished frame that it covers.

#include "../checksum.h"
#include "../crc32c.h"
#include "support.h"

namespace nmgen::test {
namespace {

using Bytes = std::vector<uint8_t>;

uint16_t rfc1071(const Bytes& bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.size(); i++) {
    sum += static_cast<uint32_t>(bytes[i]) << (i % 2 ? 0 : 8);
    if (sum > 0xffff) sum -= 0xffff;
  }
  return static_cast<uint16_t>(~sum);
}

// Bit by bit, as the polynomial is written in RFC 9260 appendix A.
uint32_t slow_crc(const Bytes& bytes) {
  uint32_t crc = ~0u;
  for (uint8_t byte : bytes)
    for (int bit = 0; bit < 8; bit++) {
      const bool top = (crc >> 31) ^ (byte >> bit & 1);
      crc = crc << 1 ^ (top ? 0x1edc6f41 : 0);
    }
  uint32_t mirrored = 0;
  for (int bit = 0; bit < 32; bit++) mirrored |= (~crc >> bit & 1) << (31 - bit);
  return __builtin_bswap32(mirrored);
}

// Headers of 12 bytes, one in the other, each with its checksum at byte 8 and fields around it.
struct Tunnel {
  std::vector<uint32_t> starts;  // from the inside out, as the sites are
  std::vector<bool> crc, bad;
  uint32_t at(size_t i) const { return starts[i] + 8; }
  uint32_t width(size_t i) const { return crc[i] ? 4 : 2; }
};

Tunnel random_tunnel(Random& random) {
  Tunnel tunnel;
  uint32_t at = static_cast<uint32_t>(random.between(14, 17));
  for (uint64_t n = random.between(1, kMaxSites); n > 0; n--, at += static_cast<uint32_t>(random.between(12, 15)))
    tunnel.starts.insert(tunnel.starts.begin(), at);
  for (size_t i = 0; i < tunnel.starts.size(); i++) {
    tunnel.crc.push_back(random.chance(4));
    tunnel.bad.push_back(random.chance(3));
  }
  return tunnel;
}

// In which of the sums outside of `from` the bytes up to `last` count.
std::vector<SumEntry> sums_of(const Tunnel& tunnel, size_t from, uint32_t last) {
  std::vector<SumEntry> sums;
  for (size_t i = from; i < tunnel.starts.size(); i++)
    if (!tunnel.crc[i] && last >= tunnel.starts[i])
      sums.push_back({static_cast<uint32_t>(i), (last - tunnel.starts[i]) % 2 == 0});
  return sums;
}

Stream stream_of(Random& random, const Tunnel& tunnel) {
  const uint32_t length = tunnel.starts[0] + static_cast<uint32_t>(random.between(50, 90));
  Stream s = plain_stream(0, length);
  if (random.chance(2)) add_lengths(s, {length + 7});
  if (random.chance(2)) sign(s, tunnel.starts[0] + 20);
  for (uint32_t start : tunnel.starts) {
    if (random.chance(3)) continue;
    s.fields.push_back(random_field(random, start, static_cast<uint32_t>(random.between(1, 8))));
    s.fields.back().sums = sums_of(tunnel, 0, start + s.fields.back().bytes - 1);
  }
  for (Template& t : s.templates) {
    for (const Field& f : s.fields) std::fill_n(&t.bytes[f.offset], f.bytes, 0);
    for (size_t i = 0; i < tunnel.starts.size(); i++) std::fill_n(&t.bytes[tunnel.at(i)], tunnel.width(i), 0);
    for (size_t i = 0; i < tunnel.starts.size(); i++) {
      const Bytes covered(t.bytes.begin() + tunnel.starts[i], t.bytes.end());
      const uint32_t base = tunnel.crc[i] ? 0 : static_cast<uint16_t>(~rfc1071(covered));
      t.sites.push_back({tunnel.at(i), base, random.chance(2), tunnel.bad[i], tunnel.crc[i], tunnel.starts[i],
                         static_cast<uint32_t>(t.bytes.size()),
                         sums_of(tunnel, i + 1, tunnel.at(i) + tunnel.width(i) - 1)});
      t.sites.back().zero_is_ones = s.templates[0].sites[i].zero_is_ones;
    }
  }
  return s;
}

void check_site(const Tunnel& tunnel, size_t i, const Bytes& frame, bool zero_is_ones) {
  Bytes covered(frame.begin() + tunnel.starts[i], frame.end());
  std::fill_n(&covered[8], tunnel.width(i), 0);
  const uint32_t sum = rfc1071(covered);
  const uint32_t right = tunnel.crc[i] ? slow_crc(covered) : sum == 0 && zero_is_ones ? 0xffff : sum;
  const uint8_t* at = &frame[tunnel.at(i)];
  const uint32_t sent = tunnel.crc[i] ? get32(at) : get16(at);
  if (!tunnel.bad[i]) {
    CHECK_EQ(sent, right);
    return;
  }
  CHECK(sent != right && sent != 0);
  CHECK(tunnel.crc[i] || sent % 0xffff != right % 0xffff);  // 0 and 0xffff are the same to a receiver
}

TEST(nested_checksums_are_right_and_wrong_ones_are_wrong) {
  Random random{20};
  for (uint64_t round = 0; round < 3000 / kSlowdown; round++) {
    const Tunnel tunnel = random_tunnel(random);
    const Stream stream = stream_of(random, tunnel);
    const Plan plan = decoded(plan_of({stream}, 3, 1));
    const uint64_t first = random.next() >> 30;
    // A CRC covers the signature, so that one renders again over a frame that holds it.
    Painter painter(plan, 0, random.chance(2) ? choose_render() : render_portable());
    if (stream.is_signed) painter.paint_stamped(first, 33, round);
    for (auto frame : painter.paint(first, 33))
      for (size_t i = 0; i < tunnel.starts.size(); i++)
        check_site(tunnel, i, {frame.begin(), frame.end()}, stream.templates[0].sites[i].zero_is_ones);
  }
}

TEST(nested_checksums_that_nothing_reaches_are_finished_in_the_template) {
  Random random{21};
  for (int round = 0; round < 200; round++) {
    const Tunnel tunnel = random_tunnel(random);
    Stream stream = stream_of(random, tunnel);
    if (stream.is_signed || !stream.fields.empty()) continue;
    const Plan plan = decoded(plan_of({stream}));
    CHECK(!plan.streams[0].has_crc && plan.streams[0].templates[0].sites.empty());
    for (size_t i = 0; i < tunnel.starts.size(); i++)
      check_site(tunnel, i, plan.streams[0].templates[0].bytes, stream.templates[0].sites[i].zero_is_ones);
  }
}

TEST(spoilt_checksums_are_never_right_and_never_none) {
  for (uint32_t right = 0; right <= 0xffff; right++) {
    const uint32_t sent = spoil(right);
    CHECK(sent != 0 && sent <= 0xffff && sent % 0xffff != right % 0xffff);
  }
  CHECK_EQ(spoil(0xffffffff), 0xfffffffeu);
}

TEST(crc32c_gives_the_numbers_of_the_standards) {
  const Bytes digits{'1', '2', '3', '4', '5', '6', '7', '8', '9'};
  CHECK_EQ(~crc32c_table(~0u, digits.data(), 9), 0xe3069283u);
  const Bytes zeros(32, 0), ones(32, 0xff);  // RFC 3720 appendix B.4
  CHECK_EQ(crc32c(zeros.data(), 32, 0), 0xaa36918au);
  CHECK_EQ(~crc32c_table(~0u, ones.data(), 32), 0x62a8ab43u);
}

TEST(crc32c_is_the_same_with_and_without_the_instruction) {
  Random random{22};
  for (int round = 0; round < 300; round++) {
    Bytes bytes(random.between(4, 300));
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(random.next());
    const uint32_t hole = static_cast<uint32_t>(random.between(0, bytes.size() - 4));
    const uint32_t fast = crc32c(bytes.data(), static_cast<uint32_t>(bytes.size()), hole);
    std::fill_n(&bytes[hole], 4, 0);
    CHECK_EQ(fast, slow_crc(bytes));
    CHECK_EQ(fast, __builtin_bswap32(~crc32c_table(~0u, bytes.data(), static_cast<uint32_t>(bytes.size()))));
  }
}

}  // namespace
}  // namespace nmgen::test
