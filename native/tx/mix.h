#pragma once

#include <cstdint>

namespace nmgen {

// SplitMix64's step and finaliser (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA
// 2014; constants: Stafford's variant 13). Of a counter it makes a generator that can be read anywhere.
inline constexpr uint64_t kGamma = 0x9e3779b97f4a7c15;

// Always inlined, so that the loops of render_fields.inc are vectorised through it for their own instruction set.
[[gnu::always_inline]] inline uint64_t mix(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace nmgen
