#include <algorithm>

#include "abreast.h"
#include "checksum.h"
#include "crc32c.h"
#include "render.h"

namespace nmgen {

#include "render_fields.inc"

RenderFields render_portable() { return render_fields; }
RenderAbreast render_abreast_portable() { return render_abreast; }

RenderFields choose_render() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && render_avx2()) return render_avx2();
#endif
  return render_portable();
}

RenderAbreast choose_render_abreast() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && render_abreast_avx2()) return render_abreast_avx2();
#endif
  return render_abreast_portable();
}

}  // namespace nmgen
