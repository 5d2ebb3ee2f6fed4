#include "afpacket_socket.h"

#include <arpa/inet.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace nmgen::afpacket {

Failure failed(const std::string& what, const std::string& hint) {
  return {"afpacket-failed", what + ": " + strerror(errno), hint};
}

Socket::~Socket() {
  if (ring_) munmap(ring_, bytes_);
}

std::optional<Failure> Socket::open() {
  fd_ = Handle(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  return fd_ ? std::nullopt : std::optional(failed("a packet socket cannot be opened", "raise `ulimit -n`"));
}

bool Socket::set(int option, int value) const {
  return setsockopt(fd(), SOL_PACKET, option, &value, sizeof value) == 0;
}

std::optional<Failure> Socket::map(int option, const tpacket_req3& request) {
  bytes_ = size_t{request.tp_block_size} * request.tp_block_nr;
  if (!set(PACKET_VERSION, TPACKET_V3)) return failed("the kernel has no TPACKET_V3");
  if (setsockopt(fd(), SOL_PACKET, option, &request, sizeof request))
    return failed("the kernel gives no ring of " + std::to_string(bytes_ >> 10) + " KiB",
                  "ask for fewer or smaller slots and blocks");
  void* memory = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd(), 0);
  if (memory == MAP_FAILED) return failed("the ring cannot be mapped");
  ring_ = static_cast<uint8_t*>(memory);
  return std::nullopt;
}

std::optional<Failure> Socket::bind(int index, uint16_t protocol) const {
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(protocol);
  address.sll_ifindex = index;
  if (::bind(fd(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return std::nullopt;
  return failed("the socket cannot be bound to the interface");
}

}  // namespace nmgen::afpacket
