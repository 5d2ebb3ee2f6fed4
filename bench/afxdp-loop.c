// The least that sends on AF_XDP: constant frames of 60 bytes, 64 at a time, until it is ended. What nmgen's backend is
// measured against. cc -O2 bench/afxdp-loop.c -lxdp -lbpf; arguments: INTERFACE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <xdp/xsk.h>

enum { kFrames = 1024, kFrame = 2048, kBurst = 64, kLength = 60 };

static const unsigned char kUdp[kLength] = {2,  0, 0,   0,  0, 2, 2, 0, 0, 0,  0,   1,   8,   0,  // Ethernet
                                            69, 0, 0,   46, 0, 0, 0, 0, 4, 17, 172, 172, 198, 18,
                                            1,  2, 198, 19, 1, 2,    // IPv4
                                            4,  0, 0,   9,  0, 26};  // UDP

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  unsigned char* area =
      mmap(NULL, kFrames * kFrame, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  struct xsk_umem* umem;
  struct xsk_socket* socket;
  struct xsk_ring_prod fill, tx;
  struct xsk_ring_cons completed;
  const struct xsk_umem_config memory = {.fill_size = kFrames, .comp_size = kFrames, .frame_size = kFrame};
  const struct xsk_socket_config config = {
      .tx_size = kFrames, .libxdp_flags = XSK_LIBXDP_FLAGS__INHIBIT_PROG_LOAD, .bind_flags = XDP_USE_NEED_WAKEUP};
  if (xsk_umem__create(&umem, area, kFrames * kFrame, &fill, &completed, &memory) ||
      xsk_socket__create(&socket, argv[1], 0, umem, NULL, &tx, &config)) {
    fprintf(stderr, "no AF_XDP socket on %s\n", argv[1]);
    return 1;
  }
  for (int i = 0; i < kFrames; i++) memcpy(area + i * kFrame, kUdp, kLength);
  unsigned next = 0, out = 0;
  for (;;) {
    unsigned at;
    if (out + kBurst <= kFrames && xsk_ring_prod__reserve(&tx, kBurst, &at) == kBurst) {
      for (unsigned i = 0; i < kBurst; i++, next = (next + 1) % kFrames)
        *xsk_ring_prod__tx_desc(&tx, at + i) = (struct xdp_desc){.addr = next * kFrame, .len = kLength};
      xsk_ring_prod__submit(&tx, kBurst);
      out += kBurst;
    }
    sendto(xsk_socket__fd(socket), NULL, 0, MSG_DONTWAIT, NULL, 0);
    const unsigned done = xsk_ring_cons__peek(&completed, kFrames, &at);
    xsk_ring_cons__release(&completed, done);
    out -= done;
  }
}
