// Made by tools/netmap-abi.mjs from netmap-abi.facts: change that, not this.

#include "../backends/netmap_abi.h"
#include "test.h"

namespace nmgen::netmap {

static_assert(sizeof(Slot) == 16 && alignof(Slot) == 8);
static_assert(offsetof(Slot, buf_idx) == 0 && sizeof(Slot::buf_idx) == 4);
static_assert(offsetof(Slot, len) == 4 && sizeof(Slot::len) == 2);
static_assert(offsetof(Slot, flags) == 6 && sizeof(Slot::flags) == 2);
static_assert(offsetof(Slot, ptr) == 8 && sizeof(Slot::ptr) == 8);

static_assert(sizeof(Ring) == 256 && alignof(Ring) == 128);
static_assert(offsetof(Ring, buf_ofs) == 0 && sizeof(Ring::buf_ofs) == 8);
static_assert(offsetof(Ring, num_slots) == 8 && sizeof(Ring::num_slots) == 4);
static_assert(offsetof(Ring, nr_buf_size) == 12 && sizeof(Ring::nr_buf_size) == 4);
static_assert(offsetof(Ring, ringid) == 16 && sizeof(Ring::ringid) == 2);
static_assert(offsetof(Ring, dir) == 18 && sizeof(Ring::dir) == 2);
static_assert(offsetof(Ring, head) == 20 && sizeof(Ring::head) == 4);
static_assert(offsetof(Ring, cur) == 24 && sizeof(Ring::cur) == 4);
static_assert(offsetof(Ring, tail) == 28 && sizeof(Ring::tail) == 4);
static_assert(offsetof(Ring, flags) == 32 && sizeof(Ring::flags) == 4);
static_assert(offsetof(Ring, ts) == 40 && sizeof(Ring::ts) == 16);
static_assert(offsetof(Ring, offset_mask) == 56 && sizeof(Ring::offset_mask) == 8);
static_assert(offsetof(Ring, buf_align) == 64 && sizeof(Ring::buf_align) == 8);
static_assert(offsetof(Ring, sem) == 128 && sizeof(Ring::sem) == 128);

static_assert(sizeof(Interface) == 56 && alignof(Interface) == 8);
static_assert(offsetof(Interface, ni_name) == 0 && sizeof(Interface::ni_name) == 16);
static_assert(offsetof(Interface, ni_version) == 16 && sizeof(Interface::ni_version) == 4);
static_assert(offsetof(Interface, ni_flags) == 20 && sizeof(Interface::ni_flags) == 4);
static_assert(offsetof(Interface, ni_tx_rings) == 24 && sizeof(Interface::ni_tx_rings) == 4);
static_assert(offsetof(Interface, ni_rx_rings) == 28 && sizeof(Interface::ni_rx_rings) == 4);
static_assert(offsetof(Interface, ni_bufs_head) == 32 && sizeof(Interface::ni_bufs_head) == 4);
static_assert(offsetof(Interface, ni_host_tx_rings) == 36 && sizeof(Interface::ni_host_tx_rings) == 4);
static_assert(offsetof(Interface, ni_host_rx_rings) == 40 && sizeof(Interface::ni_host_rx_rings) == 4);
static_assert(offsetof(Interface, ni_spare1) == 44 && sizeof(Interface::ni_spare1) == 12);

static_assert(sizeof(Header) == 88 && alignof(Header) == 8);
static_assert(offsetof(Header, nr_version) == 0 && sizeof(Header::nr_version) == 2);
static_assert(offsetof(Header, nr_reqtype) == 2 && sizeof(Header::nr_reqtype) == 2);
static_assert(offsetof(Header, nr_reserved) == 4 && sizeof(Header::nr_reserved) == 4);
static_assert(offsetof(Header, nr_name) == 8 && sizeof(Header::nr_name) == 64);
static_assert(offsetof(Header, nr_options) == 72 && sizeof(Header::nr_options) == 8);
static_assert(offsetof(Header, nr_body) == 80 && sizeof(Header::nr_body) == 8);

static_assert(sizeof(Register) == 56 && alignof(Register) == 8);
static_assert(offsetof(Register, nr_offset) == 0 && sizeof(Register::nr_offset) == 8);
static_assert(offsetof(Register, nr_memsize) == 8 && sizeof(Register::nr_memsize) == 8);
static_assert(offsetof(Register, nr_tx_slots) == 16 && sizeof(Register::nr_tx_slots) == 4);
static_assert(offsetof(Register, nr_rx_slots) == 20 && sizeof(Register::nr_rx_slots) == 4);
static_assert(offsetof(Register, nr_tx_rings) == 24 && sizeof(Register::nr_tx_rings) == 2);
static_assert(offsetof(Register, nr_rx_rings) == 26 && sizeof(Register::nr_rx_rings) == 2);
static_assert(offsetof(Register, nr_host_tx_rings) == 28 && sizeof(Register::nr_host_tx_rings) == 2);
static_assert(offsetof(Register, nr_host_rx_rings) == 30 && sizeof(Register::nr_host_rx_rings) == 2);
static_assert(offsetof(Register, nr_mem_id) == 32 && sizeof(Register::nr_mem_id) == 2);
static_assert(offsetof(Register, nr_ringid) == 34 && sizeof(Register::nr_ringid) == 2);
static_assert(offsetof(Register, nr_mode) == 36 && sizeof(Register::nr_mode) == 4);
static_assert(offsetof(Register, nr_extra_bufs) == 40 && sizeof(Register::nr_extra_bufs) == 4);
static_assert(offsetof(Register, nr_flags) == 48 && sizeof(Register::nr_flags) == 8);

static_assert(sizeof(PortInfo) == 32 && alignof(PortInfo) == 8);
static_assert(offsetof(PortInfo, nr_memsize) == 0 && sizeof(PortInfo::nr_memsize) == 8);
static_assert(offsetof(PortInfo, nr_tx_slots) == 8 && sizeof(PortInfo::nr_tx_slots) == 4);
static_assert(offsetof(PortInfo, nr_rx_slots) == 12 && sizeof(PortInfo::nr_rx_slots) == 4);
static_assert(offsetof(PortInfo, nr_tx_rings) == 16 && sizeof(PortInfo::nr_tx_rings) == 2);
static_assert(offsetof(PortInfo, nr_rx_rings) == 18 && sizeof(PortInfo::nr_rx_rings) == 2);
static_assert(offsetof(PortInfo, nr_host_tx_rings) == 20 && sizeof(PortInfo::nr_host_tx_rings) == 2);
static_assert(offsetof(PortInfo, nr_host_rx_rings) == 22 && sizeof(PortInfo::nr_host_rx_rings) == 2);
static_assert(offsetof(PortInfo, nr_mem_id) == 24 && sizeof(PortInfo::nr_mem_id) == 2);
static_assert(offsetof(PortInfo, pad) == 26 && sizeof(PortInfo::pad) == 6);

static_assert(sizeof(Legacy) == 60 && alignof(Legacy) == 4);
static_assert(offsetof(Legacy, nr_name) == 0 && sizeof(Legacy::nr_name) == 16);
static_assert(offsetof(Legacy, nr_version) == 16 && sizeof(Legacy::nr_version) == 4);
static_assert(offsetof(Legacy, nr_offset) == 20 && sizeof(Legacy::nr_offset) == 4);
static_assert(offsetof(Legacy, nr_memsize) == 24 && sizeof(Legacy::nr_memsize) == 4);
static_assert(offsetof(Legacy, nr_tx_slots) == 28 && sizeof(Legacy::nr_tx_slots) == 4);
static_assert(offsetof(Legacy, nr_rx_slots) == 32 && sizeof(Legacy::nr_rx_slots) == 4);
static_assert(offsetof(Legacy, nr_tx_rings) == 36 && sizeof(Legacy::nr_tx_rings) == 2);
static_assert(offsetof(Legacy, nr_rx_rings) == 38 && sizeof(Legacy::nr_rx_rings) == 2);
static_assert(offsetof(Legacy, nr_ringid) == 40 && sizeof(Legacy::nr_ringid) == 2);
static_assert(offsetof(Legacy, nr_cmd) == 42 && sizeof(Legacy::nr_cmd) == 2);
static_assert(offsetof(Legacy, nr_arg1) == 44 && sizeof(Legacy::nr_arg1) == 2);
static_assert(offsetof(Legacy, nr_arg2) == 46 && sizeof(Legacy::nr_arg2) == 2);
static_assert(offsetof(Legacy, nr_arg3) == 48 && sizeof(Legacy::nr_arg3) == 4);
static_assert(offsetof(Legacy, nr_flags) == 52 && sizeof(Legacy::nr_flags) == 4);
static_assert(offsetof(Legacy, spare2) == 56 && sizeof(Legacy::spare2) == 4);
static_assert(kApi == 0xe);
static_assert(kBufChanged == 0x1);
static_assert(kReport == 0x2);
static_assert(kMoreFrag == 0x20);
static_assert(kMaxFrags == 0x40);
static_assert(kRegister == 0x1);
static_assert(kPortInfoGet == 0x2);
static_assert(kOneNic == 0x4);
static_assert(kOneSw == 0x8);
static_assert(kMonitorTx == 0x100);
static_assert(kMonitorRx == 0x200);
static_assert(kExclusive == 0x800);
static_assert(kRxRingsOnly == 0x2000);
static_assert(kTxRingsOnly == 0x4000);
static_assert(kFirstBuffer == 0x2);
#ifdef __linux__
static_assert(kNiocCtrl == 0xc0586997);
#else
static_assert(kNiocCtrl == 0xc0586997);
#endif
#ifdef __linux__
static_assert(kNiocRegIf == 0xc03c6992);
#else
static_assert(kNiocRegIf == 0xc03c6992);
#endif
#ifdef __linux__
static_assert(kNiocGInfo == 0xc03c6991);
#else
static_assert(kNiocGInfo == 0xc03c6991);
#endif
#ifdef __linux__
static_assert(kNiocTxSync == 0x6994);
#else
static_assert(kNiocTxSync == 0x20006994);
#endif
#ifdef __linux__
static_assert(kNiocRxSync == 0x6995);
#else
static_assert(kNiocRxSync == 0x20006995);
#endif
}  // namespace nmgen::netmap

TEST(netmap_abi_is_what_was_measured) {}  // or this file would not have compiled
