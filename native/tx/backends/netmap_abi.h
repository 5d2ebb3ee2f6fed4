#pragma once

#include <sys/ioctl.h>
#include <sys/time.h>

#include <cstddef>
#include <cstdint>

// What passes between netmap's kernel module and a program, API 14, as far as a generator needs it. Written from the
// facts in native/tx/test/netmap-abi.facts, which are sizes, offsets and numbers of 64-bit Linux and FreeBSD; no header
// of netmap's is needed, so every build has the backend. netmap_abi_test.cc holds this file to them.
namespace nmgen::netmap {

inline constexpr const char* kDevicePath = "/dev/netmap";
inline constexpr uint16_t kApi = 14;  // a module accepts a range of versions, this one since 2018 (nr_version)

struct Slot {
  uint32_t buf_idx;
  uint16_t len;
  uint16_t flags;  // kBufChanged ...
  uint64_t ptr;    // the low bits, under offset_mask: where in the buffer the frame begins
};

inline constexpr uint16_t kBufChanged = 0x0001;  // buf_idx is another than at the last sync
inline constexpr uint16_t kReport = 0x0002;      // the NIC is to tell when this slot is done
inline constexpr uint16_t kMoreFrag = 0x0020;    // the frame goes on in the next slot
inline constexpr uint32_t kMaxFrags = 64;
inline constexpr uint32_t kFirstBuffer = 2;  // buffers 0 and 1 belong to the kernel

// The owner of [head, tail) is the program: it moves head, and cur, which says at what slot to be woken. The kernel
// moves tail, and only within a sync (ioctl or poll) of this ring.
struct alignas(128) Ring {
  int64_t buf_ofs;  // from the ring to buffer 0
  uint32_t num_slots;
  uint32_t nr_buf_size;
  uint16_t ringid;
  uint16_t dir;  // 1 for TX rings, 0 for RX rings; the module's own header has it the other way round
  uint32_t head;
  uint32_t cur;
  uint32_t tail;
  uint32_t flags;
  timeval ts;
  uint64_t offset_mask;
  uint64_t buf_align;
  alignas(128) uint8_t sem[128];

  Slot* slots() { return reinterpret_cast<Slot*>(this + 1); }
};

struct alignas(8) Interface {
  char ni_name[16];
  uint32_t ni_version;
  uint32_t ni_flags;
  uint32_t ni_tx_rings;
  uint32_t ni_rx_rings;
  uint32_t ni_bufs_head;  // first of the extra buffers: each begins with the index of the next, 0 ends the list
  uint32_t ni_host_tx_rings;
  uint32_t ni_host_rx_rings;
  uint32_t ni_spare1[3];

  // From the interface to each ring: TX, host TX, RX, host RX; 0: not bound to this descriptor.
  const int64_t* ring_ofs() const { return reinterpret_cast<const int64_t*>(this + 1); }
};

struct Header {
  uint16_t nr_version;
  uint16_t nr_reqtype;
  uint32_t nr_reserved;
  char nr_name[64];
  uint64_t nr_options;
  uint64_t nr_body;
};

inline constexpr uint16_t kRegister = 1, kPortInfoGet = 2;  // nr_reqtype

struct Register {
  uint64_t nr_offset;
  uint64_t nr_memsize;
  uint32_t nr_tx_slots;
  uint32_t nr_rx_slots;
  uint16_t nr_tx_rings;
  uint16_t nr_rx_rings;
  uint16_t nr_host_tx_rings;
  uint16_t nr_host_rx_rings;
  uint16_t nr_mem_id;
  uint16_t nr_ringid;
  uint32_t nr_mode;
  uint32_t nr_extra_bufs;
  uint64_t nr_flags;
};

inline constexpr uint32_t kOneNic = 4, kOneSw = 8;  // nr_mode: one hardware ring, one host ring
// nr_flags
inline constexpr uint64_t kMonitorTx = 0x100, kMonitorRx = 0x200, kExclusive = 0x800, kRxRingsOnly = 0x2000,
                          kTxRingsOnly = 0x4000;

struct PortInfo {
  uint64_t nr_memsize;
  uint32_t nr_tx_slots;
  uint32_t nr_rx_slots;
  uint16_t nr_tx_rings;
  uint16_t nr_rx_rings;
  uint16_t nr_host_tx_rings;
  uint16_t nr_host_rx_rings;
  uint16_t nr_mem_id;
  uint16_t pad[3];
};

// The request of modules before NIOCCTRL; later ones still answer it.
struct Legacy {
  char nr_name[16];
  uint32_t nr_version;
  uint32_t nr_offset;
  uint32_t nr_memsize;
  uint32_t nr_tx_slots;
  uint32_t nr_rx_slots;
  uint16_t nr_tx_rings;
  uint16_t nr_rx_rings;
  uint16_t nr_ringid;
  uint16_t nr_cmd;
  uint16_t nr_arg1;
  uint16_t nr_arg2;   // memory region
  uint32_t nr_arg3;   // extra buffers
  uint32_t nr_flags;  // the mode in the low 4 bits
  uint32_t spare2[1];
};

// FreeBSD marks requests without an argument; the macros of each system know.
inline constexpr unsigned long kNiocTxSync = _IO('i', 148), kNiocRxSync = _IO('i', 149),
                               kNiocGInfo = _IOWR('i', 145, Legacy), kNiocRegIf = _IOWR('i', 146, Legacy),
                               kNiocCtrl = _IOWR('i', 151, Header);

}  // namespace nmgen::netmap
