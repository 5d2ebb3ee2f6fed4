// What the backends on an interface say when the process has no file descriptor left.

#include <sys/resource.h>

#include "../backends/afpacket_rx.h"
#include "../backends/afpacket_tx.h"
#include "../backends/netdev.h"
#include "../backends/netdev_watch.h"
#include "test.h"

namespace nmgen::test {
namespace {

// For as long as this lives, nothing more can be opened.
struct NoDescriptors {
  NoDescriptors() {
    getrlimit(RLIMIT_NOFILE, &before);
    const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { setrlimit(RLIMIT_NOFILE, &before); }
  rlimit before{};
};

TEST(an_interface_is_not_lost_where_no_descriptor_is_left_to_look_at_it) {
  netdev::Watch loopback("lo", false), nothing("nmgt-none", false);
  {
    NoDescriptors none;
    CHECK(!loopback.look_now());
    CHECK(!nothing.look_now());
  }
  CHECK_EQ(nothing.look_now().value().code, std::string("interface-lost"));
}

TEST(afpacket_says_that_it_cannot_open_a_socket_and_not_that_the_kernel_lacks_something) {
  const auto loopback = netdev::read("lo");
  if (!loopback) skip("there is no interface lo");
  afpacket::Tx tx(*loopback);
  afpacket::Rx rx(*loopback);
  NoDescriptors none;
  for (const auto& failure : {tx.create(*loopback, {}), rx.create(*loopback, {})}) {
    CHECK_EQ(failure.value().code, std::string("afpacket-failed"));
    CHECK_EQ(failure->message, std::string("a packet socket cannot be opened: Too many open files"));
    CHECK(!failure->hint.empty());
  }
}

}  // namespace
}  // namespace nmgen::test
