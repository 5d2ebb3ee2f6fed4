// dpdk: any device that DPDK has a driver for, physical or virtual (`net_null0`, `net_af_packet0,iface=eth3`).

namespace {
constexpr const char* kName = "dpdk";
constexpr const char* kDoc = "any device that DPDK has a driver for, physical or virtual";
}  // namespace

#ifdef NMGEN_DPDK

#include <linux/capability.h>
#include <net/if.h>
#include <rte_dev.h>
#include <rte_ethdev.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "../backend.h"
#include "dpdk_eal.h"
#include "dpdk_port.h"
#include "permission.h"
#include "xdp_log.h"

namespace nmgen {
namespace dpdk {
namespace {

// The URI's arguments that are ours; all others go to the driver.
struct Parsed {
  std::string device;
  std::vector<std::string> eal;
};

Parsed parse(const std::string& text) {
  Parsed parsed;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, ',');) {
    if (!part.starts_with("eal=")) {
      parsed.device += (parsed.device.empty() ? "" : ",") + part;
      continue;
    }
    std::ranges::replace(part, '+', ' ');
    std::istringstream words(part.substr(4));
    for (std::string word; words >> word;) parsed.eal.push_back(word);
  }
  return parsed;
}

// net_af_packet's own ring of 512 frames is over in 10 ms at 50 kpps, less than a busy machine keeps a thread
// waiting, and DPDK 22.11 does not report what the kernel dropped then: a deeper one where we receive.
void deepen_ring(std::string& device, uint32_t rx_queues) {
  if (rx_queues && device.starts_with("net_af_packet") && !device_arguments(device).contains("framecnt"))
    device += ",framecnt=8192";
}

std::optional<Failure> check_interface(const std::string& device) {
  const auto arguments = device_arguments(device);
  auto iface = arguments.find("iface");
  if (iface == arguments.end() || device.starts_with("net_tap")) return std::nullopt;  // a tap is created
  if (if_nametoindex(iface->second.c_str()) == 0)
    return Failure{"no-interface", "there is no network interface `" + iface->second + "`",
                   "`ip -br link` lists those there are"};
  if (!has_capability(CAP_NET_RAW))
    return Failure{"no-permission", "sending on `" + iface->second + "` needs CAP_NET_RAW", "run as root"};
  return std::nullopt;
}

// A PCI device belongs to one driver at a time, mostly still the kernel's.
std::optional<Failure> not_bound(const std::string& name) {
  std::error_code none;
  const std::filesystem::path folder = "/sys/bus/pci/devices/" + name;
  if (!is_pci(name) || !std::filesystem::exists(folder, none)) return std::nullopt;
  const std::string driver = std::filesystem::read_symlink(folder / "driver", none).filename();
  if (driver == "vfio-pci" || driver == "uio_pci_generic" || driver == "igb_uio") return std::nullopt;
  return Failure{"not-bound",
                 driver.empty() ? "no driver has `" + name + "`, and DPDK needs one that hands it over"
                                : "the kernel's driver `" + driver + "` has `" + name + "`",
                 "give it away: dpdk-devbind.py --bind=vfio-pci " + name + " (without an IOMMU: uio_pci_generic)"};
}

Expected<uint16_t> attach(const std::string& name, const std::string& device) {
  uint16_t id;
  if (rte_eth_dev_get_port_by_name(name.c_str(), &id) == 0) return id;  // at DPDK's start
  Silence silence;  // libbpf and libxdp below net_af_xdp know nothing of DPDK's log
  if (const int error = rte_dev_probe(device.c_str()); error < 0) {
    if (auto failure = not_bound(name)) return *failure;
    return failed("DPDK cannot open `" + device + "`", error);
  }
  if (rte_eth_dev_get_port_by_name(name.c_str(), &id) != 0)
    return failed("`" + name + "` is no network device", ENODEV);
  return id;
}

Expected<std::unique_ptr<Device>> open(const OpenRequest& request) {
  log_xdp();
  Parsed parsed = parse(request.device);
  TimeOptions time_options;
  if (auto failure = take_time_options(parsed.device, time_options)) return *failure;
  deepen_ring(parsed.device, request.rx_queues);
  if (auto failure = check_interface(parsed.device)) return *failure;
  std::vector<std::string> eal = request.args;
  eal.insert(eal.end(), parsed.eal.begin(), parsed.eal.end());
  std::vector<std::string> devices = request.devices;
  devices.push_back(parsed.device);
  if (auto failure = start_eal(devices, eal)) return *failure;
  const std::string name = parsed.device.substr(0, parsed.device.find(','));
  if (!claim(name)) return Failure{"device-in-use", "`" + name + "` is open already", "name each device once"};
  auto id = attach(name, parsed.device);
  if (!id) {
    disclaim(name);
    return id.failure();
  }
  rte_eth_dev_info info{};
  rte_eth_dev_info_get(*id, &info);
  auto port = std::make_unique<Port>(info.device, name, time_options);
  if (auto failure = port->start(*id, request)) return *failure;
  return std::unique_ptr<Device>(std::move(port));
}

constexpr Argument kArguments[] = {
    {"eal", "more EAL arguments, joined by `+`, e.g. eal=-m+2048"},
    {"lead",
     "microseconds before they are due that a device which sends by itself gets its frames: 0 (never) to 4000, "
     "default 200"},
    {"stamps", "1: where the device can, it stamps what arrives (default); 0: nmgen does"},
    {"iface", "net_af_packet, net_af_xdp, net_tap: the network interface"},
    {"size", "net_null: bytes of a received frame"},
    {"...", "all others go to the driver, see DPDK's guide of network interface controller drivers"}};

std::optional<Failure> probe() { return std::nullopt; }

const Backend kDpdk{kName, kDoc, kArguments, probe, open};
const Register kRegistered{&kDpdk};

}  // namespace
}  // namespace dpdk
}  // namespace nmgen

#else

#include "not_built.h"

namespace nmgen {
namespace {

Failure without_dpdk() {
  return {"dpdk-missing", "nmgen was built without DPDK: its headers were not there",
          "apt-get install libdpdk-dev dpdk-dev dpdk && npm rebuild"};
}
const Backend kDpdk = not_built<without_dpdk>(kName, kDoc);
const Register kRegistered{&kDpdk};

}  // namespace
}  // namespace nmgen

#endif
