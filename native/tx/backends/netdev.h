#pragma once

#include <linux/if_link.h>

#include <optional>
#include <string>

#include "../backend.h"

// A network interface of the kernel: what the backends that work on one (afpacket, afxdp, xdp) ask and tell of it.
namespace nmgen::netdev {

struct Netdev {
  std::string name;
  int index = 0;
  uint32_t mtu = 0;
  uint32_t flags = 0;        // IFF_* of net/if.h
  uint16_t type = 0;         // ARPHRD_* of net/if_arp.h
  int peer = 0;              // of a veth: the index of its other end,
  bool peer_is_here = true;  // which may be in another namespace
  std::string mac;
  rtnl_link_stats64 stats{};

  // Bytes of the longest frame it carries, without FCS, with an 802.1Q tag.
  uint32_t max_frame() const;
};

// nullopt: there is none of this name, here and now.
std::optional<Netdev> read(const std::string& name);
// The interface if a run can begin on it, else why not. One that only receives may lack its carrier.
Expected<Netdev> find(const std::string& name, const char* backend, const OpenRequest& request);

// Bits per second; 0 where there is no wire: veth and its like claim 10 Gbit/s.
uint64_t link_bps(const std::string& name);
std::string driver(const std::string& name);
// Driver, MAC, MTU, and what would falsify a measurement.
std::map<std::string, std::string> facts(const Netdev& device, bool receives);
// How many queues it works with; 1 where the driver does not say.
uint32_t channels(const Netdev& device);
// Does it take VLAN tags off before an XDP program sees the frame?
bool strips_vlan(const Netdev& device);
// What the interface counted since `device` was read: its driver's and the kernel's books, everybody's traffic.
std::map<std::string, uint64_t> counters(const Netdev& device);

// Does this process have the capability (number of linux/capability.h)?
bool has_capability(int capability);
// Why an interface cannot be used by this user: the backends' probe.
std::optional<Failure> no_permission(const char* what, std::initializer_list<int> capabilities);

// Notices that an interface went away or down. Looking costs a clock reading, and a system call each 10 ms.
class Watch {
 public:
  Watch(std::string name, bool sends) : name_(std::move(name)), sends_(sends) {}
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;
  std::optional<Failure> look();
  // At once: a system call has just said so.
  std::optional<Failure> look_now();

 private:
  std::optional<Failure> state();

  std::string name_;
  bool sends_;
  int socket_ = -1;
  uint64_t next_ns_ = 0;
};

}  // namespace nmgen::netdev
