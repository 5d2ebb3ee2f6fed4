// What a sync does on each kind of port.

#include <sys/time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "state.h"

namespace netmap_double {
namespace {

using namespace nmgen::netmap;

uint32_t next(uint32_t slot, uint32_t size) { return slot + 1 == size ? 0 : slot + 1; }
uint32_t previous(uint32_t slot, uint32_t size) { return slot == 0 ? size - 1 : slot - 1; }
uint32_t distance(uint32_t from, uint32_t to, uint32_t size) { return to >= from ? to - from : to + size - from; }

uint8_t* buffer(const Port& port, const Slot& slot) {
  const uint32_t i = slot.buf_idx < kBuffers ? slot.buf_idx : 0;
  return region(port.region) + kBuffersAt + uint64_t{i} * kBufferBytes;
}

enum class Cursor { kGood, kRefused, kReset };

// A head out of range resets the ring; one among the kernel's slots is ignored. Neither gives an error.
Cursor check(const Kring& k, Ring& ring) {
  const uint32_t n = ring.num_slots;
  if (ring.head >= n || ring.cur >= n) {
    ring.head = ring.cur = k.hwcur;
    ring.tail = k.hwtail;
    return Cursor::kReset;
  }
  return distance(k.hwcur, ring.head, n) > distance(k.hwcur, k.hwtail, n) ? Cursor::kRefused : Cursor::kGood;
}

// Only whole packets are published to the other end.
void send_pipe(Port& port, uint32_t id, Kring& tx, Ring& ring) {
  Port& peer = state().ports[port.peer];
  Kring& rx = peer.rx[id];
  Ring& there = ring_of(peer, rx);
  for (uint32_t i = tx.hwcur; i != ring.head; i = next(i, ring.num_slots)) {
    there.slots()[i] = ring.slots()[i];
    ring.slots()[i].flags &= static_cast<uint16_t>(~kBufChanged);
    if (!(ring.slots()[i].flags & kMoreFrag)) rx.arrived = next(i, ring.num_slots);
  }
  tx.hwcur = ring.head;
  tx.hwtail = tx.arrived;
}

void release_pipe(Port& port, uint32_t id, Kring& rx, Ring& ring) {
  Port& peer = state().ports[port.peer];
  Ring& there = ring_of(peer, peer.tx[id]);
  for (uint32_t i = rx.hwcur; i != ring.head; i = next(i, ring.num_slots)) {
    there.slots()[i] = ring.slots()[i];
    ring.slots()[i].flags &= static_cast<uint16_t>(~kBufChanged);
  }
  if (rx.hwcur != ring.head) peer.tx[id].arrived = previous(ring.head, ring.num_slots);
}

// Copies a packet of `count` slots into another port's ring, or drops it. NICs do not say how many fragments come.
void deliver(const Port& from, Ring& ring, uint32_t first, uint32_t count, Port& to, uint32_t id, bool tells) {
  Kring& rx = to.rx[id];
  if (!rx.users) return;
  Ring& there = ring_of(to, rx);
  if (there.num_slots - 1 - distance(rx.hwcur, rx.arrived, there.num_slots) < count) return;
  for (uint32_t n = 0; n < count; n++, first = next(first, ring.num_slots)) {
    const Slot& s = ring.slots()[first];
    Slot& d = there.slots()[rx.arrived];
    std::memcpy(buffer(to, d), buffer(from, s), std::min<uint32_t>(s.len, kBufferBytes));
    d.len = s.len;
    d.flags = static_cast<uint16_t>((n + 1 < count ? kMoreFrag : 0) | (tells ? count << 8 : 0));
    rx.arrived = next(rx.arrived, there.num_slots);
  }
}

void spread(Port& port, uint32_t id, Ring& ring, uint32_t first, uint32_t count) {
  if (port.kind == Kind::kWire) return deliver(port, ring, first, count, state().ports[port.peer], id, false);
  const std::string_view name = port.name;
  const std::string_view bridge = name.substr(0, name.find(':') + 1);
  for (Port& other : state().ports)
    if (&other != &port && other.kind == Kind::kVale && std::string_view(other.name).starts_with(bridge))
      deliver(port, ring, first, count, other, id % other.rings, true);
}

bool is_bad(const Slot& slot) {
  return slot.len > kBufferBytes || slot.buf_idx < kFirstBuffer || slot.buf_idx >= kBuffers;
}

// VALE and wires: what does not fit into the receiver's ring is gone, and the sender has all its slots back at once.
void send_copies(Port& port, uint32_t id, Kring& tx, Ring& ring) {
  uint32_t first = tx.hwcur, count = 0, bytes = 0;
  bool bad = false;
  for (uint32_t i = tx.hwcur; i != ring.head; i = next(i, ring.num_slots)) {
    const Slot& slot = ring.slots()[i];
    count++, bytes += slot.len, bad |= is_bad(slot);
    if (slot.flags & kMoreFrag && next(i, ring.num_slots) != ring.head) continue;
    if (!bad && bytes >= 14) spread(port, id, ring, first, count);
    first = next(i, ring.num_slots), count = bytes = 0, bad = false;
  }
  tx.hwcur = ring.head;
  tx.hwtail = previous(ring.head, ring.num_slots);
}

int swallow(Port& port, Kring& tx, Ring& ring) {
  if (port.fault == Fault::kStuck) return 0;  // as drivers do without a carrier
  port.frames += distance(tx.hwcur, ring.head, ring.num_slots);
  if (port.fault == Fault::kLost && port.frames > 5000) return ENXIO;
  tx.hwcur = ring.head;
  tx.hwtail = previous(ring.head, ring.num_slots);
  return 0;
}

}  // namespace

int sync_tx(Port& port, uint32_t id) {
  Kring& tx = port.tx[id];
  Ring& ring = ring_of(port, tx);
  if (const Cursor cursor = check(tx, ring); cursor != Cursor::kGood) return cursor == Cursor::kReset ? -1 : 0;
  int error = 0;
  if (port.kind == Kind::kSink || id == kMaxRings)
    error = swallow(port, tx, ring);
  else if (port.kind == Kind::kPipe)
    send_pipe(port, id, tx, ring);
  else
    send_copies(port, id, tx, ring);
  ring.tail = tx.hwtail;
  return error;
}

int sync_rx(Port& port, uint32_t id) {
  Kring& rx = port.rx[id];
  Ring& ring = ring_of(port, rx);
  if (const Cursor cursor = check(rx, ring); cursor != Cursor::kGood) return cursor == Cursor::kReset ? -1 : 0;
  if (port.kind == Kind::kPipe) release_pipe(port, id, rx, ring);
  rx.hwcur = ring.head;
  ring.tail = rx.hwtail = rx.arrived;
  gettimeofday(&ring.ts, nullptr);
  return 0;
}

}  // namespace netmap_double
