#pragma once

#include <pthread.h>

#include <cstdint>
#include <string_view>

#include "../../backends/netmap_abi.h"

// A stand-in for netmap's kernel module, preloaded into programs that are tested on machines without it: it answers
// the system calls on /dev/netmap as the module was measured to. Its state lies in a file that several processes may
// share ($NETMAP_DOUBLE); without one each process has its own.
namespace netmap_double {

using nmgen::netmap::Header;
using nmgen::netmap::Interface;
using nmgen::netmap::Legacy;
using nmgen::netmap::PortInfo;
using nmgen::netmap::Ring;
using nmgen::netmap::Slot;
using RegisterBody = nmgen::netmap::Register;

inline constexpr uint32_t kBufferBytes = 2048, kMaxRings = 8, kMaxPorts = 32, kMaxBindings = 128, kRegions = 16;
inline constexpr uint32_t kBuffers = 16384, kInterfaces = 256, kInterfaceBytes = 1024, kMaxSlots = 4096;
inline constexpr uint64_t kRingBytes = sizeof(Ring) + kMaxSlots * sizeof(Slot);
inline constexpr uint64_t kRingsAt = kInterfaces * kInterfaceBytes, kBuffersAt = 16 << 20;
inline constexpr uint64_t kRegionBytes = kBuffersAt + uint64_t{kBuffers} * kBufferBytes;
inline constexpr uint64_t kFirstRegion = 1 << 20;  // of the file; before it lies State

enum class Kind : uint32_t { kNone, kSink, kWire, kVale, kPipe };
// What a sink does besides swallowing: nothing, never give slots back (no carrier), vanish after some frames.
enum class Fault : uint32_t { kNone, kStuck, kLost };

// The kernel's own view of a ring.
struct Kring {
  uint32_t place = 0;    // of the ring within its region; 0: not made yet
  uint32_t hwcur = 0;    // up to where the program's slots were taken
  uint32_t hwtail = 0;   // up to where the program was told that slots are its own
  uint32_t arrived = 0;  // up to where they are
  uint32_t users = 0;
  bool exclusive = false;
};

struct Port {
  char name[64];
  Kind kind;
  Fault fault;
  uint32_t region;
  uint32_t users;
  uint32_t slots, rings, host_rings;
  uint32_t peer;  // pipe, wire: the other end
  uint64_t frames;
  Kring tx[kMaxRings + 1], rx[kMaxRings + 1];  // host ring last
};

struct Binding {
  bool used = false;
  int32_t pid = 0;
  int32_t fd = -1;
  uint32_t port = 0;
  uint32_t first = 0, last = 0;  // of tx[] and rx[]
  bool sends = false, receives = false, exclusive = false, no_tx_poll = false;
  uint32_t interface = 0;  // place of the Interface
};

struct Region {
  uint32_t users = 0;
  uint32_t next_buffer = nmgen::netmap::kFirstBuffer, next_ring = 0;
  uint32_t spare = 0;  // head of the list of extra buffers that came back
  uint64_t interfaces[kInterfaces / 64] = {};
};

struct State {
  uint32_t ready;
  pthread_mutex_t lock;
  Port ports[kMaxPorts];
  Binding bindings[kMaxBindings];
  Region regions[kRegions];  // [1]: of all interfaces
};
static_assert(sizeof(State) < kFirstRegion);

State& state();
uint8_t* region(uint32_t id);  // as this process sees it
int state_file();
Ring& ring_of(const Port& port, const Kring& kring);

struct Locked {
  Locked();
  ~Locked();
};

// With the lock held; 0 or an errno.
Binding* binding_of(int fd);
int control(int fd, Header& header);
int control_as_before(int fd, Legacy& request, bool registers);
void unbind(Binding& binding);
// Drops what dead processes had open.
void bury_the_dead();
int sync_tx(Port& port, uint32_t ring);
int sync_rx(Port& port, uint32_t ring);

}  // namespace netmap_double
