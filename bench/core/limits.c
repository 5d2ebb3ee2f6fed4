// What DPDK itself leaves to be reached, in plain C, 60-byte buffers in bursts of 64:
//
//   untouched   the same buffers again and again: only the reference that the device drops is taken anew
//   rewritten   buffers of the pool, a 64-byte template copied into each, its source address and port, both checksums
//   handed      from this core to another one, over a ring of buffers: 16 bytes of a sequence number and a stamp are
//               written into each and read there. It is what caches and the pool leave, whoever counts the packets.
//
//   build/bench-limits EAL ARGUMENTS... -- MODE PACKETS...
//
// For each number of packets: a line of MODE, packets and seconds; under callgrind a dump `MODE PACKETS`.
#include <rte_ethdev.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <valgrind/callgrind.h>

enum { kBurst = 64, kLength = 60, kDescriptors = 512, kBuffers = 8191, kCache = 256 };

static const uint8_t kUdp[64] = {2,  0, 0, 0,  0, 2, 2, 0, 0, 0,  0, 1, 8,   0,                        // Ethernet
                                 69, 0, 0, 46, 0, 0, 0, 0, 4, 17, 0, 0, 198, 18, 0, 0, 198, 19, 1, 2,  // IPv4
                                 0,  0, 0, 9,  0, 26};                                                 // UDP
// One's-complement sums of what does not vary: of the IPv4 header, and of the datagram with its pseudo-header.
enum {
  kIpSum = 0x4500 + 46 + 0x0411 + 0xc612 + 0xc613 + 0x0102,
  kUdpSum = 0xc612 + 0xc613 + 0x0102 + 17 + 26 + 9 + 26
};

static uint64_t counter;

static uint64_t mixed(void) {
  uint64_t z = counter += 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

static uint16_t finished(uint32_t sum) {
  sum = (sum & 0xffff) + (sum >> 16);
  return __builtin_bswap16((uint16_t) ~(sum + (sum >> 16)));
}

static void put(uint8_t* at, uint16_t value) {
  value = __builtin_bswap16(value);
  memcpy(at, &value, 2);
}

static void rewrite(struct rte_mbuf* m) {
  uint8_t* at = rte_pktmbuf_mtod(m, uint8_t*);
  const uint64_t random = mixed();
  const uint16_t host = (uint16_t)random, port = (uint16_t)(1024 + ((random >> 32) * 64512 >> 32));
  memcpy(at, kUdp, sizeof kUdp);
  put(at + 28, host);
  put(at + 34, port);
  const uint16_t ip = finished(kIpSum + host), udp = finished(kUdpSum + host + port);
  const uint16_t sent = udp ? udp : 0xffff;
  memcpy(at + 24, &ip, 2);
  memcpy(at + 40, &sent, 2);
  m->data_len = (uint16_t)(m->pkt_len = kLength);
}

static void send_all(struct rte_mbuf** mbufs, uint16_t n) {
  for (uint16_t sent = 0; sent < n;) sent += rte_eth_tx_burst(0, 0, mbufs + sent, (uint16_t)(n - sent));
}

static void untouched(struct rte_mempool* pool, uint64_t packets) {
  struct rte_mbuf* mbufs[kBurst];
  if (rte_pktmbuf_alloc_bulk(pool, mbufs, kBurst)) exit(1);
  for (int i = 0; i < kBurst; i++) rewrite(mbufs[i]);
  for (uint64_t sent = 0; sent < packets; sent += kBurst) {
    for (int i = 0; i < kBurst; i++) __atomic_store_n(&mbufs[i]->refcnt, 2, __ATOMIC_RELEASE);
    send_all(mbufs, kBurst);
  }
  for (int i = 0; i < kBurst; i++) rte_pktmbuf_free(mbufs[i]);
}

static void rewritten(struct rte_mempool* pool, uint64_t packets) {
  struct rte_mbuf* mbufs[kBurst];
  for (uint64_t sent = 0; sent < packets; sent += kBurst) {
    if (rte_pktmbuf_alloc_bulk(pool, mbufs, kBurst)) exit(1);
    for (int i = 0; i < kBurst; i++) rewrite(mbufs[i]);
    send_all(mbufs, kBurst);
  }
}

enum { kStampAt = 42 };  // behind the UDP header

static uint64_t stamps;  // so that no compiler drops what reads them

static int take(void* of) {
  struct rte_mbuf* mbufs[kBurst];
  for (uint64_t left = *(const uint64_t*)of; left > 0;) {
    const uint16_t n = rte_eth_rx_burst(0, 0, mbufs, kBurst);
    for (uint16_t i = 0; i < n; i++) {
      uint64_t stamp[2];
      memcpy(stamp, rte_pktmbuf_mtod_offset(mbufs[i], uint8_t*, kStampAt), sizeof stamp);
      stamps += stamp[0] ^ stamp[1];
    }
    rte_pktmbuf_free_bulk(mbufs, n);
    left -= n < left ? n : left;
  }
  return 0;
}

static void handed(struct rte_mempool* pool, uint64_t packets) {
  struct rte_mbuf* mbufs[kBurst];
  const unsigned other = rte_get_next_lcore(rte_lcore_id(), 1, 1);
  uint64_t stamp[2] = {0};
  if (other >= RTE_MAX_LCORE || rte_eal_remote_launch(take, &packets, other)) exit(1);
  for (uint64_t sent = 0; sent < packets; sent += kBurst) {
    while (rte_pktmbuf_alloc_bulk(pool, mbufs, kBurst)) rte_pause();
    stamp[1] = rte_rdtsc();
    for (int i = 0; i < kBurst; i++, stamp[0]++) {
      memcpy(rte_pktmbuf_mtod_offset(mbufs[i], uint8_t*, kStampAt), stamp, sizeof stamp);
      mbufs[i]->data_len = (uint16_t)(mbufs[i]->pkt_len = kLength);
    }
    send_all(mbufs, kBurst);
  }
  rte_eal_wait_lcore(other);
}

static struct rte_mempool* start(void) {
  struct rte_eth_conf conf = {0};
  struct rte_mempool* pool = rte_pktmbuf_pool_create("limits", kBuffers, kCache, 0, RTE_MBUF_DEFAULT_BUF_SIZE, 0);
  if (!pool || rte_eth_dev_configure(0, 1, 1, &conf) || rte_eth_rx_queue_setup(0, 0, kDescriptors, 0, NULL, pool) ||
      rte_eth_tx_queue_setup(0, 0, kDescriptors, 0, NULL) || rte_eth_dev_start(0)) {
    fprintf(stderr, "the device does not start\n");
    exit(1);
  }
  return pool;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void measure(const char* mode, struct rte_mempool* pool, uint64_t packets) {
  char name[64];
  snprintf(name, sizeof name, "%s %llu", mode, (unsigned long long)packets);
  const double since = now();
  CALLGRIND_ZERO_STATS;
  CALLGRIND_TOGGLE_COLLECT;
  (mode[0] == 'u' ? untouched : mode[0] == 'h' ? handed : rewritten)(pool, packets);
  CALLGRIND_TOGGLE_COLLECT;
  CALLGRIND_DUMP_STATS_AT(name);
  printf("%s %.9f\n", name, now() - since);
}

int main(int argc, char** argv) {
  const int used = rte_eal_init(argc, argv);
  if (used < 0 || argc - used < 3) return 2;
  struct rte_mempool* pool = start();
  for (int i = used + 2; i < argc; i++) measure(argv[used + 1], pool, strtoull(argv[i], NULL, 10));
  return 0;
}
