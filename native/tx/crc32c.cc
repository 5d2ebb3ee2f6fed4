#include "crc32c.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace nmgen {
namespace {

constexpr uint32_t kPolynomial = 0x82f63b78;  // 0x1edc6f41 with its bits reversed

constexpr std::array<uint32_t, 256> make_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; bit++) crc = crc >> 1 ^ (crc & 1 ? kPolynomial : 0);
    table[i] = crc;
  }
  return table;
}

constexpr std::array<uint32_t, 256> kTable = make_table();

using Update = uint32_t (*)(uint32_t crc, const uint8_t* bytes, uint32_t length);

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) uint32_t crc32c_sse42(uint32_t crc, const uint8_t* bytes, uint32_t length) {
  uint64_t wide = crc;
  for (; length >= 8; bytes += 8, length -= 8) {
    uint64_t word;
    std::memcpy(&word, bytes, sizeof word);
    wide = _mm_crc32_u64(wide, word);
  }
  crc = static_cast<uint32_t>(wide);
  for (; length > 0; bytes++, length--) crc = _mm_crc32_u8(crc, *bytes);
  return crc;
}
#endif

Update choose() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return crc32c_sse42;
#endif
  return crc32c_table;
}

}  // namespace

uint32_t crc32c_table(uint32_t crc, const uint8_t* bytes, uint32_t length) {
  for (; length > 0; bytes++, length--) crc = crc >> 8 ^ kTable[(crc ^ *bytes) & 0xff];
  return crc;
}

uint32_t crc32c(const uint8_t* bytes, uint32_t length, uint32_t hole) {
  static const Update update = choose();
  static constexpr uint8_t kZeros[4] = {};
  uint32_t crc = update(~0u, bytes, hole);
  crc = update(crc, kZeros, sizeof kZeros);
  crc = ~update(crc, bytes + hole + 4, length - hole - 4);
  return __builtin_bswap32(crc);  // RFC 9260 appendix A sends the least significant byte first
}

}  // namespace nmgen
