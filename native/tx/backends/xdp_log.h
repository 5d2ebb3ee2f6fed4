#pragma once

// What libbpf and libxdp have to say goes into nmgen's log, whoever calls them: DPDK's net_af_xdp does so too.
#if defined(NMGEN_XDP)
#include <bpf/libbpf.h>
#include <xdp/libxdp.h>

#include "../log.h"
#endif

namespace nmgen {

inline void log_xdp() {
#if defined(NMGEN_XDP)
  libbpf_set_print([](libbpf_print_level, const char* format, va_list list) { return log_format(format, list); });
  libxdp_set_print([](libxdp_print_level, const char* format, va_list list) { return log_format(format, list); });
#endif
}

}  // namespace nmgen
