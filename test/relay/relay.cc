// A device under test that loses, doubles, holds back and rewrites frames on their way from one interface to another,
// each by its number of arrival and a seed, and writes down which went in and which came out, in their order.
//
//     relay IN OUT LOG [seed=N] [lose=N] [copy=N] [hold=N] [depth=N] [signature=OFFSET] [as=same|nat|push|pop|tunnel]
//           [rate=PPS] [burst=N] [cut=N] [for=N]
//
// lose, copy, hold: of 1000 frames. A frame held back is let go behind one of the next `depth`, or when none comes.
// `rate` is a token bucket: what finds none is lost. Frames cut..cut+for-1 are lost, too: the device was away. Says `ready` when it listens; on SIGTERM writes LOG.in and
// LOG.out, each frame's stream (16 bits) and index (32) as its signature has them; and on standard output how many the
// kernel dropped.

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace {

using Frame = std::vector<uint8_t>;

volatile sig_atomic_t stopped = 0;

[[noreturn]] void fail(const char* what) {
  perror(what);
  exit(1);
}

// SplitMix64's finaliser over the number of the frame.
uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

double seconds() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_nsec) * 1e-9;
}

int open_on(const char* name, uint16_t protocol) {
  const int fd = socket(AF_PACKET, SOCK_RAW, 0);
  if (fd < 0) fail("socket");
  const int bytes = 512 << 20, yes = 1;
  setsockopt(fd, SOL_SOCKET, protocol ? SO_RCVBUFFORCE : SO_SNDBUFFORCE, &bytes, sizeof bytes);
  setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &yes, sizeof yes);
  setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &yes, sizeof yes);
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(protocol);
  address.sll_ifindex = static_cast<int>(if_nametoindex(name));
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) < 0) fail(name);
  return fd;
}

uint16_t get16(const uint8_t* at) { return static_cast<uint16_t>(at[0] << 8 | at[1]); }
void put16(uint8_t* at, uint32_t value) {
  at[0] = static_cast<uint8_t>(value >> 8), at[1] = static_cast<uint8_t>(value);
}

// RFC 1624, eqn. 3: HC' = ~(~HC + ~m + m').
void change(uint8_t* at, uint16_t value, std::initializer_list<uint8_t*> checksums) {
  for (uint8_t* checksum : checksums) {
    uint32_t sum = (get16(checksum) ^ 0xffffu) + (get16(at) ^ 0xffffu) + value;
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    put16(checksum, sum ^ 0xffff);
  }
  put16(at, value);
}

// Another source address and port, DSCP and TTL, over UDP without options.
void translate(Frame& frame) {
  uint8_t* const ip = &frame[14];
  const bool v4 = get16(&frame[12]) == 0x0800;
  uint8_t* const udp = ip + (v4 ? 20 : 40);
  if (v4) {
    change(ip, get16(ip) | 0xb8, {ip + 10});
    change(ip + 8, static_cast<uint16_t>(get16(ip + 8) - 0x100), {ip + 10});
    change(ip + 14, get16(ip + 14) ^ 0x5a5a, {ip + 10, udp + 6});
  } else {
    ip[0] |= 0x0b, ip[7]--;  // outside of every sum
    change(ip + 22, get16(ip + 22) ^ 0x5a5a, {udp + 6});
  }
  change(udp, get16(udp) ^ 0x1234, {udp + 6});
}

// A tag; or Ethernet in GRE (RFC 2784) in IPv4.
void put_before(Frame& frame, bool tunnel) {
  static const uint8_t tag[] = {0x81, 0x00, 0x20, 0x07};
  static const uint8_t gre[] = {0x08, 0x00, 0x45, 0, 0, 0,   0, 0, 0, 0, 64, 47,   0,
                                0,    192,  0,    2, 1, 192, 0, 2, 2, 0, 0,  0x65, 0x58};
  if (!tunnel) return void(frame.insert(frame.begin() + 12, tag, tag + sizeof tag));
  Frame outer(frame.begin(), frame.begin() + 12);
  outer.insert(outer.end(), gre, gre + sizeof gre);
  put16(&outer[16], static_cast<uint32_t>(frame.size() + sizeof gre - 2));
  outer.insert(outer.end(), frame.begin(), frame.end());
  frame = std::move(outer);
}

class Relay {
 public:
  Relay(int argc, char** argv) : in_(open_on(argv[1], ETH_P_ALL)), out_(open_on(argv[2], 0)), log_(argv[3]) {
    for (int i = 4; i < argc; i++) {
      const char* value = strchr(argv[i], '=');
      if (!value) fail(argv[i]);
      const std::string key(static_cast<const char*>(argv[i]), value);
      if (key == "as")
        as_ = value + 1;
      else
        options_[key] = strtoull(value + 1, nullptr, 10);
    }
    tokens_ = static_cast<double>(options_["burst"]);
    filled_ = seconds();
  }

  void run() {
    Frame frame(9216);
    pollfd ready{in_, POLLIN, 0};
    while (!stopped) {
      frame.resize(9216);
      const ssize_t bytes = recv(in_, frame.data(), frame.size(), MSG_DONTWAIT);
      if (bytes <= 0) {
        if (poll(&ready, 1, 50) == 0) let_go(~uint64_t{0});  // nobody sends any more
        continue;
      }
      frame.resize(static_cast<size_t>(bytes));
      take(frame);
    }
    let_go(~uint64_t{0});
    write_log(".in", went_in_);
    write_log(".out", came_out_);
    tpacket_stats stats{};
    socklen_t size = sizeof stats;
    getsockopt(in_, SOL_PACKET, PACKET_STATISTICS, &stats, &size);
    printf("%u\n", stats.tp_drops);
  }

 private:
  void take(const Frame& frame) {
    const uint64_t n = went_in_.size(), drawn = mix(options_["seed"] * 0x9e3779b97f4a7c15 + n), part = drawn % 1000;
    went_in_.push_back(name_of(frame));
    const uint64_t lose = options_["lose"], copy = lose + options_["copy"], hold = copy + options_["hold"];
    const bool away = n - options_["cut"] < options_["for"];
    if (away || part < lose || !has_token()) {
    } else if (part >= copy && part < hold) {
      held_.emplace(n + 1 + (drawn >> 32) % options_["depth"], frame);
    } else {
      forward(frame);
      if (part < copy) forward(frame);
    }
    let_go(n);
  }

  void let_go(uint64_t n) {
    while (!held_.empty() && held_.begin()->first <= n) {
      forward(held_.begin()->second);
      held_.erase(held_.begin());
    }
  }

  bool has_token() {
    const uint64_t rate = options_["rate"];
    if (rate == 0) return true;
    const double now = seconds();
    tokens_ = std::min(tokens_ + (now - filled_) * static_cast<double>(rate), static_cast<double>(options_["burst"]));
    filled_ = now;
    if (tokens_ < 1) return false;
    tokens_--;
    return true;
  }

  void forward(Frame frame) {
    came_out_.push_back(name_of(frame));
    if (as_ == "nat") translate(frame);
    if (as_ == "push" || as_ == "tunnel") put_before(frame, as_ == "tunnel");
    // As `pop` nothing is to be done: a packet socket gets frames without their first tag (packet(7), PACKET_AUXDATA).
    while (send(out_, frame.data(), frame.size(), 0) < 0)
      if (errno != ENOBUFS && errno != EAGAIN && errno != EINTR) fail("send");
  }

  uint64_t name_of(const Frame& frame) {
    const uint8_t* at = &frame[options_["signature"]];
    return uint64_t{get16(at + 2)} << 32 | uint64_t{get16(at + 4)} << 16 | get16(at + 6);
  }

  void write_log(const char* suffix, const std::vector<uint64_t>& names) {
    FILE* file = fopen((log_ + suffix).c_str(), "w");
    if (!file || fwrite(names.data(), sizeof names[0], names.size(), file) != names.size() || fclose(file)) fail("log");
  }

  int in_, out_;
  std::string log_, as_ = "same";
  std::map<std::string, uint64_t> options_;
  std::multimap<uint64_t, Frame> held_;  // by the number behind which they go
  std::vector<uint64_t> went_in_, came_out_;
  double tokens_ = 0, filled_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) return fputs("usage: relay IN OUT LOG [KEY=VALUE...]\n", stderr), 2;
  signal(SIGTERM, [](int) { stopped = 1; });
  Relay relay(argc, argv);
  puts("ready");
  fflush(stdout);
  relay.run();
}
