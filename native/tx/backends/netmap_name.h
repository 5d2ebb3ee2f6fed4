#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "../failure.h"

// What a netmap URI asks for. The kernel knows only the port's name; ring, host rings, flags and region behind it are
// the notation that netmap's own programs use, to which we add ranges: `eth3-2-5`.
namespace nmgen::netmap {

enum class Rings { kHardware, kHost, kBoth };

enum class PortKind { kInterface, kVale, kPipe };

struct Name {
  std::string port;  // `eth3`, `vale0:1`, `p{1`
  PortKind kind = PortKind::kInterface;
  Rings rings = Rings::kHardware;
  uint16_t first = 0, last = 0xffff;  // of those rings
  uint64_t monitors = 0;              // kMonitorTx | kMonitorRx: copies of another port's frames, to be received
  uint16_t memory = 0;                // number of the memory region, 0: the port's own
};

Expected<Name> parse_name(std::string_view text);

}  // namespace nmgen::netmap
