#include "memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <limits>
#include <string>

namespace nmgen {
namespace {

namespace fs = std::filesystem;
constexpr uint64_t kNoLimit = std::numeric_limits<uint64_t>::max();

// The number in a file; kNoLimit: there is none, or it says `max`.
uint64_t number_in(const fs::path& file) {
  uint64_t value = 0;
  return std::ifstream(file) >> value ? value : kNoLimit;
}

// Of `name value` on lines, as /proc/meminfo (`name:`) and memory.stat have them.
uint64_t row_in(const fs::path& file, const std::string& name, uint64_t otherwise) {
  std::ifstream in(file);
  for (std::string word; in >> word; in.ignore(kNoLimit >> 1, '\n')) {
    uint64_t value = 0;
    if (word == name && in >> value) return value;
  }
  return otherwise;
}

struct Names {
  const char *limit, *usage, *cache;
};
constexpr Names kV1{"memory.limit_in_bytes", "memory.usage_in_bytes", "total_cache"};
constexpr Names kV2{"memory.max", "memory.current", "file"};

uint64_t left_in(const fs::path& group, const Names& names) {
  const uint64_t limit = number_in(group / names.limit), usage = number_in(group / names.usage);
  if (limit == kNoLimit || usage == kNoLimit) return kNoLimit;
  const uint64_t held = usage - std::min(usage, row_in(group / "memory.stat", names.cache, 0));
  return limit - std::min(limit, held);
}

// Of the group and all above it. A container may see its own group as the root, and not the path by which others know
// it.
uint64_t left_up_from(const fs::path& mount, fs::path group, const Names& names) {
  uint64_t left = kNoLimit;
  for (group = group.relative_path();; group = group.parent_path()) {
    left = std::min(left, left_in(mount / group, names));
    if (group.empty()) return left;
  }
}

// cgroups(7): `0::PATH` is of the second version, `N:memory:PATH` of the first.
uint64_t left_in_groups(const fs::path& root) {
  const fs::path mount = root / "sys/fs/cgroup";
  uint64_t left = kNoLimit;
  std::ifstream groups(root / "proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == line.npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1), path = line.substr(second + 1);
    if (controllers.empty()) left = std::min(left, left_up_from(mount, path, kV2));
    if (controllers == "memory") left = std::min(left, left_up_from(mount / "memory", path, kV1));
  }
  return left;
}

}  // namespace

uint64_t available_memory(const fs::path& root) {
  const uint64_t kilobytes = row_in(root / "proc/meminfo", "MemAvailable:", kNoLimit >> 10);
  return std::min(kilobytes << 10, left_in_groups(root));
}

void* map_memory(size_t bytes) {
  if (bytes > available_memory()) {
    errno = ENOMEM;
    return nullptr;
  }
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  return memory == MAP_FAILED ? nullptr : memory;
}

}  // namespace nmgen
