#include "state.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace netmap_double {
namespace {

// As system calls: the functions of these names are ours.
void* map(int fd, uint64_t at, uint64_t bytes) {
  return reinterpret_cast<void*>(syscall(SYS_mmap, nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, at));
}

void add_port(State& s, uint32_t i, const char* name, Kind kind, uint32_t rings, uint32_t slots, uint32_t peer = 0,
              Fault fault = Fault::kNone) {
  Port& port = s.ports[i];
  strncpy(port.name, name, sizeof port.name - 1);
  port.kind = kind;
  port.fault = fault;
  port.region = 1;
  port.slots = slots;
  port.rings = rings;
  port.host_rings = 1;
  port.peer = peer;
}

void begin(State& s) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  pthread_mutex_init(&s.lock, &attributes);
  for (Region& r : s.regions) r = {};
  add_port(s, 0, "nmsink0", Kind::kSink, 1, 1024);
  add_port(s, 1, "nmstuck0", Kind::kSink, 1, 1024, 0, Fault::kStuck);
  add_port(s, 2, "nmlost0", Kind::kSink, 1, 1024, 0, Fault::kLost);
  add_port(s, 3, "nmwire0", Kind::kWire, 4, 512, 4);
  add_port(s, 4, "nmwire1", Kind::kWire, 4, 512, 3);
  s.ready = 1;
}

struct Mapped {
  int fd;
  State* state;
  uint8_t* regions[kRegions];
};

Mapped start() {
  const char* path = getenv("NETMAP_DOUBLE");
  Mapped m{};
  m.fd = path ? static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CREAT | O_CLOEXEC, 0600))
              : memfd_create("netmap-double", MFD_CLOEXEC);
  if (m.fd < 0) abort();
  flock(m.fd, LOCK_EX);
  if (ftruncate(m.fd, static_cast<off_t>(kFirstRegion + kRegions * kRegionBytes)) != 0) abort();
  m.state = static_cast<State*>(map(m.fd, 0, sizeof(State)));
  if (!m.state->ready) begin(*m.state);
  flock(m.fd, LOCK_UN);
  return m;
}

Mapped& mapped() {
  static Mapped m = start();
  return m;
}

}  // namespace

State& state() { return *mapped().state; }
int state_file() { return mapped().fd; }

uint8_t* region(uint32_t id) {
  uint8_t*& at = mapped().regions[id];
  if (!at) at = static_cast<uint8_t*>(map(mapped().fd, kFirstRegion + id * kRegionBytes, kRegionBytes));
  return at;
}

Ring& ring_of(const Port& port, const Kring& kring) {
  return *reinterpret_cast<Ring*>(region(port.region) + kring.place);
}

Locked::Locked() {
  if (pthread_mutex_lock(&state().lock) == EOWNERDEAD) pthread_mutex_consistent(&state().lock);
}
Locked::~Locked() { pthread_mutex_unlock(&state().lock); }

Binding* binding_of(int fd) {
  for (Binding& b : state().bindings)
    if (b.used && b.fd == fd && b.pid == getpid()) return &b;
  return nullptr;
}

void bury_the_dead() {
  for (Binding& b : state().bindings)
    if (b.used && kill(b.pid, 0) != 0 && errno == ESRCH) unbind(b);
}

}  // namespace netmap_double
