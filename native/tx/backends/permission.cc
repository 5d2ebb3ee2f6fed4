#include "permission.h"

#include <linux/capability.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace nmgen {
namespace {

const char* capability_name(int capability) {
  switch (capability) {
    case CAP_NET_RAW:
      return "NET_RAW";
    case CAP_NET_ADMIN:
      return "NET_ADMIN";
    case CAP_BPF:
      return "BPF";
    case CAP_PERFMON:
      return "PERFMON";
    default:
      return "SYS_ADMIN";
  }
}

}  // namespace

bool has_capability(int capability) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("CapEff:")) return std::stoull(line.substr(7), nullptr, 16) >> capability & 1;
  return geteuid() == 0;
}

std::optional<Failure> no_permission(const char* what, std::initializer_list<int> capabilities) {
  if (std::ranges::all_of(capabilities, has_capability)) return std::nullopt;
  std::string names, added;
  for (const int capability : capabilities) {
    const std::string name = capability_name(capability);
    names += (names.empty() ? "CAP_" : " and CAP_") + name;
    added += (added.empty() ? "" : ",") + name;
  }
  return Failure{"no-permission", std::string(what) + " need " + names,
                 "run as root (sudo), or in a container with --cap-add " + added};
}

}  // namespace nmgen
