#include "netns.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace nmgen::test {

Veth::Veth(uint32_t queues) : before_(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC)) {
  if (std::system("ip -V >/dev/null 2>&1") != 0) skip("`ip` is not installed (make setup)");
  if (before_ < 0 || unshare(CLONE_NEWNET) != 0) skip("network namespaces need root");
  const std::string n = std::to_string(queues), each = " numrxqueues " + n + " numtxqueues " + n;
  ip("link add nmgt0" + each + " type veth peer name nmgt1" + each);
  for (const char* name : {"nmgt0", "nmgt1"})
    ip(std::string("link set ") + name + " addrgenmode none arp off multicast off up");
}

Veth::~Veth() {
  if (before_ < 0) return;
  [[maybe_unused]] const int back = setns(before_, CLONE_NEWNET);
  ::close(before_);
}

void Veth::ip(const std::string& arguments) {
  // On the calling thread's namespace: the child is forked from it.
  const int status = std::system(("ip " + arguments).c_str());
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) fail(__FILE__, __LINE__, "ip " + arguments + " failed");
}

}  // namespace nmgen::test
