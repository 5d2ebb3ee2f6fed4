#include "netmap_link.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "../clock.h"

#ifdef __linux__
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>

#include "netdev_driver.h"
#endif

namespace nmgen::netmap {
namespace {

namespace fs = std::filesystem;

std::string line_of(const fs::path& file) {
  std::string line;
  std::getline(std::ifstream(file) >> std::ws, line);
  return line;
}

fs::path folder(const std::string& interface) { return "/sys/class/net/" + interface; }

// The module that drives it; empty: none that we can see.
std::string driver(const std::string& interface) {
  std::error_code none;
  return fs::read_symlink(folder(interface) / "device/driver", none).filename();
}

bool is_physical(const std::string& interface) {
  std::error_code none;
  return fs::exists(folder(interface) / "device", none);
}

}  // namespace

Link::Link(std::string interface) : interface_(std::move(interface)) {
#ifdef __linux__
  before_ = netdev::read(interface_);
#endif
}

Link::~Link() {
  if (socket_ >= 0) ::close(socket_);
}

std::optional<Failure> Link::wait_for_carrier(uint32_t ms) const {
  if (ms == 0 || !is_physical(interface_)) return std::nullopt;
  const uint64_t until = now_ns() + uint64_t{ms} * 1'000'000;
  while (line_of(folder(interface_) / "carrier") != "1") {
    if (now_ns() > until)
      return Failure{"link-down",
                     "the link of `" + interface_ + "` has not come up within " + std::to_string(ms) +
                         " ms after netmap opened it",
                     "connect its other end and set it up (ip link set dev " + interface_ +
                         " up); wait=MS waits longer, wait=0 not at all"};
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return std::nullopt;
}

void Link::see_everything() {
#ifdef __linux__
  packet_mreq request{};
  request.mr_ifindex = static_cast<int>(if_nametoindex(interface_.c_str()));
  request.mr_type = PACKET_MR_PROMISC;
  if (request.mr_ifindex == 0 || socket_ >= 0) return;
  socket_ = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);  // protocol 0: it receives nothing itself
  if (socket_ >= 0) setsockopt(socket_, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &request, sizeof request);
#endif
}

// A driver that netmap was patched into uses its module.
std::string Link::mode() const {
  std::error_code none;
  if (!fs::exists(folder(interface_), none)) return "";
  if (line_of("/sys/module/netmap/parameters/admode") == "2") return "emulated";
  const std::string name = driver(interface_);
  if (name.empty()) return "";
  return fs::exists("/sys/module/netmap/holders/" + name, none) ? "native" : "emulated";
}

bool Link::takes_fragments() const {
  static const std::set<std::string> whole_only{"virtio_net", "vmxnet3"};
  return mode() != "emulated" && !whole_only.contains(driver(interface_));
}

uint64_t Link::bps() const {
#ifdef __linux__
  return netdev::link_bps(interface_);
#else
  return 0;
#endif
}

std::map<std::string, std::string> Link::facts() const {
  std::map<std::string, std::string> facts;
#ifdef __linux__
  if (before_) facts = netdev::facts(*before_, socket_ >= 0);
  if (const auto driver = facts.extract("driver")) facts["interface_driver"] = driver.mapped();
#endif
  if (!mode().empty()) facts["mode"] = mode();
  return facts;
}

// The interface's own books; not ours, since some drivers do not count in netmap mode.
std::map<std::string, uint64_t> Link::counters() const {
  std::map<std::string, uint64_t> counters;
#ifdef __linux__
  if (!before_) return counters;
  for (const auto& [name, value] : netdev::counters(*before_)) counters["interface_" + name] = value;
#endif
  return counters;
}

}  // namespace nmgen::netmap
