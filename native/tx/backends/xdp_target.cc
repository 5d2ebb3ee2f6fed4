#include "xdp_target.h"

#ifdef NMGEN_XDP

#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "netdev_driver.h"
#include "xdp_program.h"

namespace nmgen::xdp {
namespace {

// linux/netdev.h came with Linux 6.3.
constexpr uint8_t kDeviceGet = 1;                     // NETDEV_CMD_DEV_GET
constexpr uint16_t kDeviceIndex = 1, kDeviceXdp = 3;  // NETDEV_A_DEV_IFINDEX, NETDEV_A_DEV_XDP_FEATURES
constexpr uint64_t kTakesFrames = 4;                  // NETDEV_XDP_ACT_NDO_XMIT
constexpr const char* kFamily = "netdev";

// A generic netlink socket that asks a question at a time.
class Questions {
 public:
  Questions() : socket_(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC)) {}
  // Of the answer, the attribute that is wanted; nullopt: there is none.
  template <typename T>
  std::optional<T> ask(uint16_t family, uint8_t command, uint16_t key, const void* value, size_t bytes,
                       uint16_t wanted);

 private:
  Handle socket_;
};

template <typename T>
std::optional<T> Questions::ask(uint16_t family, uint8_t command, uint16_t key, const void* value, size_t bytes,
                                uint16_t wanted) {
  struct {
    nlmsghdr header;
    genlmsghdr generic;
    nlattr attribute;
    char value[16];
  } question{};
  question.header.nlmsg_len = static_cast<uint32_t>(NLMSG_LENGTH(GENL_HDRLEN) + NLA_ALIGN(NLA_HDRLEN + bytes));
  question.header.nlmsg_type = family;
  question.header.nlmsg_flags = NLM_F_REQUEST;
  question.generic = {.cmd = command, .version = 1, .reserved = 0};
  question.attribute = {.nla_len = static_cast<uint16_t>(NLA_HDRLEN + bytes), .nla_type = key};
  std::memcpy(question.value, value, bytes);
  alignas(nlmsghdr) char answer[8192];
  if (send(socket_.get(), &question, question.header.nlmsg_len, 0) < 0) return std::nullopt;
  const ssize_t got = recv(socket_.get(), answer, sizeof answer, 0);
  const auto* header = reinterpret_cast<const nlmsghdr*>(answer);
  if (got <= 0 || !NLMSG_OK(header, static_cast<size_t>(got)) || header->nlmsg_type != family) return std::nullopt;
  for (size_t at = NLMSG_LENGTH(GENL_HDRLEN); at + NLA_HDRLEN <= header->nlmsg_len;) {
    nlattr attribute;
    std::memcpy(&attribute, answer + at, sizeof attribute);
    if (attribute.nla_len < NLA_HDRLEN || at + attribute.nla_len > header->nlmsg_len) break;
    T found{};
    std::memcpy(&found, answer + at + NLA_HDRLEN, std::min(sizeof found, size_t{attribute.nla_len} - NLA_HDRLEN));
    if ((attribute.nla_type & NLA_TYPE_MASK) == wanted) return found;
    at += NLA_ALIGN(attribute.nla_len);
  }
  return std::nullopt;
}

std::string peer_command(const netdev::Netdev& device) {
  char name[IF_NAMESIZE];
  if (device.peer_is_here && if_indextoname(static_cast<uint32_t>(device.peer), name))
    return std::string("ethtool -K ") + name + " gro on";
  return "in the namespace of its other end, PEER: ip netns exec NAMESPACE ethtool -K PEER gro on";
}

}  // namespace

std::optional<uint64_t> features(int index) {
  Questions questions;
  const auto family = questions.ask<uint16_t>(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_NAME, kFamily,
                                              std::strlen(kFamily) + 1, CTRL_ATTR_FAMILY_ID);
  if (!family) return std::nullopt;
  return questions.ask<uint64_t>(*family, kDeviceGet, kDeviceIndex, &index, sizeof(uint32_t), kDeviceXdp);
}

std::optional<Failure> whether_it_takes_frames(const netdev::Netdev& device) {
  const auto has = features(device.index);
  if (!has || *has & kTakesFrames) return std::nullopt;
  return takes_no_frames(device);
}

Failure takes_no_frames(const netdev::Netdev& device) {
  const std::string driver = netdev::driver(device.name);
  const std::string why = "`" + device.name + "` takes no frames from XDP programs";
  if (driver == "veth")
    return {"no-redirect", why + ": its other end has neither GRO nor an XDP program", peer_command(device)};
  return {"no-redirect", why + ": its driver (" + driver + ") cannot, or only while one is on the interface",
          "use afxdp:" + device.name + ", or with xdp-tools: xdp-filter load -m native " + device.name};
}

}  // namespace nmgen::xdp

#endif
