#include "netmap_bind.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "netmap_errors.h"

namespace nmgen::netmap {
namespace {

struct Reply {
  Granted granted;
  uint64_t offset = 0, bytes = 0;
  uint16_t region = 0;
};

// 0, or errno. The header is made anew for each call: the module writes into it even when it refuses.
int register_now(int fd, const Wanted& wanted, Reply& reply) {
  Register body{};
  body.nr_mode = wanted.host ? kOneSw : kOneNic;
  body.nr_ringid = wanted.ring;
  body.nr_flags = wanted.flags;
  body.nr_tx_rings = body.nr_rx_rings = wanted.rings;
  body.nr_tx_slots = body.nr_rx_slots = wanted.slots;
  body.nr_extra_bufs = wanted.extra_buffers;
  body.nr_mem_id = wanted.memory;
  Header header{};
  header.nr_version = kApi;
  header.nr_reqtype = kRegister;
  header.nr_body = reinterpret_cast<uintptr_t>(&body);
  wanted.port.copy(header.nr_name, sizeof header.nr_name - 1);
  if (ioctl(fd, kNiocCtrl, &header) != 0) return errno;
  reply.granted = {.tx_rings = body.nr_tx_rings,
                   .rx_rings = body.nr_rx_rings,
                   .host_tx_rings = body.nr_host_tx_rings,
                   .host_rx_rings = body.nr_host_rx_rings,
                   .extra_buffers = body.nr_extra_bufs};
  reply.offset = body.nr_offset;
  reply.bytes = body.nr_memsize;
  reply.region = body.nr_mem_id;
  return 0;
}

int register_as_before(int fd, const Wanted& wanted, Reply& reply) {
  Legacy request{};
  if (wanted.port.size() >= sizeof request.nr_name) return ENXIO;
  wanted.port.copy(request.nr_name, sizeof request.nr_name - 1);
  request.nr_version = kApi;
  request.nr_flags = (wanted.host ? kOneSw : kOneNic) | static_cast<uint32_t>(wanted.flags);
  request.nr_ringid = wanted.ring;
  request.nr_tx_rings = request.nr_rx_rings = wanted.rings;
  request.nr_tx_slots = request.nr_rx_slots = wanted.slots;
  request.nr_arg2 = wanted.memory;
  request.nr_arg3 = wanted.extra_buffers;
  if (ioctl(fd, kNiocRegIf, &request) != 0) return errno;
  reply.granted = {.tx_rings = request.nr_tx_rings,
                   .rx_rings = request.nr_rx_rings,
                   .host_tx_rings = 1,
                   .host_rx_rings = 1,
                   .extra_buffers = request.nr_arg3,
                   .legacy = true};
  reply.offset = request.nr_offset;
  reply.bytes = request.nr_memsize;
  reply.region = request.nr_arg2;
  return 0;
}

// A module that does not know NIOCCTRL says so in one of these ways: Linux' driver, its ioctl layer, FreeBSD.
bool is_unknown_request(int error) { return error == EOPNOTSUPP || error == ENOTTY || error == ENOSYS; }

// EOPNOTSUPP may also be a module's answer to this port; then it answers the older request alike.
int register_port(int fd, const Wanted& wanted, Reply& reply) {
  const int error = register_now(fd, wanted, reply);
  return is_unknown_request(error) ? register_as_before(fd, wanted, reply) : error;
}

}  // namespace

Memory::Memory(uint16_t id, int fd, size_t bytes) : id_(id), bytes_(bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (memory != MAP_FAILED) base_ = static_cast<uint8_t*>(memory);
}

Memory::~Memory() {
  if (base_) munmap(base_, bytes_);
}

Expected<std::unique_ptr<Descriptor>> Descriptor::bind(const Wanted& wanted, Memories& memories) {
  const int fd = ::open(kDevicePath, O_RDWR | O_CLOEXEC);
  if (fd < 0) return cannot_open(errno);
  std::unique_ptr<Descriptor> descriptor(new Descriptor(fd));
  Reply reply;
  if (const int error = register_port(fd, wanted, reply)) return cannot_register(error, wanted, fd);
  descriptor->granted_ = reply.granted;
  if (auto failure = descriptor->map(reply.offset, reply.bytes, reply.region, memories)) return *failure;
  const auto* interface = reinterpret_cast<const Interface*>(descriptor->memory_->at(reply.offset));
  if (auto failure = descriptor->find_ring(*interface, wanted)) return *failure;
  return descriptor;
}

Descriptor::~Descriptor() { ::close(fd_); }

std::optional<Failure> Descriptor::map(uint64_t offset, uint64_t bytes, uint16_t region, Memories& memories) {
  const auto known = std::ranges::find_if(memories, [&](const auto& memory) { return memory->id() == region; });
  if (known == memories.end()) {
    auto memory = std::make_unique<Memory>(region, fd_, bytes);
    if (!memory->ok()) return cannot_map(errno, bytes);
    memory_ = memory.get();
    memories.push_back(std::move(memory));
  } else {
    memory_ = known->get();
  }
  interface_ = offset;
  if (offset + sizeof(Interface) > memory_->bytes()) return broken("the interface lies outside of its memory");
  return std::nullopt;
}

// ring_ofs lists TX, host TX, RX, host RX rings. There is a place for a host ring even where a port has none, and
// modules before API 14 left their number 0.
std::optional<Failure> Descriptor::find_ring(const Interface& interface, const Wanted& wanted) {
  const uint32_t host_tx = std::max(interface.ni_host_tx_rings, 1u);
  const bool receives = wanted.flags & kRxRingsOnly;
  uint64_t place = receives ? interface.ni_tx_rings + host_tx : 0;
  if (wanted.host) place += receives ? interface.ni_rx_rings : interface.ni_tx_rings;
  place += wanted.ring;
  if (!memory_->holds(interface.ring_ofs() + place, sizeof(int64_t))) return broken("its list of rings has no end");
  const int64_t offset = interface.ring_ofs()[place];
  if (offset == 0) return broken("the ring that was asked for was not bound");
  ring_ = reinterpret_cast<Ring*>(memory_->at(interface_ + static_cast<uint64_t>(offset)));
  if (!memory_->holds(ring_, sizeof(Ring)) || !memory_->holds(ring_->slots(), ring_->num_slots * sizeof(Slot)) ||
      ring_->num_slots < 2 || ring_->nr_buf_size == 0 || ring_->head >= ring_->num_slots ||
      ring_->tail >= ring_->num_slots)
    return broken("a ring lies outside of its memory");
  for (uint32_t i = 0; i < ring_->num_slots; i++) {
    const uint8_t* buffers = reinterpret_cast<const uint8_t*>(ring_) + ring_->buf_ofs;
    if (!memory_->holds(buffers + size_t{ring_->slots()[i].buf_idx} * ring_->nr_buf_size, ring_->nr_buf_size))
      return broken("a slot names a buffer that does not exist");
  }
  return std::nullopt;
}

std::optional<Failure> no_device() {
  const int fd = ::open(kDevicePath, O_RDWR | O_CLOEXEC);
  if (fd < 0) return cannot_open(errno);
  ::close(fd);
  return std::nullopt;
}

}  // namespace nmgen::netmap
