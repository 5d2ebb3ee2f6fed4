#ifdef NMGEN_DPDK

#include "dpdk_eal.h"

#include <fcntl.h>
#include <pthread.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>
#include <rte_version.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <regex>

#include "../log.h"

namespace nmgen::dpdk {
namespace {

std::mutex mutex;
bool running = false;
std::optional<Failure> broken;  // the EAL keeps half of a failed start: it cannot be tried twice
bool with_pci = false;

ssize_t write_log(void*, const char* text, size_t bytes) {
  log_append({text, bytes});
  return static_cast<ssize_t>(bytes);
}

FILE* log_stream() {
  cookie_io_functions_t functions{.read = nullptr, .write = write_log, .seek = nullptr, .close = nullptr};
  FILE* stream = fopencookie(nullptr, "w", functions);
  if (stream) setvbuf(stream, nullptr, _IOLBF, 0);
  return stream;
}

std::vector<std::string> eal_arguments(const std::vector<std::string>& devices, const std::vector<std::string>& more) {
  // The EAL pins the calling thread to its first lcore: name the CPU that we are on, and undo it afterwards.
  std::vector<std::string> list{"nmgen", "--lcores", "0@" + std::to_string(std::max(sched_getcpu(), 0)),
                                "--no-telemetry"};
  // Nothing is left behind on a file system either way. Without hugepages: one gigabyte of address space, of
  // which pages are only taken when they are touched (22.11 refuses --in-memory there).
  if (free_hugepage_bytes() > 0)
    list.push_back("--in-memory");
  else
    list.insert(list.end(), {"--no-huge", "--no-shconf", "-m", "1024", "--iova-mode=va"});
  with_pci = std::ranges::any_of(devices, is_pci);
  if (!with_pci) list.push_back("--no-pci");
  for (const std::string& device : devices)
    if (is_pci(device)) list.insert(list.end(), {"-a", device.substr(0, device.find(','))});
  list.insert(list.end(), more.begin(), more.end());
  return list;
}

int init(std::vector<std::string> arguments) {
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  cpu_set_t before;
  const bool known = pthread_getaffinity_np(pthread_self(), sizeof before, &before) == 0;
  rte_openlog_stream(log_stream());
  int result;
  {
    Silence silence;
    result = rte_eal_init(static_cast<int>(argv.size()), argv.data());
  }
  if (known) pthread_setaffinity_np(pthread_self(), sizeof before, &before);
  return result;
}

}  // namespace

Silence::Silence() : file_(memfd_create("nmgen-eal", MFD_CLOEXEC)) {
  if (file_ < 0) return;
  fflush(nullptr);
  for (int fd : {1, 2}) saved_[fd - 1] = dup(fd), dup2(file_, fd);
}

Silence::~Silence() {
  if (file_ < 0) return;
  fflush(nullptr);
  for (int fd : {1, 2}) dup2(saved_[fd - 1], fd), ::close(saved_[fd - 1]);
  std::string text(static_cast<size_t>(std::max<off_t>(lseek(file_, 0, SEEK_END), 0)), '\0');
  if (pread(file_, text.data(), text.size(), 0) > 0) log_append(text);
  ::close(file_);
}

uint64_t free_hugepage_bytes() {
  uint64_t bytes = 0;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator("/sys/kernel/mm/hugepages", none)) {
    uint64_t pages = 0, kilobytes = 0;
    std::ifstream(entry.path() / "free_hugepages") >> pages;
    if (sscanf(entry.path().filename().c_str(), "hugepages-%lukB", &kilobytes) == 1) bytes += pages * kilobytes * 1024;
  }
  return bytes;
}

Failure no_memory(const std::string& what) {
  if (!rte_eal_has_hugepages())
    return {"no-memory", "DPDK has no memory for " + what,
            "give it more by the EAL argument -m, or reserve hugepages: sysctl -w vm.nr_hugepages=512"};
  return {
      "no-hugepages",
      "there are too few hugepages for " + what + ": " + std::to_string(free_hugepage_bytes() >> 20) + " MiB are free",
      "reserve more: sysctl -w vm.nr_hugepages=512"};
}

bool is_pci(const std::string& device) {
  static const std::regex address("([0-9a-fA-F]{4}:)?[0-9a-fA-F]{2}:[0-9a-fA-F]{2}\\.[0-7](,.*)?");
  return std::regex_match(device, address);
}

std::optional<Failure> start_eal(const std::vector<std::string>& devices, const std::vector<std::string>& arguments) {
  std::scoped_lock lock(mutex);
  const bool pci = std::ranges::any_of(devices, is_pci);
  if (running && pci && !with_pci)
    return Failure{"eal-without-pci", "DPDK was started without PCI devices and cannot add them now",
                   "open all devices in one run"};
  if (running || broken) return broken;
  if (pci && free_hugepage_bytes() == 0)
    return Failure{"no-hugepages", "a PCI device needs hugepages and none is free",
                   "reserve some: sysctl -w vm.nr_hugepages=512"};
  if (init(eal_arguments(devices, arguments)) >= 0) {
    running = true;
    return std::nullopt;
  }
  broken = rte_errno == ENOMEM ? no_memory("its own start")
                               : Failure{"eal-failed", "DPDK does not start: " + log_reason("'command line'"),
                                         "check the EAL arguments; `nmgen doctor` shows hugepages and permissions, "
                                         "NMGEN_LOG=debug all that DPDK said"};
  return broken;
}

}  // namespace nmgen::dpdk

#endif
