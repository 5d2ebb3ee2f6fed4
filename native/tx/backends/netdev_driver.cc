#include "netdev_driver.h"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>

#include "handle.h"

namespace nmgen::netdev {
namespace {

// An ETHTOOL_* request (ethtool.h) that fills `data`; false where the driver does not answer.
template <typename T>
bool ethtool(const std::string& name, uint32_t command, T& data) {
  const Handle socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  data.cmd = command;
  request.ifr_data = reinterpret_cast<char*>(&data);
  return socket && ioctl(socket.get(), SIOCETHTOOL, &request) == 0;
}

}  // namespace

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

uint32_t channels(const std::string& name) {
  ethtool_channels channels{};
  if (!ethtool(name, ETHTOOL_GCHANNELS, channels)) return 1;
  return std::max(1u, channels.combined_count + std::max(channels.rx_count, channels.tx_count));
}

bool strips_vlan(const std::string& name) {
  ethtool_value flags{};
  return ethtool(name, ETHTOOL_GFLAGS, flags) && (flags.data & ETH_FLAG_RXVLAN);
}

std::optional<bool> merges_tcp(const std::string& name) {
  ethtool_value gro{};
  if (!ethtool(name, ETHTOOL_GGRO, gro)) return std::nullopt;
  return gro.data != 0;
}

}  // namespace nmgen::netdev
