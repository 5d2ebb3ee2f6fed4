#include "netdev_watch.h"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../clock.h"

namespace nmgen::netdev {
namespace {

constexpr const char* kDown = "link-down";
constexpr uint64_t kLookEveryNs = 10'000'000;

Failure gone(const std::string& name) {
  return {"interface-lost", "interface `" + name + "` is gone: it was removed, renamed or moved to another namespace",
          "what was counted until then is in the result"};
}

}  // namespace

Failure down(const std::string& name, bool carrier) {
  const std::string why =
      carrier ? "the link of `" + name + "` is down: nobody is at its other end" : "interface `" + name + "` is down";
  return {kDown, why,
          carrier ? "connect its other end and set it up; `ip -br link` shows LOWER_UP then"
                  : "ip link set dev " + name + " up"};
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
  if (!socket_) socket_ = Handle(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket_) return std::nullopt;  // who cannot look knows nothing: file descriptors may have run out
  ifreq request{};
  name_.copy(request.ifr_name, IFNAMSIZ - 1);
  if (ioctl(socket_.get(), SIOCGIFFLAGS, &request) != 0) return gone(name_);
  if (!(request.ifr_flags & IFF_UP)) return down(name_, false);
  if (sends_ && !(request.ifr_flags & IFF_RUNNING)) return down(name_, true);
  return std::nullopt;
}

}  // namespace nmgen::netdev
