#pragma once

#include <cstdint>

// A build that is slower on purpose: with -DNMGEN_BURDEN=N each packet costs N more instructions, so that it can be
// shown that `nmgen compare` finds such a build (bench/slower.mjs). In every other build there is nothing of it.
namespace nmgen {

#ifdef NMGEN_BURDEN
// One multiply-and-add a step. A packet's steps wait for each other and not for those of the packet before, as the work
// that it stands for: so it takes about its share of the time too.
inline void burden(uint32_t packets) {
  for (uint32_t p = 0; p < packets; p++) {
    uint64_t x = p;
#pragma GCC unroll 64
    for (int step = 0; step < NMGEN_BURDEN; step++) {
      x = x * 5 + 1;
      asm volatile("" : "+r"(x));  // or all steps would be folded into one
    }
  }
}
#else
inline void burden(uint32_t) {}
#endif

}  // namespace nmgen
