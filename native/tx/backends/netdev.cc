#include "netdev.h"

#include <linux/capability.h>
#include <linux/ethtool.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>

#include "../clock.h"

namespace nmgen::netdev {
namespace {

constexpr const char* kDown = "link-down";
constexpr uint64_t kLookEveryNs = 10'000'000;
constexpr uint32_t kEthernetHeader = 14, kFcsBytes = 4;

struct Descriptor {
  explicit Descriptor(int fd) : fd(fd) {}
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int fd;
};

// RTM_GETLINK by name, rtnetlink(7): one answer tells all that Netdev holds.
bool ask(int fd, const std::string& name) {
  struct {
    nlmsghdr header;
    ifinfomsg info;
    char attributes[RTA_SPACE(IFNAMSIZ)];
  } request{};
  request.header = {.nlmsg_len = static_cast<uint32_t>(NLMSG_LENGTH(sizeof request.info) + RTA_LENGTH(name.size() + 1)),
                    .nlmsg_type = RTM_GETLINK,
                    .nlmsg_flags = NLM_F_REQUEST,
                    .nlmsg_seq = 1,
                    .nlmsg_pid = 0};
  auto* attribute = reinterpret_cast<rtattr*>(request.attributes);
  attribute->rta_type = IFLA_IFNAME;
  attribute->rta_len = static_cast<uint16_t>(RTA_LENGTH(name.size() + 1));
  std::memcpy(RTA_DATA(attribute), name.c_str(), name.size() + 1);
  return send(fd, &request, request.header.nlmsg_len, 0) >= 0;
}

std::string mac_text(const uint8_t* at, size_t bytes) {
  std::string text;
  char part[4];
  for (size_t i = 0; i < bytes; i++) {
    snprintf(part, sizeof part, i ? ":%02x" : "%02x", at[i]);
    text += part;
  }
  return text;
}

template <typename T>
void take(T& value, const rtattr* attribute) {
  std::memcpy(&value, RTA_DATA(attribute), std::min(sizeof value, size_t{RTA_PAYLOAD(attribute)}));
}

void take(Netdev& device, const rtattr* attribute) {
  switch (attribute->rta_type) {
    case IFLA_MTU:
      return take(device.mtu, attribute);
    case IFLA_STATS64:
      return take(device.stats, attribute);
    case IFLA_LINK:
      return take(device.peer, attribute);
    case IFLA_LINK_NETNSID:
      device.peer_is_here = false;
      return;
    case IFLA_ADDRESS:
      device.mac = mac_text(static_cast<const uint8_t*>(RTA_DATA(attribute)), RTA_PAYLOAD(attribute));
  }
}

// An ETHTOOL_* request (ethtool.h) that fills `data`; false where the driver does not answer.
template <typename T>
bool ethtool(const std::string& name, uint32_t command, T& data) {
  Descriptor socket{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  ifreq request{};
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  data.cmd = command;
  request.ifr_data = reinterpret_cast<char*>(&data);
  return socket.fd >= 0 && ioctl(socket.fd, SIOCETHTOOL, &request) == 0;
}

Failure gone(const std::string& name) {
  return {"interface-lost", "interface `" + name + "` is gone: it was removed, renamed or moved to another namespace",
          "what was counted until then is in the result"};
}

Failure down(const std::string& name, bool carrier) {
  const std::string why =
      carrier ? "the link of `" + name + "` is down: nobody is at its other end" : "interface `" + name + "` is down";
  return {kDown, why,
          carrier ? "connect its other end and set it up; `ip -br link` shows LOWER_UP then"
                  : "ip link set dev " + name + " up"};
}

Failure too_long(const Netdev& device, uint32_t bytes) {
  const uint32_t mtu = bytes - kEthernetHeader;
  return {"frame-too-long",
          "frames of " + std::to_string(bytes + kFcsBytes) + " B do not fit through `" + device.name +
              "`, whose MTU is " + std::to_string(device.mtu),
          "ip link set dev " + device.name + " mtu " + std::to_string(mtu) +
              " (and at its other end), or send shorter ones"};
}

}  // namespace

uint32_t Netdev::max_frame() const { return std::min(mtu + kEthernetHeader + kVlanBytes, kMaxFrame); }

std::optional<Netdev> read(const std::string& name) {
  if (name.empty() || name.size() >= IFNAMSIZ) return std::nullopt;
  Descriptor socket{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)};
  if (socket.fd < 0 || !ask(socket.fd, name)) return std::nullopt;
  alignas(nlmsghdr) char answer[16384];
  const ssize_t bytes = recv(socket.fd, answer, sizeof answer, 0);
  const auto* header = reinterpret_cast<const nlmsghdr*>(answer);
  if (bytes <= 0 || !NLMSG_OK(header, static_cast<size_t>(bytes)) || header->nlmsg_type != RTM_NEWLINK)
    return std::nullopt;
  const auto* info = static_cast<const ifinfomsg*>(NLMSG_DATA(header));
  Netdev device{.name = name, .index = info->ifi_index, .flags = info->ifi_flags, .type = info->ifi_type, .mac = {}};
  size_t left = IFLA_PAYLOAD(header);
  for (const rtattr* at = IFLA_RTA(info); RTA_OK(at, left); at = RTA_NEXT(at, left)) take(device, at);
  return device;
}

Expected<Netdev> find(const std::string& name, const char* backend, const OpenRequest& request) {
  const auto device = read(name);
  if (!device)
    return Failure{"no-interface", "there is no network interface `" + name + "`",
                   "`ip -br link` lists those there are"};
  if (device->type != ARPHRD_ETHER && device->type != ARPHRD_LOOPBACK)
    return Failure{"no-ethernet", "interface `" + name + "` carries no Ethernet frames",
                   std::string(backend) + ": needs an Ethernet interface; `ip link` names the kind of each"};
  if (!(device->flags & IFF_UP)) return down(name, false);
  if (request.tx_queues == 0) return *device;
  if (!(device->flags & IFF_RUNNING)) return down(name, true);
  if (request.max_frame > device->max_frame()) return too_long(*device, request.max_frame);
  return *device;
}

uint64_t link_bps(const std::string& name) {
  ethtool_drvinfo driver{};
  if (!ethtool(name, ETHTOOL_GDRVINFO, driver) || driver.bus_info[0] == '\0') return 0;
  ethtool_cmd link{};
  if (!ethtool(name, ETHTOOL_GSET, link)) return 0;
  const uint32_t mbps = ethtool_cmd_speed(&link);
  return mbps == static_cast<uint32_t>(SPEED_UNKNOWN) || mbps == 0xffff ? 0 : uint64_t{mbps} * 1'000'000;
}

std::string driver(const std::string& name) {
  ethtool_drvinfo driver{};
  return ethtool(name, ETHTOOL_GDRVINFO, driver) ? driver.driver : "unknown";
}

std::map<std::string, std::string> facts(const Netdev& device, bool receives) {
  std::map<std::string, std::string> facts{{"driver", driver(device.name)},
                                           {"interface", device.name},
                                           {"mac", device.mac},
                                           {"mtu", std::to_string(device.mtu)}};
  ethtool_value gro{};
  if (receives && ethtool(device.name, ETHTOOL_GGRO, gro))
    facts["gro"] = gro.data ? "on: may merge TCP frames (ethtool -K " + device.name + " gro off)" : "off";
  return facts;
}

uint32_t channels(const Netdev& device) {
  ethtool_channels channels{};
  if (!ethtool(device.name, ETHTOOL_GCHANNELS, channels)) return 1;
  return std::max(1u, channels.combined_count + std::max(channels.rx_count, channels.tx_count));
}

bool strips_vlan(const Netdev& device) {
  ethtool_value flags{};
  return ethtool(device.name, ETHTOOL_GFLAGS, flags) && (flags.data & ETH_FLAG_RXVLAN);
}

std::map<std::string, uint64_t> counters(const Netdev& device) {
  const auto now = read(device.name);
  if (!now || now->index != device.index) return {};
  const auto &a = device.stats, &b = now->stats;
  return {{"tx_packets", b.tx_packets - a.tx_packets},
          {"tx_dropped", b.tx_dropped - a.tx_dropped},
          {"tx_errors", b.tx_errors - a.tx_errors},
          {"rx_packets", b.rx_packets - a.rx_packets},
          {"rx_dropped", b.rx_dropped - a.rx_dropped},
          {"rx_errors", b.rx_errors - a.rx_errors},
          // The NIC had no buffer: the host was too slow (if_link.h). Backends add what their sockets missed.
          {"rx_missed", b.rx_missed_errors - a.rx_missed_errors}};
}

bool has_capability(int capability) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("CapEff:")) return std::stoull(line.substr(7), nullptr, 16) >> capability & 1;
  return geteuid() == 0;
}

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

Watch::~Watch() {
  if (socket_ >= 0) ::close(socket_);
}

std::optional<Failure> Watch::look() {
  const uint64_t now = now_ns();
  if (now < next_ns_) return std::nullopt;
  next_ns_ = now + kLookEveryNs;
  return look_now();
}

// What is being removed goes down first: what is down is looked at once more.
std::optional<Failure> Watch::look_now() {
  auto failure = state();
  for (int tries = 0; failure && failure->code == kDown && tries < 10; tries++) {
    usleep(5'000);
    failure = state();
  }
  return failure;
}

std::optional<Failure> Watch::state() {
  if (socket_ < 0) socket_ = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  name_.copy(request.ifr_name, IFNAMSIZ - 1);
  if (ioctl(socket_, SIOCGIFFLAGS, &request) != 0) return gone(name_);
  if (!(request.ifr_flags & IFF_UP)) return down(name_, false);
  if (sends_ && !(request.ifr_flags & IFF_RUNNING)) return down(name_, true);
  return std::nullopt;
}

}  // namespace nmgen::netdev
