// How much memory can be taken, as the machine and its control groups say.

#include "../memory.h"

#include <unistd.h>

#include <fstream>

#include "test.h"

namespace nmgen::test {
namespace {

namespace fs = std::filesystem;
constexpr uint64_t kMebibyte = 1 << 20;

struct Machine {
  Machine() {
    char name[] = "/tmp/nmgen-memory-XXXXXX";
    root = mkdtemp(name);
    put("proc/meminfo", "MemTotal:  9216 kB\nMemAvailable:  8192 kB\nHugePages_Total:  0\n");
  }
  ~Machine() { fs::remove_all(root); }
  void put(const fs::path& file, const std::string& text) const {
    fs::create_directories((root / file).parent_path());
    std::ofstream(root / file) << text;
  }
  uint64_t available() const { return available_memory(root); }
  fs::path root;
};

TEST(memory_is_what_the_machine_has_where_no_group_limits_it) {
  const Machine machine;
  CHECK_EQ(machine.available(), 8 * kMebibyte);
  machine.put("proc/self/cgroup", "0::/a\n");
  machine.put("sys/fs/cgroup/a/memory.max", "max\n");
  machine.put("sys/fs/cgroup/a/memory.current", "4096\n");
  CHECK_EQ(machine.available(), 8 * kMebibyte);
  machine.put("proc/meminfo", "");
  CHECK(machine.available() > uint64_t{1} << 50);
}

TEST(memory_is_what_the_tightest_group_leaves_but_for_its_cache) {
  const Machine machine;
  machine.put("proc/self/cgroup", "1:cpu:/\n0::/a/b\n");
  machine.put("sys/fs/cgroup/a/memory.max", "4194304\n");
  machine.put("sys/fs/cgroup/a/memory.current", "3145728\n");
  machine.put("sys/fs/cgroup/a/memory.stat", "anon 1048576\nfile 2097152\n");
  machine.put("sys/fs/cgroup/a/b/memory.max", "6291456\n");
  machine.put("sys/fs/cgroup/a/b/memory.current", "1048576\n");
  CHECK_EQ(machine.available(), 3 * kMebibyte);
  machine.put("sys/fs/cgroup/a/b/memory.max", "524288\n");
  CHECK_EQ(machine.available(), 0u);
}

// Inside a container without a cgroup namespace, the path is one of the host, and only the root is to be seen.
TEST(memory_is_limited_by_the_groups_of_the_first_version_too) {
  const Machine machine;
  machine.put("proc/self/cgroup", "8:memory:/docker/abc\n0::/\n");
  machine.put("sys/fs/cgroup/memory/memory.limit_in_bytes", "5242880\n");
  machine.put("sys/fs/cgroup/memory/memory.usage_in_bytes", "2097152\n");
  machine.put("sys/fs/cgroup/memory/memory.stat", "cache 1\ntotal_cache 1048576\n");
  CHECK_EQ(machine.available(), 4 * kMebibyte);
}

TEST(memory_beyond_what_there_is_is_refused) { CHECK(map_memory(size_t{1} << 50) == nullptr); }

}  // namespace
}  // namespace nmgen::test
