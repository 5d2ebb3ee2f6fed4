#include "netdev.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>

#include "handle.h"
#include "netdev_driver.h"
#include "netdev_watch.h"

namespace nmgen::netdev {
namespace {

constexpr uint32_t kEthernetHeader = 14, kFcsBytes = 4;

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
  const Handle socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket || !ask(socket.get(), name)) return std::nullopt;
  alignas(nlmsghdr) char answer[16384];
  const ssize_t bytes = recv(socket.get(), answer, sizeof answer, 0);
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

std::map<std::string, std::string> facts(const Netdev& device, bool receives) {
  std::map<std::string, std::string> facts{{"driver", driver(device.name)},
                                           {"interface", device.name},
                                           {"mac", device.mac},
                                           {"mtu", std::to_string(device.mtu)}};
  if (const auto merges = receives ? merges_tcp(device.name) : std::nullopt)
    facts["gro"] = *merges ? "on: may merge TCP frames (ethtool -K " + device.name + " gro off)" : "off";
  return facts;
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

}  // namespace nmgen::netdev
