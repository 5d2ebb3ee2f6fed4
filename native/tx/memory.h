#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

// Memory for rings and frames: all of it is taken before the first packet.
namespace nmgen {

// Bytes that can be taken now, caches of files given up for them: what the machine and each control group of this
// process have left. The largest number where nothing says. `root`: tests bring their own.
uint64_t available_memory(const std::filesystem::path& root = "/");

// Pages of our own, all there already; null where there is no room for them. It is asked for first: beyond the limit of
// a control group the kernel gives an address all the same, and kills the process when its pages are touched.
void* map_memory(size_t bytes);

}  // namespace nmgen
