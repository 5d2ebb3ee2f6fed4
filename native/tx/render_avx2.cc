// The same loops for CPUs with AVX2. Headers come before the pragma: an inline function of theirs compiled
// for AVX2 could be the copy that the linker keeps for everybody.
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <algorithm>

#include "abreast.h"
#include "checksum.h"
#include "crc32c.h"
#include "render.h"

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#pragma GCC target("avx2,bmi,bmi2")
#define NMGEN_AVX2 1
#endif

namespace nmgen {

#ifdef NMGEN_AVX2
#include "render_fields.inc"
RenderFields render_avx2() { return render_fields; }
RenderAbreast render_abreast_avx2() { return render_abreast; }
#else
// Other compilers take the portable loops; they are vectorised for the baseline instruction set.
RenderFields render_avx2() { return nullptr; }
RenderAbreast render_abreast_avx2() { return nullptr; }
#endif

}  // namespace nmgen
