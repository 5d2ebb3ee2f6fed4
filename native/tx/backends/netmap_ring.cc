#include "netmap_ring.h"

#include <poll.h>
#include <sys/ioctl.h>

#include <cerrno>

#include "../clock.h"
#include "netmap_errors.h"

namespace nmgen::netmap {
namespace {

// An interface that is being reset answers EIO for a moment.
constexpr uint64_t kPatienceNs = 1'000'000'000;

uint32_t load(const uint32_t& cursor) { return __atomic_load_n(&cursor, __ATOMIC_RELAXED); }
void store(uint32_t& cursor, uint32_t value) { __atomic_store_n(&cursor, value, __ATOMIC_RELAXED); }

}  // namespace

// A ring that somebody used before does not begin at slot 0.
OpenRing::OpenRing(std::unique_ptr<Descriptor> descriptor, std::string port, bool sends, By by)
    : descriptor_(std::move(descriptor)),
      port_(std::move(port)),
      ring_(&descriptor_->ring()),
      slots_(ring_->slots()),
      sends_(sends),
      by_(by),
      size_(ring_->num_slots),
      buffer_bytes_(ring_->nr_buf_size),
      buf_ofs_(ring_->buf_ofs),
      offset_mask_(descriptor_->granted().legacy ? 0 : ring_->offset_mask & (buffer_bytes_ - 1)),
      head_(ring_->head),
      tail_(ring_->tail) {
  const Memory& memory = descriptor_->memory();
  first_ = memory.at(0);
  last_ = memory.at(memory.bytes() - std::min<size_t>(buffer_bytes_, memory.bytes()));
}

bool OpenRing::sync(int wait_ms) {
  if (failure_) return false;
  // A system call is a barrier, in both directions.
  store(ring_->cur, head_);
  store(ring_->head, head_);
  if (const int error = call(wait_ms)) return failed(error);
  failing_since_ns_ = 0;
  const uint32_t tail = load(ring_->tail);
  if (load(ring_->head) != head_ || tail >= size_) {
    failure_ = broken("ring " + std::to_string(ring_->ringid) + " of `" + port_ + "` is moved by somebody else");
    return false;
  }
  tail_ = tail;
  return true;
}

// poll syncs too, and can sleep until there is something to do. But FreeBSD's, where it sees room, looks at nothing.
int OpenRing::call(int wait_ms) {
  if (by_ == By::kIoctl) return ioctl(descriptor_->fd(), sends_ ? kNiocTxSync : kNiocRxSync, nullptr) == 0 ? 0 : errno;
  pollfd look{.fd = descriptor_->fd(), .events = static_cast<int16_t>(sends_ ? POLLOUT : POLLIN), .revents = 0};
  if (poll(&look, 1, wait_ms) < 0) return errno == EINTR ? 0 : errno;
  return look.revents & POLLERR ? EIO : 0;
}

bool OpenRing::failed(int error) {
  const uint64_t now = now_ns();
  if (failing_since_ns_ == 0) failing_since_ns_ = now;
  if (error != EIO || now - failing_since_ns_ > kPatienceNs) failure_ = cannot_sync(error, port_);
  return false;
}

}  // namespace nmgen::netmap
