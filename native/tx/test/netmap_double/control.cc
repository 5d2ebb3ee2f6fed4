// NIOCCTRL and its predecessor: which ports there are, and who has which rings.

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include "state.h"

namespace netmap_double {
namespace {

using namespace nmgen::netmap;

// Ports that refuse, each as the module does in one situation.
struct Refusal {
  const char* port;
  int error;
};
constexpr Refusal kRefusals[] = {{"nmbusy0", EBUSY},         // attached to a VALE switch
                                 {"nmnomem0", ENOMEM},       // no rings or buffers left
                                 {"nmvnet0", EIO},           // wants virtio-net headers
                                 {"nmnative0", EOPNOTSUPP},  // no native driver, admode=1
                                 {"nmmtu0", EINVAL}};        // MTU above the size of a buffer

Port* find(std::string_view name) {
  for (Port& port : state().ports)
    if (port.kind != Kind::kNone && name == port.name) return &port;
  return nullptr;
}

Port* free_port() {
  for (Port& port : state().ports)
    if (port.kind == Kind::kNone) return &port;
  return nullptr;
}

uint32_t free_region() {
  for (uint32_t i = 2; i < kRegions; i++)
    if (std::ranges::none_of(state().ports, [&](const Port& p) { return p.kind != Kind::kNone && p.region == i; }))
      return i;
  return 0;
}

Port* create(std::string_view name, Kind kind, const RegisterBody& body, uint32_t region) {
  Port* port = free_port();
  if (!port || !region) return nullptr;
  *port = {};
  name.copy(port->name, sizeof port->name - 1);
  port->kind = kind;
  port->region = region;
  port->slots = body.nr_tx_slots ? std::min(body.nr_tx_slots, kMaxSlots) : 1024;
  port->rings = body.nr_tx_rings ? std::min<uint32_t>(body.nr_tx_rings, kMaxRings) : 1;
  return port;
}

uint32_t index_of(const Port* port) { return static_cast<uint32_t>(port - state().ports); }

// Both ends of a pipe come and go together.
int create_pipe(std::string_view name, size_t brace, const RegisterBody& body, Port*& port) {
  if (brace == 0 || brace + 1 == name.size()) return EINVAL;
  if (brace > 15) return ENXIO;
  std::string other(name);
  other[brace] = name[brace] == '{' ? '}' : '{';
  port = create(name, Kind::kPipe, body, free_region());
  Port* peer = port ? create(other, Kind::kPipe, body, port->region) : nullptr;
  if (!peer) return ENOMEM;
  port->peer = index_of(peer);
  peer->peer = index_of(port);
  return 0;
}

int find_or_create(std::string_view name, const RegisterBody& body, Port*& port) {
  for (const Refusal& refusal : kRefusals)
    if (name == refusal.port) return refusal.error;
  if ((port = find(name))) return 0;
  if (const size_t brace = name.find_first_of("{}"); brace != name.npos) return create_pipe(name, brace, body, port);
  if (!name.starts_with("vale") || name.find(':') == name.npos) return ENXIO;
  port = create(name, Kind::kVale, body, free_region());
  return port ? 0 : ENOMEM;
}

void remove_if_unused(Port& port) {
  if (port.users || port.region == 1) return;
  if (port.kind == Kind::kPipe && state().ports[port.peer].users) return;
  state().regions[port.region] = {};
  if (port.kind == Kind::kPipe) state().ports[port.peer] = {};
  port = {};
}

// A ring's slots get the next buffers; the two rings of one direction of a pipe share them.
void make_ring(Port& port, Kring& kring, bool sends, uint32_t id, uint32_t first_buffer) {
  Region& r = state().regions[port.region];
  kring = {};
  kring.place = static_cast<uint32_t>(kRingsAt + r.next_ring++ * kRingBytes);
  Ring& ring = ring_of(port, kring);
  ring = {};
  ring.buf_ofs = static_cast<int64_t>(kBuffersAt) - kring.place;
  ring.num_slots = port.slots;
  ring.nr_buf_size = kBufferBytes;
  ring.ringid = static_cast<uint16_t>(id);
  ring.dir = sends ? 1 : 0;
  ring.tail = kring.hwtail = kring.arrived = sends ? port.slots - 1 : 0;
  for (uint32_t i = 0; i < port.slots; i++) ring.slots()[i] = {first_buffer + i, kBufferBytes, 0, 0};
}

uint32_t take_buffers(Port& port) {
  const uint32_t first = state().regions[port.region].next_buffer;
  state().regions[port.region].next_buffer += port.slots;
  return first;
}

int make_rings(Port& port) {
  if (port.tx[0].place) return 0;
  const uint32_t count = port.rings + port.host_rings;
  if (state().regions[port.region].next_buffer + 2 * count * port.slots > kBuffers) return ENOMEM;
  Port& peer = state().ports[port.peer];
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t there = i < port.rings ? i : kMaxRings;
    const uint32_t rx = take_buffers(port), tx = take_buffers(port);
    make_ring(port, port.rx[there], false, i, rx);
    make_ring(port, port.tx[there], true, i, tx);
    if (port.kind != Kind::kPipe) continue;
    make_ring(peer, peer.rx[there], false, i, tx);
    make_ring(peer, peer.tx[there], true, i, rx);
  }
  return 0;
}

int choose_rings(const Port& port, const RegisterBody& body, Binding& b) {
  const bool host = body.nr_mode == kOneSw;
  if (!host && body.nr_mode != kOneNic) return EINVAL;  // the modes that nmgen does not use are not modelled
  if (body.nr_ringid >= (host ? port.host_rings : port.rings)) return EINVAL;
  b.first = host ? kMaxRings : body.nr_ringid;
  b.last = b.first + 1;
  b.sends = !(body.nr_flags & kRxRingsOnly);
  b.receives = !(body.nr_flags & kTxRingsOnly);
  b.exclusive = body.nr_flags & kExclusive;
  b.no_tx_poll = body.nr_flags & 0x20000;
  return 0;
}

template <typename F>
void each_kring(const Binding& b, F visit) {
  Port& port = state().ports[b.port];
  for (uint32_t i = b.first; i < b.last; i++) {
    if (b.sends) visit(port.tx[i]);
    if (b.receives) visit(port.rx[i]);
  }
}

bool conflicts(const Binding& b) {
  bool taken = false;
  each_kring(b, [&](const Kring& k) { taken |= k.users && (k.exclusive || b.exclusive); });
  return taken;
}

int make_interface(Binding& b) {
  Port& port = state().ports[b.port];
  Region& r = state().regions[port.region];
  uint32_t n = 0;
  while (n < kInterfaces && r.interfaces[n / 64] >> n % 64 & 1) n++;
  if (n == kInterfaces) return ENOMEM;
  r.interfaces[n / 64] |= uint64_t{1} << n % 64;
  b.interface = n * kInterfaceBytes;
  auto& i = *reinterpret_cast<Interface*>(region(port.region) + b.interface);
  i = {};
  strncpy(i.ni_name, port.name, sizeof i.ni_name - 1);
  i.ni_flags = port.region == 1 ? 0 : 1;
  i.ni_tx_rings = i.ni_rx_rings = port.rings;
  i.ni_host_tx_rings = i.ni_host_rx_rings = 1;
  auto* offsets = const_cast<int64_t*>(i.ring_ofs());
  std::fill_n(offsets, 2 * (port.rings + 1), 0);
  for (uint32_t k = b.first; k < b.last; k++) {
    const uint32_t place = k == kMaxRings ? port.rings : k;
    if (b.sends) offsets[place] = int64_t{port.tx[k].place} - b.interface;
    if (b.receives) offsets[port.rings + 1 + place] = int64_t{port.rx[k].place} - b.interface;
  }
  return 0;
}

// Extra buffers: a list through their first words. What is in the list at the end goes back.
uint32_t give_extra(const Binding& b, uint32_t wanted) {
  const Port& port = state().ports[b.port];
  Region& r = state().regions[port.region];
  auto& i = *reinterpret_cast<Interface*>(region(port.region) + b.interface);
  uint32_t given = 0;
  for (; given < wanted && (r.spare || r.next_buffer < kBuffers); given++) {
    const uint32_t buffer = r.spare ? r.spare : r.next_buffer++;
    auto* next = reinterpret_cast<uint32_t*>(region(port.region) + kBuffersAt + uint64_t{buffer} * kBufferBytes);
    if (r.spare) r.spare = *next;
    *next = i.ni_bufs_head;
    i.ni_bufs_head = buffer;
  }
  return given;
}

void take_extra_back(const Binding& b) {
  const Port& port = state().ports[b.port];
  auto& i = *reinterpret_cast<Interface*>(region(port.region) + b.interface);
  for (uint32_t buffer = i.ni_bufs_head, next; buffer; buffer = next) {
    auto* first = reinterpret_cast<uint32_t*>(region(port.region) + kBuffersAt + uint64_t{buffer} * kBufferBytes);
    next = *first;
    *first = state().regions[port.region].spare;
    state().regions[port.region].spare = buffer;
  }
}

void describe(const Port& port, auto& out) {
  out.nr_memsize = kRegionBytes;
  out.nr_tx_slots = out.nr_rx_slots = port.slots;
  out.nr_tx_rings = out.nr_rx_rings = static_cast<uint16_t>(port.rings);
  out.nr_host_tx_rings = out.nr_host_rx_rings = static_cast<uint16_t>(port.host_rings);
  out.nr_mem_id = static_cast<uint16_t>(port.region);
}

int bind(Port& port, RegisterBody& body, Binding& b) {
  b.port = index_of(&port);
  if (body.nr_mem_id && body.nr_mem_id != port.region) return EINVAL;
  if (const int error = choose_rings(port, body, b)) return error;
  if (const int error = make_rings(port)) return error;
  if (conflicts(b)) return EBUSY;
  if (const int error = make_interface(b)) return error;
  each_kring(b, [&](Kring& k) { k.users++, k.exclusive |= b.exclusive; });
  port.users++;
  state().regions[port.region].users++;
  b.used = true;
  describe(port, body);
  body.nr_offset = b.interface;
  body.nr_extra_bufs = give_extra(b, body.nr_extra_bufs);
  return 0;
}

int register_port(int fd, std::string_view name, RegisterBody& body) {
  bury_the_dead();
  if (binding_of(fd)) return EBUSY;
  if (body.nr_mode == 0 || body.nr_mode > 8) return EINVAL;
  Port* port = nullptr;
  if (const int error = find_or_create(name, body, port)) return error;
  const auto b = std::ranges::find_if(state().bindings, [](const Binding& one) { return !one.used; });
  if (b == std::end(state().bindings)) return ENOMEM;
  *b = {};
  b->pid = getpid();
  b->fd = fd;
  const int error = bind(*port, body, *b);
  if (error) remove_if_unused(*port);
  return error;
}

int port_info(std::string_view name, PortInfo& info) {
  for (const Refusal& refusal : kRefusals)
    if (name == refusal.port && refusal.error != EINVAL) return describe(state().ports[0], info), 0;
  if (name == "nmmtu0") return describe(state().ports[0], info), 0;
  Port* port = nullptr;
  if (const int error = find_or_create(name, {}, port)) return error;
  describe(*port, info);
  remove_if_unused(*port);
  return 0;
}

bool is_legacy() { return getenv("NETMAP_DOUBLE_LEGACY") != nullptr; }

}  // namespace

int control(int fd, Header& header) {
  if (is_legacy()) return EOPNOTSUPP;
  if (header.nr_version < 14 || header.nr_version > 15) return EINVAL;
  auto* body = reinterpret_cast<void*>(header.nr_body);
  // The header is copied back like this, and a program that uses it again is refused for ever.
  if (!body || header.nr_reserved) return header.nr_reserved = 1, EINVAL;
  const std::string_view name(header.nr_name, strnlen(header.nr_name, sizeof header.nr_name));
  if (header.nr_reqtype == kRegister) return register_port(fd, name, *static_cast<RegisterBody*>(body));
  if (header.nr_reqtype == kPortInfoGet) return port_info(name, *static_cast<PortInfo*>(body));
  return header.nr_reserved = 1, EINVAL;
}

int control_as_before(int fd, Legacy& request, bool registers) {
  if (request.nr_version < 14) return EINVAL;
  const std::string_view name(request.nr_name, strnlen(request.nr_name, sizeof request.nr_name));
  RegisterBody body{};
  body.nr_mode = request.nr_flags & 0xf;
  body.nr_flags = request.nr_flags & ~0xfu;
  body.nr_ringid = request.nr_ringid & 0xfff;
  body.nr_tx_slots = body.nr_rx_slots = request.nr_tx_slots;
  body.nr_tx_rings = body.nr_rx_rings = request.nr_tx_rings;
  body.nr_mem_id = request.nr_arg2;
  body.nr_extra_bufs = request.nr_arg3;
  PortInfo info{};
  if (const int error = registers ? register_port(fd, name, body) : port_info(name, info)) return error;
  if (registers)
    info = {.nr_memsize = body.nr_memsize,
            .nr_tx_slots = body.nr_tx_slots,
            .nr_rx_slots = body.nr_rx_slots,
            .nr_tx_rings = body.nr_tx_rings,
            .nr_rx_rings = body.nr_rx_rings,
            .nr_host_tx_rings = 0,
            .nr_host_rx_rings = 0,
            .nr_mem_id = body.nr_mem_id,
            .pad = {}};
  request.nr_offset = static_cast<uint32_t>(body.nr_offset);
  request.nr_memsize = static_cast<uint32_t>(info.nr_memsize);
  request.nr_tx_slots = info.nr_tx_slots, request.nr_rx_slots = info.nr_rx_slots;
  request.nr_tx_rings = info.nr_tx_rings, request.nr_rx_rings = info.nr_rx_rings;
  request.nr_arg2 = info.nr_mem_id;
  request.nr_arg3 = body.nr_extra_bufs;
  return 0;
}

void unbind(Binding& b) {
  Port& port = state().ports[b.port];
  Region& r = state().regions[port.region];
  take_extra_back(b);
  r.interfaces[b.interface / kInterfaceBytes / 64] &= ~(uint64_t{1} << b.interface / kInterfaceBytes % 64);
  each_kring(b, [](Kring& k) {
    if (--k.users == 0) k.exclusive = false;
  });
  b.used = false;
  r.users--;
  // Rings live as long as somebody has the port open.
  if (--port.users == 0 && port.kind != Kind::kPipe)
    for (uint32_t i = 0; i <= kMaxRings; i++) port.tx[i] = port.rx[i] = {};
  if (r.users == 0) r = {};
  remove_if_unused(port);
}

}  // namespace netmap_double
