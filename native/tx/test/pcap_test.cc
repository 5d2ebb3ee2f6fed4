// Captures of every dialect through the pcap backend, and a disk that is full.

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>

#include "../backends/pcap_reader.h"
#include "../clock.h"
#include "support.h"

namespace nmgen::test {
namespace {

using Bytes = std::vector<uint8_t>;
const char* const kFile = "build/pcap-test";

struct Writer {
  bool swapped = false;
  Bytes bytes{};
  void put(uint64_t value, size_t size) {
    for (size_t i = 0; i < size; i++) bytes.push_back(static_cast<uint8_t>(value >> 8 * (swapped ? size - 1 - i : i)));
  }
  void words(std::initializer_list<uint32_t> list) {
    for (uint32_t word : list) put(word, 4);
  }
  void frame(uint32_t length, uint8_t fill) { bytes.insert(bytes.end(), length, fill); }
  void save(std::ios::openmode mode = std::ios::trunc) const {
    std::ofstream(kFile, std::ios::binary | mode)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  void pcap_header(uint32_t magic, uint32_t link) {
    put(magic, 4), put(2, 2), put(4, 2);
    words({0, 0, 65535, link});
  }
  void record(uint32_t seconds, uint32_t part, uint32_t length, uint8_t fill) {
    words({seconds, part, length, length + 100});  // cut off by a snap length
    frame(length, fill);
  }
  // pcapng: a block around `body`.
  void block(uint32_t type, const Writer& body) {
    const uint32_t padded = static_cast<uint32_t>(body.bytes.size() + 3) / 4 * 4;
    words({type, padded + 12});
    bytes.insert(bytes.end(), body.bytes.begin(), body.bytes.end());
    frame(padded - static_cast<uint32_t>(body.bytes.size()), 0);
    put(padded + 12, 4);
  }
  Writer body() const { return {swapped}; }
  void section() {
    Writer b = body();
    b.put(0x1a2b3c4d, 4), b.put(1, 2), b.put(0, 2), b.put(~0ull, 8);
    block(0x0a0d0d0a, b);
  }
  void interface(uint16_t link, int resolution = -1) {
    Writer b = body();
    b.put(link, 2), b.put(0, 2), b.put(0, 4);
    if (resolution >= 0)
      b.put(9, 2), b.put(1, 2), b.put(static_cast<uint64_t>(resolution), 1), b.put(0, 3), b.put(0, 4);
    block(1, b);
  }
  void enhanced(uint32_t interface, uint64_t ticks, uint32_t length, uint8_t fill) {
    Writer b = body();
    b.words({interface, static_cast<uint32_t>(ticks >> 32), static_cast<uint32_t>(ticks), length, length});
    b.frame(length, fill);
    block(6, b);
  }
};

// Frames of `count` bytes each filled with its number, in the order of the file.
void expect_frames(RxQueue& rx, uint32_t first, uint32_t until) {
  for (uint32_t got = first; got < until;) {
    const auto frames = rx.peek();
    CHECK(!frames.empty());
    for (const Frame& frame : frames) {
      CHECK_EQ(frame.length, 60 + got);
      for (uint32_t b = 0; b < frame.length; b++) CHECK_EQ(frame.data[b], static_cast<uint8_t>(got));
      got++;
    }
    rx.release(static_cast<uint32_t>(frames.size()));
  }
  CHECK(rx.peek().empty() && !rx.failure);
}

std::unique_ptr<Device> open_file() { return open_or_fail(std::string("pcap:") + kFile, 0, 1); }

std::string refusal() {
  auto device = open_device(std::string("pcap:") + kFile,
                            {.device = {}, .tx_queues = 0, .rx_queues = 1, .args = {}, .devices = {}});
  if (!device) return device.failure().code + ": " + device.failure().message;
  RxQueue& rx = *(*device)->rx(0);
  while (!rx.peek().empty()) rx.release(static_cast<uint32_t>(rx.peek().size()));
  return rx.failure ? rx.failure->code + ": " + rx.failure->message : "none";
}

TEST(pcap_reads_either_byte_order_and_resolution) {
  const uint64_t past = 1'600'000'000;
  for (const bool swapped : {false, true})
    for (const uint32_t magic : {0xa1b2c3d4u, 0xa1b23c4du}) {
      Writer w{swapped};
      w.pcap_header(magic, 1);
      for (uint32_t i = 0; i < 200; i++) w.record(static_cast<uint32_t>(past) + i, i, 60 + i, static_cast<uint8_t>(i));
      w.save();
      expect_frames(*open_file()->rx(0), 0, 200);
    }
}

TEST(pcap_reads_pcapng_with_several_sections_interfaces_and_resolutions) {
  Writer w;
  for (const bool swapped : {false, true}) {
    w.swapped = swapped;
    w.section();
    w.interface(1);
    w.interface(1, 9);
    w.interface(1, 0x80 | 20);
    Writer unknown = w.body();
    unknown.words({1, 2, 3});
    w.block(0xbad, unknown);
    const uint32_t first = swapped ? 51 : 0;
    for (uint32_t i = first; i < first + 50; i++) w.enhanced(i % 3, uint64_t{i} << 31, 60 + i, static_cast<uint8_t>(i));
    if (swapped) continue;
    Writer simple = w.body();
    simple.put(110, 4);
    simple.frame(110, 50);
    w.block(3, simple);
  }
  w.save();
  expect_frames(*open_file()->rx(0), 0, 101);
}

TEST(pcap_tells_when_a_frame_was_captured_if_that_is_a_time) {
  timespec real;
  clock_gettime(CLOCK_REALTIME, &real);
  const uint64_t now = now_ns();
  Writer w;
  w.pcap_header(0xa1b23c4d, 1);
  w.record(static_cast<uint32_t>(real.tv_sec) - 1, static_cast<uint32_t>(real.tv_nsec), 60, 0);
  w.record(0, 7, 61, 1);  // counted from a start
  w.save();
  auto device = open_file();
  RxQueue& rx = *device->rx(0);
  CHECK_EQ(rx.peek().size(), 2u);
  const int64_t ago = static_cast<int64_t>(now - rx.arrived[0]);
  CHECK(ago > 900'000'000 && ago < 1'100'000'000);
  CHECK(rx.arrived[1] >= now && rx.arrived[1] <= now_ns());
}

TEST(pcap_waits_for_the_rest_of_a_file_that_grows) {
  Writer w;
  w.pcap_header(0xa1b2c3d4, 1);
  w.record(1, 0, 60, 0);
  w.record(2, 0, 61, 1);
  Writer head = w, tail;
  head.bytes.resize(w.bytes.size() - 30);
  tail.bytes.assign(w.bytes.end() - 30, w.bytes.end());
  head.save();
  auto device = open_file();
  expect_frames(*device->rx(0), 0, 1);
  tail.save(std::ios::app);
  expect_frames(*device->rx(0), 1, 2);
}

TEST(pcap_refuses_what_is_no_capture_of_Ethernet) {
  auto said = [](Writer w) {
    w.save();
    return refusal();
  };
  Writer raw, text, ng, huge, dangling;
  raw.pcap_header(0xa1b2c3d4, 101);
  for (const char c : std::string("version: 1\nname: no capture\n")) text.bytes.push_back(static_cast<uint8_t>(c));
  ng.section();
  ng.interface(113);
  huge.pcap_header(0xa1b2c3d4, 1);
  huge.words({0, 0, 0x7fffffff, 60});
  dangling.section();
  dangling.enhanced(0, 0, 60, 0);
  CHECK(said(raw).starts_with("bad-capture") && said(raw).find("link type 101") != std::string::npos);
  CHECK(said(text).find("is no capture") != std::string::npos);
  CHECK(said(ng).find("link type 113") != std::string::npos);
  CHECK(said(huge).find("damaged") != std::string::npos);
  CHECK(said(dangling).find("unknown interface") != std::string::npos);
  unlink(kFile);
  CHECK(refusal().starts_with("no-file"));
}

// Both orders of bytes, both resolutions; of pcapng, interfaces of several resolutions, each kind of packet, a block
// that nobody knows.
std::vector<Bytes> small_captures() {
  std::vector<Bytes> captures;
  for (const bool swapped : {false, true}) {
    for (const uint32_t magic : {0xa1b2c3d4u, 0xa1b23c4du}) {
      Writer w{swapped};
      w.pcap_header(magic, 1);
      for (uint32_t i = 0; i < 4; i++) w.record(i, i, 60 + i, 0);
      captures.push_back(w.bytes);
    }
    Writer w{swapped};
    for (int section = 0; section < 2; section++) {
      w.section();
      for (const int resolution : {-1, 6, 9, 0x80 | 20}) w.interface(1, resolution);
      for (uint32_t i = 0; i < 4; i++) w.enhanced(i, i, 20 + i, 0);
      Writer simple = w.body(), unknown = w.body();
      simple.put(20, 4), simple.frame(20, 0);
      unknown.words({1, 2, 3});
      w.block(3, simple), w.block(0xbad, unknown);
    }
    captures.push_back(w.bytes);
  }
  return captures;
}

Bytes damaged(Random& random, Bytes bytes, const Bytes& other) {
  const std::vector<uint8_t> odd{0, 1, 0x7f, 0x80, 0xff};
  for (uint64_t k = random.between(1, 5); k-- > 0;)
    bytes[random.below(bytes.size())] = random.chance(2) ? random.pick(odd) : static_cast<uint8_t>(random.next());
  if (random.chance(4)) bytes.resize(random.below(bytes.size()));
  if (random.chance(4))
    bytes.insert(bytes.end(), other.begin() + static_cast<ptrdiff_t>(random.below(other.size())), other.end());
  return bytes;
}

// Whatever the file says: its reading ends, and shows no more bytes than there are.
void read_through(const Bytes& bytes) {
  Writer{false, bytes}.save();
  PcapReader reader;
  if (reader.open(kFile)) return;
  size_t shown = 0, frames = 0;
  uint64_t time_ns;
  Frame frame{};
  while (reader.next(frame, time_ns)) {
    for (uint32_t b = 0; b < frame.length; b++) shown += 1 + 0 * frame.data[b];
    CHECK(++frames <= bytes.size() && shown <= bytes.size());
  }
  reader.fill();
  CHECK(!reader.next(frame, time_ns));
}

// More in a night than in a build: NMGEN_FUZZ_RUNS=1000000 tools/native-test.sh asan "pcap survives".
TEST(pcap_survives_any_damage) {
  const char* asked = std::getenv("NMGEN_FUZZ_RUNS");
  const std::vector<Bytes> captures = small_captures();
  for (const Bytes& capture : captures) read_through(capture);
  Random random{7};
  for (uint64_t left = asked ? std::strtoull(asked, nullptr, 10) : 2000; left > 0; left--)
    read_through(damaged(random, random.pick(captures), random.pick(captures)));
}

TEST(pcap_counts_what_is_in_the_file_when_the_disk_is_full) {
  rlimit before;
  getrlimit(RLIMIT_FSIZE, &before);
  auto old = std::signal(SIGXFSZ, SIG_IGN);
  auto device = open_or_fail(std::string("pcap:") + kFile, 1, 0);
  TxQueue& tx = *device->tx(0);
  for (Frame& frame : tx.all()) std::memset(frame.data, 1, 60), frame.length = 60;
  const rlimit limit{24 + 100 * 76 + 33, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &limit);
  uint64_t sent = 0;
  for (int burst = 0; burst < 5; burst++) sent += tx.commit(std::min(tx.room, 64u), false);
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old);
  CHECK_EQ(sent, 100u);
  CHECK(tx.failure && tx.failure->code == "disk-full" && tx.room == 0);
  CHECK_EQ(std::ifstream(kFile, std::ios::ate | std::ios::binary).tellg(), std::streamoff{24 + 100 * 76});
  unlink(kFile);
}

TEST(pcap_does_not_wait_for_a_reader_of_its_pipe_that_stopped) {
  const std::string pipe = std::string(kFile) + ".pipe";
  CHECK_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const int reader = open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  auto device = open_or_fail("pcap:" + pipe, 1, 0);
  TxQueue& tx = *device->tx(0);
  for (Frame& frame : tx.all()) std::memset(frame.data, 1, 60), frame.length = 60;
  uint64_t sent = 0;
  for (uint32_t n = 1; n > 0; sent += n) n = tx.commit(std::min(tx.room, 64u), false);
  CHECK(!tx.failure);
  CHECK_EQ(tx.commit(std::min(tx.room, 64u), false), 0u);  // and it comes back
  tx.flush();
  tx.unsent([&](const Frame&) { sent--; });
  std::vector<char> bytes(1 << 20);
  const auto held = static_cast<uint64_t>(read(reader, bytes.data(), bytes.size()));
  CHECK_EQ((held - 24) / 76, sent);
  CHECK_EQ(device->counters()["tx_packets"], sent);
  // What the reader takes makes room again.
  tx.refill();
  CHECK(tx.room > 0);
  close(reader);
  unlink(pipe.c_str());
}

}  // namespace
}  // namespace nmgen::test
