// The system calls that a program makes on /dev/netmap, in place of the C library's. All others go to the kernel.

#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "state.h"

namespace netmap_double {
namespace {

constexpr int kMaxDescriptors = 65536;
std::atomic<bool> ours[kMaxDescriptors];

bool is_ours(int fd) { return fd >= 0 && fd < kMaxDescriptors && ours[fd].load(std::memory_order_relaxed); }

int result(int error) {
  if (error == 0) return 0;
  errno = error;
  return -1;
}

int open_device() {
  if (const char* error = getenv("NETMAP_DOUBLE_ERRNO")) return result(atoi(error));
  // A descriptor of its own: to be closed, inherited and counted as any other.
  const int fd = static_cast<int>(syscall(SYS_memfd_create, "netmap", 1u));
  if (fd >= 0 && fd < kMaxDescriptors) ours[fd] = true;
  return fd;
}

int sync(int fd, bool sends) {
  Binding* b = binding_of(fd);
  if (!b) return ENXIO;
  for (uint32_t i = b->first; i < b->last; i++) {
    if (sends ? !b->sends : !b->receives) continue;
    Port& port = state().ports[b->port];
    if (const int error = sends ? sync_tx(port, i) : sync_rx(port, i); error > 0) return error;
  }
  return 0;
}

int request(int fd, unsigned long number, void* argument) {
  using namespace nmgen::netmap;
  const Locked lock;
  if (number == kNiocTxSync || number == kNiocRxSync) return sync(fd, number == kNiocTxSync);
  if (number == kNiocCtrl) return control(fd, *static_cast<Header*>(argument));
  if (number == kNiocRegIf || number == kNiocGInfo)
    return control_as_before(fd, *static_cast<Legacy*>(argument), number == kNiocRegIf);
  return EOPNOTSUPP;
}

// TX rings with something to send are pushed by any poll, unless that was declined; RX rings only by POLLIN.
int16_t look(int fd, int16_t events) {
  const Locked lock;
  Binding* b = binding_of(fd);
  if (!b) return POLLERR;
  Port& port = state().ports[b->port];
  int16_t ready = 0;
  for (uint32_t i = b->first; i < b->last; i++) {
    if (b->sends && (events & POLLOUT || !b->no_tx_poll)) {
      if (sync_tx(port, i)) return POLLERR | POLLOUT;
      const Ring& ring = ring_of(port, port.tx[i]);
      if (events & POLLOUT && ring.cur != ring.tail) ready |= POLLOUT;
    }
    if (b->receives && events & POLLIN) {
      if (sync_rx(port, i)) return POLLERR;
      const Ring& ring = ring_of(port, port.rx[i]);
      if (ring.cur != ring.tail) ready |= POLLIN;
    }
  }
  return ready;
}

int wait_for(pollfd& one, int timeout_ms) {
  const timespec nap{0, 50'000};
  for (int64_t left = int64_t{timeout_ms} * 20;; left--) {
    if ((one.revents = look(one.fd, one.events))) return 1;
    if (timeout_ms >= 0 && left <= 0) return 0;
    nanosleep(&nap, nullptr);
  }
}

void* map(void* at, size_t bytes, int protection, int flags, int fd, off64_t offset) {
  if (is_ours(fd)) {
    const Locked lock;
    const Binding* b = binding_of(fd);
    if (!b || offset != 0 || bytes > kRegionBytes) {
      errno = EINVAL;
      return reinterpret_cast<void*>(-1);
    }
    fd = state_file();
    offset = static_cast<off64_t>(kFirstRegion + state().ports[b->port].region * kRegionBytes);
  }
  return reinterpret_cast<void*>(syscall(SYS_mmap, at, bytes, protection, flags, fd, offset));
}

int open_any(const char* path, int flags, unsigned mode) {
  if (strcmp(path, nmgen::netmap::kDevicePath) == 0) return open_device();
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

}  // namespace
}  // namespace netmap_double

#pragma GCC visibility push(default)
extern "C" {

int netmap_double_is_here = 1;

int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const unsigned mode = va_arg(more, unsigned);
  va_end(more);
  return netmap_double::open_any(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const unsigned mode = va_arg(more, unsigned);
  va_end(more);
  return netmap_double::open_any(path, flags | O_LARGEFILE, mode);
}

int ioctl(int fd, unsigned long number, ...) noexcept {
  va_list more;
  va_start(more, number);
  void* argument = va_arg(more, void*);
  va_end(more);
  if (netmap_double::is_ours(fd)) return netmap_double::result(netmap_double::request(fd, number, argument));
  return static_cast<int>(syscall(SYS_ioctl, fd, number, argument));
}

void* mmap(void* at, size_t bytes, int protection, int flags, int fd, off_t offset) noexcept {
  return netmap_double::map(at, bytes, protection, flags, fd, offset);
}

void* mmap64(void* at, size_t bytes, int protection, int flags, int fd, off64_t offset) noexcept {
  return netmap_double::map(at, bytes, protection, flags, fd, offset);
}

// Under another name: the compiler believes that the real one does not read its list.
int poll_list(pollfd* list, nfds_t count, int timeout_ms) __asm__("poll");
int poll_list(pollfd* list, nfds_t count, int timeout_ms) {
  if (count == 1 && netmap_double::is_ours(list->fd)) return netmap_double::wait_for(*list, timeout_ms);
  return static_cast<int>(syscall(SYS_poll, list, count, timeout_ms));
}

int close(int fd) {
  if (netmap_double::is_ours(fd)) {
    const netmap_double::Locked lock;
    if (auto* binding = netmap_double::binding_of(fd)) netmap_double::unbind(*binding);
    netmap_double::ours[fd] = false;
  }
  return static_cast<int>(syscall(SYS_close, fd));
}
}
#pragma GCC visibility pop
