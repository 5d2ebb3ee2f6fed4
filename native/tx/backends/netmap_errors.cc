#include "netmap_errors.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include "netmap_bind.h"

#ifdef __linux__
#include <sys/utsname.h>
#endif

namespace nmgen::netmap {
namespace {

std::string parameter(const std::string& name, const std::string& value) {
#ifdef __linux__
  return "echo " + value + " > /sys/module/netmap/parameters/" + name;
#else
  return "sysctl dev.netmap." + name + "=" + value;
#endif
}

// A module of this name in the running kernel's folder: modprobe would find it.
bool is_installed() {
#ifdef __linux__
  utsname kernel{};
  if (uname(&kernel) != 0) return false;
  std::ifstream list(std::string("/lib/modules/") + kernel.release + "/modules.dep");
  for (std::string line; std::getline(list, line);)
    if (line.find("/netmap.ko") != std::string::npos) return true;
  return false;
#else
  return true;  // part of the system
#endif
}

std::string how_to_load() {
#ifdef __linux__
  if (is_installed()) return "modprobe netmap";
  return "build the module for this kernel from github.com/luigirizzo/netmap (it is not part of Linux), then: insmod "
         "netmap.ko";
#else
  return "kldload netmap, or add `device netmap` to the kernel's configuration";
#endif
}

std::optional<PortInfo> ask(int fd, const std::string& port) {
  PortInfo info{};
  Header header{};
  header.nr_version = kApi;
  header.nr_reqtype = kPortInfoGet;
  header.nr_body = reinterpret_cast<uintptr_t>(&info);
  port.copy(header.nr_name, sizeof header.nr_name - 1);
  if (ioctl(fd, kNiocCtrl, &header) == 0) return info;
  Legacy request{};
  request.nr_version = kApi;
  port.copy(request.nr_name, sizeof request.nr_name - 1);
  if (ioctl(fd, kNiocGInfo, &request) != 0) return std::nullopt;
  info = {};
  info.nr_tx_slots = request.nr_tx_slots, info.nr_rx_slots = request.nr_rx_slots;
  info.nr_tx_rings = request.nr_tx_rings, info.nr_rx_rings = request.nr_rx_rings;
  info.nr_host_tx_rings = info.nr_host_rx_rings = 1;
  return info;
}

std::string rings(uint32_t count, const char* kind) {
  if (count == 0) return std::string("no ") + kind + " rings";
  if (count == 1) return std::string("one ") + kind + " ring, 0";
  return std::to_string(count) + " " + kind + " rings, 0 to " + std::to_string(count - 1);
}

// EINVAL means many things; what the port has tells which.
Failure invalid(const Wanted& wanted, int fd) {
  const auto info = ask(fd, wanted.port);
  const bool receives = wanted.flags & kRxRingsOnly;
  if (!info)
    return {"netmap-refused", "netmap does not take a request of API " + std::to_string(kApi),
            "load a netmap module of 2018 or later"};
  const uint32_t nic = receives ? info->nr_rx_rings : info->nr_tx_rings;
  const uint32_t host = receives ? info->nr_host_rx_rings : info->nr_host_tx_rings;
  if (const uint32_t there = wanted.host ? host : nic; wanted.ring >= there)
    return {"no-ring",
            "`" + wanted.port + "` has " +
                rings(there, wanted.host ? "host"
                             : receives  ? "RX"
                                         : "TX") +
                "; not " + std::to_string(wanted.ring),
            there ? "name one of them, or ask for fewer queues" : "leave out `^`"};
  if (wanted.memory)
    return {"no-memory-region", "there is no memory region " + std::to_string(wanted.memory) + " for this port",
            "leave out `@" + std::to_string(wanted.memory) + "`"};
  return {"netmap-refused",
          "netmap refuses `" + wanted.port + "`: mostly because its MTU is above the size of netmap's buffers",
          "ip link set dev " + wanted.port + " mtu 1500, or larger buffers (" + parameter("buf_size", "9216") +
              "); the kernel's log says more (dmesg)"};
}

Failure no_memory(const Wanted& wanted, int fd) {
  const auto info = ask(fd, wanted.port);
  const uint32_t slots = info ? std::max(info->nr_tx_slots, info->nr_rx_slots) : 1024;
  const uint32_t count = info ? info->nr_tx_rings + info->nr_rx_rings + 2u : 4u;
  const uint64_t ring_bytes = sizeof(Ring) + uint64_t{slots} * sizeof(Slot);
  return {"netmap-no-memory",
          "netmap's memory has no room for " + std::to_string(count) + " rings of " + std::to_string(slots) +
              " slots (" + std::to_string(ring_bytes) + " bytes a ring) and their buffers",
          "fewer queues or slots, or more of it before the first port is opened: " +
              parameter("ring_size", std::to_string(ring_bytes)) + "; ring_num and buf_num likewise"};
}

}  // namespace

Failure cannot_open(int error) {
  const std::string path = kDevicePath;
  if (error == ENOENT || error == ENXIO || error == ENODEV)
    return {"netmap-missing", "there is no " + path + ": the netmap module is not loaded", how_to_load()};
  if (error == EACCES || error == EPERM)
    return {"no-permission", path + " may not be opened by this user", "run as root (sudo)"};
  return {"netmap-failed", path + " does not open: " + strerror(error), "the kernel's log says more (dmesg)"};
}

Failure cannot_register(int error, const Wanted& wanted, int fd) {
  const std::string port = "`" + wanted.port + "`";
  switch (error) {
    case ENXIO:
      return {"no-interface", "netmap knows no port " + port,
              "`ip -br link` lists the interfaces; VALE ports are vale0:1 and the like, pipes p{1 and p}1"};
    case EBUSY:
      return {"device-in-use",
              "ring " + std::to_string(wanted.ring) + " of " + port +
                  " is in use by another program, or the port is attached to a VALE switch",
              "end that program (`fuser -v /dev/netmap` names it); shared=yes opens the ring beside it"};
    case EINVAL:
      return invalid(wanted, fd);
    case ENOMEM:
      return no_memory(wanted, fd);
    case EOPNOTSUPP:
      return {"no-native-driver",
              "the driver of " + port + " does not know netmap, and the emulation is switched off (admode=1)",
              parameter("admode", "0") + ", or load the driver that netmap has patched"};
    case EIO:
      return {"virtio-header", port + " carries virtio-net headers before its frames, which nmgen does not write",
              "open it without them: the program behind it sets the length of its header to 0"};
    case EPERM:
    case EACCES:
      return {"no-permission", port + " may not be opened by this user", "run as root (sudo)"};
    default:
      return {"netmap-failed", "netmap does not open " + port + ": " + strerror(error),
              "the kernel's log says more (dmesg)"};
  }
}

Failure cannot_map(int error, uint64_t bytes) {
  return {"netmap-no-memory",
          "netmap's memory of " + std::to_string(bytes >> 20) + " MiB cannot be mapped: " + strerror(error),
          "a smaller region (" + parameter("buf_num", "16384") + " before the first port is opened)"};
}

Failure cannot_sync(int error, const std::string& port) {
  if (error == ENXIO)
    return {"interface-lost", "`" + port + "` is gone: it was removed, or its driver unloaded",
            "what was counted until then is in the result"};
  return {"device-failed", "netmap has stopped `" + port + "`: " + strerror(error),
          "is the interface up (`ip -br link`)? The kernel's log says more (dmesg)"};
}

Failure broken(const std::string& what) {
  return {"ring-broken", "netmap's shared memory is not as it should be: " + what,
          "another program that has the port open may have written into it"};
}

}  // namespace nmgen::netmap
