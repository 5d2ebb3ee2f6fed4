// afxdp: AF_XDP sockets (Documentation/networking/af_xdp.rst), one a queue of the interface, on one shared UMEM.
// Zero-copy where the driver has it, else copies made by the kernel. Sending needs no XDP program; for receiving one of
// our own redirects each queue to its socket, held by a bpf_link that dies with this process.

namespace {
constexpr const char* kName = "afxdp";
constexpr const char* kDoc = "AF_XDP sockets on an interface: zero-copy where its driver can";
}  // namespace

#ifdef NMGEN_XDP

#include <linux/capability.h>

#include <algorithm>

#include "afxdp_device.h"
#include "permission.h"
#include "xdp_log.h"

namespace nmgen {
namespace afxdp {
namespace {

constexpr uint32_t kMaxQueues = 64;
constexpr const char* kModes[] = {"auto", "copy", "zero-copy"};
constexpr const char* kSlots[] = {"128", "256", "512", "1024", "2048", "4096", "8192"};

constexpr Argument kArguments[] = {
    {"mode", "auto (default), copy or zero-copy: who moves the frames, the driver or the kernel"},
    {"program", "receiving: auto (default), native or generic XDP"},
    {"slots", "TX frames of each queue: 128, 256, 512 (default) ... 8192"},
    {"rx_slots", "RX frames of each queue: 128 ... 2048 (default) ... 8192"},
    {"busy_poll", "microseconds that a call polls the driver for, 0 to 1000 (default 0: interrupts)"}};

std::optional<Failure> probe() { return no_permission("AF_XDP sockets", {CAP_NET_RAW, CAP_NET_ADMIN}); }

Expected<std::unique_ptr<Device>> open(const OpenRequest& request) {
  log_xdp();
  Options options;
  auto choice = [](const char* key, uint32_t* value, const auto& choices) {
    return Setting{.key = key, .value = value, .choices = {std::begin(choices), std::end(choices)}};
  };
  if (auto failure = read_settings(kName, request.device,
                                   {choice("mode", &options.mode, kModes),
                                    choice("program", &options.program, Redirect::kPrograms),
                                    choice("slots", &options.slots, kSlots),
                                    choice("rx_slots", &options.rx_slots, kSlots),
                                    {"busy_poll", &options.busy_poll, 0, 1000}}))
    return *failure;
  const std::string name = request.device.substr(0, request.device.find(','));
  auto found = netdev::find(name, kName, request);
  if (!found) return found.failure();
  if (request.max_frame > kLargeChunk - kHeadroom && request.tx_queues > 0)
    return Failure{"frame-too-long", "AF_XDP carries frames of up to 3844 B", "send shorter frames, or use afpacket:"};
  const uint32_t queues = netdev::channels(name);
  if (std::max(request.tx_queues, request.rx_queues) > std::min(queues, kMaxQueues))
    return Failure{"too-many-queues", "`" + name + "` has " + std::to_string(queues) + " queues",
                   "ask for fewer, or give the interface more: ethtool -L " + name + " combined N"};
  auto device = std::make_unique<AfXdp>(*found, options);
  if (auto failure = device->create(request)) return *failure;
  return std::unique_ptr<Device>(std::move(device));
}

const Backend kAfXdp{kName, kDoc, kArguments, probe, open};
const Register kRegistered{&kAfXdp};

}  // namespace
}  // namespace afxdp
}  // namespace nmgen

#else

#include "not_built.h"

namespace nmgen {
namespace {

Failure without_xdp() {
  return {"afxdp-missing", "nmgen was built without AF_XDP: the headers of libxdp and libbpf were not there",
          "apt-get install libxdp-dev libbpf-dev && npm rebuild"};
}
const Backend kAfXdp = not_built<without_xdp>(kName, kDoc);
const Register kRegistered{&kAfXdp};

}  // namespace
}  // namespace nmgen

#endif
