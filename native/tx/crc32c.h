#pragma once

#include <cstdint>

// CRC32c (RFC 9260 appendix A; polynomial 0x1edc6f41, bits reversed), by the CPU's own instruction where it has one.
namespace nmgen {

// Over `length` bytes, of which the four from `hole` on count as zeros: the checksum's own place. The result is the
// number whose big-endian bytes stand in the frame.
uint32_t crc32c(const uint8_t* bytes, uint32_t length, uint32_t hole);

// Without the instruction, for CPUs that have none, and to hold the other one against.
uint32_t crc32c_table(uint32_t crc, const uint8_t* bytes, uint32_t length);

}  // namespace nmgen
