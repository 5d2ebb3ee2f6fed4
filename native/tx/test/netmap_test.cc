// The netmap backend where it is more than the contract: names, refusals, several rings, exchanged buffers. On a
// machine without netmap its double (netmap_double) is preloaded and answers as the module was measured to.

#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <set>
#include <thread>

#include "../backends/netmap_bind.h"
#include "../backends/netmap_name.h"
#include "../checksum.h"
#include "../clock.h"
#include "../tx_loop.h"
#include "support.h"

namespace nmgen::test {
namespace {

using netmap::Name;
using netmap::PortKind;
using netmap::Rings;

void needs_netmap() {
  if (auto failure = netmap::no_device()) skip(failure->message);
}
void needs_double() {
  if (!dlsym(RTLD_DEFAULT, "netmap_double_is_here")) skip("netmap's double is not preloaded");
}

struct Setting {
  Setting(const char* name, const std::string& value) : name_(name) { setenv(name, value.c_str(), 1); }
  ~Setting() { unsetenv(name_); }
  const char* name_;
};

Failure failure_of(const std::string& uri, uint32_t tx_queues = 1, uint32_t rx_queues = 0, uint32_t max_frame = 60) {
  OpenRequest request{.device = {}, .args = {}, .devices = {}};
  request.tx_queues = tx_queues;
  request.rx_queues = rx_queues;
  request.max_frame = max_frame;
  auto device = open_device(uri, request);
  if (device) fail(__FILE__, __LINE__, uri + " opens");
  const Failure failure = device.failure();
  CHECK(!failure.message.empty() && !failure.hint.empty());
  CHECK(failure.message.find("Failure") == std::string::npos);
  return failure;
}

void fill(TxQueue& tx, uint32_t length) {
  for (Frame& frame : tx.all()) std::memset(frame.data, 0x5a, length), frame.length = length;
  tx.filled();
}

std::vector<std::vector<uint8_t>> receive(RxQueue& rx, size_t n) {
  std::vector<std::vector<uint8_t>> frames;
  for (const uint64_t until = now_ns() + 10'000'000'000; frames.size() < n && now_ns() < until;) {
    const auto peeked = rx.peek();
    for (const Frame& frame : peeked) frames.emplace_back(frame.data, frame.data + frame.length);
    rx.release(static_cast<uint32_t>(peeked.size()));
  }
  CHECK_EQ(frames.size(), n);
  return frames;
}

TEST(netmap_names_are_those_of_its_own_programs) {
  struct {
    const char* text;
    const char* port;
    PortKind kind;
    Rings rings;
    uint16_t first, last;
  } const good[] = {
      {"eth3", "eth3", PortKind::kInterface, Rings::kHardware, 0, 0xffff},
      {"eth3-2", "eth3", PortKind::kInterface, Rings::kHardware, 2, 2},
      {"eth3-0-3", "eth3", PortKind::kInterface, Rings::kHardware, 0, 3},
      {"br-lan", "br-lan", PortKind::kInterface, Rings::kHardware, 0, 0xffff},
      {"br-lan-1", "br-lan", PortKind::kInterface, Rings::kHardware, 1, 1},
      {"eth3^", "eth3", PortKind::kInterface, Rings::kHost, 0, 0xffff},
      {"eth3^1", "eth3", PortKind::kInterface, Rings::kHost, 1, 1},
      {"eth3*", "eth3", PortKind::kInterface, Rings::kBoth, 0, 0xffff},
      {"vale0:1", "vale0:1", PortKind::kVale, Rings::kHardware, 0, 0xffff},
      {"vale0:1-1,slots=256", "vale0:1", PortKind::kVale, Rings::kHardware, 1, 1},
      {"p{1", "p{1", PortKind::kPipe, Rings::kHardware, 0, 0xffff},
      {"vale0:1}12-0/x@3", "vale0:1}12", PortKind::kPipe, Rings::kHardware, 0, 0},
  };
  for (const auto& one : good) {
    auto name = netmap::parse_name(one.text);
    if (!name) fail(__FILE__, __LINE__, std::string(one.text) + ": " + name.failure().message);
    CHECK(name->port == one.port && name->kind == one.kind && name->rings == one.rings);
    CHECK(name->first == one.first && name->last == one.last);
  }
  CHECK_EQ(netmap::parse_name("p{1@3")->memory, 3u);
  CHECK_EQ(netmap::parse_name("eth3/tr")->monitors, 0x300u);
}

TEST(netmap_names_that_cannot_be_are_refused_with_a_sentence) {
  for (const char* text : {"-1", "{1", "p{", "vale0:1^", "p{1*", "eth3^x", "eth3-5-2", "eth3/z", "eth3/R", "eth3/q",
                           "p{1@conf:rings=2", "a_name_with_more_than_15{1", "an_interface_name_too_long"}) {
    auto name = netmap::parse_name(text);
    if (name) fail(__FILE__, __LINE__, std::string(text) + " is taken");
    CHECK(name.failure().code == "bad-argument" && !name.failure().hint.empty());
    CHECK(name.failure().message.find(text) != std::string::npos || std::strlen(text) > 15);
  }
  CHECK(netmap::parse_name("eth3/z").failure().hint.find("/t") != std::string::npos);
}

TEST(netmap_errors_become_sentences_with_a_remedy) {
  needs_netmap();
  needs_double();
  struct {
    const char* device;
    const char* code;
    const char* hint;  // a word of the remedy
    uint32_t queues = 1;
  } const cases[] = {
      {"nosuch0", "no-interface", "ip -br link"},      {"nmbusy0", "device-in-use", "fuser"},
      {"nmnomem0", "netmap-no-memory", "ring_size"},   {"nmvnet0", "virtio-header", "without them"},
      {"nmnative0", "no-native-driver", "admode"},     {"nmmtu0", "netmap-refused", "mtu"},
      {"nmwire0-4", "no-ring", "fewer queues"},        {"nmwire0^1", "no-ring", "name one"},
      {"nmsink0@7", "no-memory-region", "leave out"},  {"nmwire0", "too-many-queues", "fewer", 5},
      {"nmsink0,colour=red", "bad-argument", "batch"}, {"nmsink0,sync=never", "bad-argument", "poll"},
      {"p{1,slots=17", "bad-argument", "128"},         {"nmwire0-1-2", "too-many-queues", "fewer", 3},
      {"nmsink0/t", "bad-argument", "leave out"},
  };
  for (const auto& one : cases) {
    const Failure failure = failure_of(std::string("netmap:") + one.device, one.queues);
    if (failure.code != one.code || failure.hint.find(one.hint) == std::string::npos)
      fail(__FILE__, __LINE__,
           std::string(one.device) + ": " + failure.code + ": " + failure.message + " / " + failure.hint);
  }
}

TEST(netmap_says_why_its_device_does_not_open) {
  needs_double();
  struct {
    int error;
    const char* code;
    const char* hint;
  } const cases[] = {
      {ENOENT, "netmap-missing", "netmap"}, {EACCES, "no-permission", "root"}, {EIO, "netmap-failed", "dmesg"}};
  for (const auto& one : cases) {
    const Setting setting("NETMAP_DOUBLE_ERRNO", std::to_string(one.error));
    const Failure failure = failure_of("netmap:nmsink0");
    CHECK(failure.code == one.code && failure.hint.find(one.hint) != std::string::npos);
    CHECK(netmap::no_device().has_value());
  }
  CHECK(!netmap::no_device());
}

TEST(netmap_registers_the_old_way_where_a_module_knows_no_other) {
  needs_netmap();
  needs_double();
  const Setting setting("NETMAP_DOUBLE_LEGACY", "1");
  auto a = open_or_fail("netmap:old{1", 1, 0, 60);
  auto b = open_or_fail("netmap:old}1", 0, 1, 60);
  CHECK(a->facts().at("api") == "NIOCREGIF");
  fill(*a->tx(0), 60);
  CHECK_EQ(a->tx(0)->commit(3, false), 3u);
  a->tx(0)->push();
  CHECK_EQ(receive(*b->rx(0), 3)[2].size(), 60u);
  CHECK(failure_of("netmap:nmwire0-9").code == "no-ring");
  CHECK(failure_of("netmap:nosuch0").code == "no-interface");
}

TEST(netmap_rings_are_ours_alone_unless_they_are_shared) {
  needs_netmap();
  auto first = open_or_fail("netmap:nmx{1", 1, 0, 60);
  CHECK(failure_of("netmap:nmx{1").code == "device-in-use");
  CHECK(failure_of("netmap:nmx{1,shared=yes").code == "device-in-use");  // the first one does not share
  auto receiver = open_or_fail("netmap:nmx{1", 0, 1, 60);                // the other direction
  first.reset();
  auto again = open_or_fail("netmap:nmx{1,shared=yes", 1, 0, 60);
  auto beside = open_or_fail("netmap:nmx{1,shared=yes", 1, 0, 60);
}

TEST(netmap_gives_each_queue_a_ring_and_leaves_none_unread) {
  needs_netmap();
  auto tx = open_or_fail("netmap:nmr{1", 3, 0, 60);
  auto rx = open_or_fail("netmap:nmr}1", 0, 2, 60);  // one of the queues reads two rings
  CHECK(tx->tx_queues() == 3 && rx->rx_queues() == 2);
  for (uint32_t q = 0; q < 3; q++) {
    fill(*tx->tx(q), 60);
    for (uint32_t j = 0; j < 20; j++) put64(tx->tx(q)->frames[j].data, 1000 * q + j);
    CHECK_EQ(tx->tx(q)->commit(20, false), 20u);
    tx->tx(q)->push();
  }
  std::set<uint64_t> seen;
  for (const auto& frame : receive(*rx->rx(0), 40)) seen.insert(get64(frame.data()));
  for (const auto& frame : receive(*rx->rx(1), 20)) seen.insert(get64(frame.data()));
  CHECK_EQ(seen.size(), 60u);
  for (const auto& frame : seen) CHECK(frame / 1000 < 3 && frame % 1000 < 20);
}

TEST(netmap_opens_rings_by_number_and_host_rings_where_there_are_some) {
  needs_netmap();
  needs_double();
  auto wire = open_or_fail("netmap:nmwire0-2", 1, 0, 60);
  auto end = open_or_fail("netmap:nmwire1-2-3", 0, 2, 60);
  fill(*wire->tx(0), 60);
  CHECK_EQ(wire->tx(0)->commit(5, false), 5u);
  wire->tx(0)->push();
  receive(*end->rx(0), 5);
  CHECK(end->rx(1)->peek().empty());
  auto host = open_or_fail("netmap:nmwire0^", 1, 1, 60);
  CHECK(host->tx_queues() == 1 && host->rx_queues() == 1 && host->link_bps() == 0);
  auto both = open_or_fail("netmap:nmwire1*", 5, 0, 60);  // four hardware rings and one host ring
  CHECK_EQ(both->tx_queues(), 5u);
}

TEST(netmap_hands_over_a_batch_at_once_and_less_when_nothing_is_due) {
  needs_netmap();
  auto tx = open_or_fail("netmap:nmb{1,batch=100", 1, 0, 60);
  auto rx = open_or_fail("netmap:nmb}1", 0, 1, 60);
  fill(*tx->tx(0), 60);
  CHECK_EQ(tx->tx(0)->commit(64, false), 64u);
  CHECK(rx->rx(0)->peek().empty() && tx->counters().at("tx_packets") == 0);
  CHECK_EQ(tx->tx(0)->commit(40, false), 40u);
  receive(*rx->rx(0), 104);
  CHECK_EQ(tx->tx(0)->commit(1, false), 1u);
  CHECK(rx->rx(0)->peek().empty());
  tx->tx(0)->push();
  receive(*rx->rx(0), 1);
  CHECK_EQ(tx->counters().at("tx_packets"), 105u);
  CHECK_EQ(rx->counters().at("rx_packets"), 105u);
}

TEST(netmap_sends_long_frames_in_several_buffers) {
  needs_netmap();
  auto tx = open_or_fail("netmap:nml{1", 1, 0, kMaxFrame);
  auto rx = open_or_fail("netmap:nml}1", 0, 1, 60);
  TxQueue& queue = *tx->tx(0);
  const uint32_t lengths[] = {60, 2048, 2049, 4096, 9000, kMaxFrame, 60};
  for (uint32_t round = 0; round < 300; round++) {  // around the ring and over its end, several times
    if (queue.room < 7) queue.refill();
    const uint32_t n = std::min(queue.room, 7u);
    for (uint32_t j = 0; j < n; j++) {
      Frame& frame = queue.frames[j];
      frame.length = lengths[j];
      for (uint32_t b = 0; b < frame.length; b++) frame.data[b] = static_cast<uint8_t>(b * 7 + (b >> 8) + round + j);
    }
    CHECK_EQ(queue.commit(n, true), n);
    queue.push();
    const auto frames = receive(*rx->rx(0), n);
    for (uint32_t j = 0; j < n; j++) {
      CHECK_EQ(frames[j].size(), lengths[j]);
      for (uint32_t b = 0; b < lengths[j]; b++)
        CHECK(frames[j][b] == static_cast<uint8_t>(b * 7 + (b >> 8) + round + j));
    }
  }
}

// The other end of a pipe, as a program that forwards would use it: by itself, not through our receiver.
struct Reader {
  explicit Reader(const std::string& port) {
    auto bound = netmap::Descriptor::bind({.port = port, .flags = netmap::kRxRingsOnly, .extra_buffers = 4}, memories);
    if (!bound) fail(__FILE__, __LINE__, bound.failure().message);
    end = std::move(*bound);
  }
  netmap::Ring& ring() { return end->ring(); }
  void sync() { CHECK(ioctl(end->fd(), netmap::kNiocRxSync, nullptr) == 0); }
  netmap::Memories memories;
  std::unique_ptr<netmap::Descriptor> end;
};

uint8_t* data_of(netmap::Ring& ring, const netmap::Slot& slot) {
  return reinterpret_cast<uint8_t*>(&ring) + ring.buf_ofs + size_t{slot.buf_idx} * ring.nr_buf_size;
}

TEST(netmap_fills_again_the_buffers_that_a_pipes_reader_has_exchanged) {
  needs_netmap();
  Plan plan = plan_of({plain_stream(0, 60)});
  plan.streams[0].limit = 5000;
  plan.streams[0].fields = {whole_field(20, 4, FieldOp::kInc)};
  plan.lanes = {lane_of({0})};
  plan = decoded(plan);
  auto device = open_or_fail("netmap:nmy{1,slots=128,batch=16", 1, 0, 60);
  Reader reader("nmy}1");
  netmap::Ring& ring = reader.ring();
  std::vector<page::Word> page(size_t{page::kHeaderCells} + page::kTxStreamCells);
  page[page::kGo] = page[page::kShared] = 1;
  std::thread sender([&] { TxLoop(*device->tx(0), plan, page.data()).run(); });
  uint32_t got = 0, wrong = 0, head = ring.head;
  for (const uint64_t until = now_ns() + 20'000'000'000; got < 5000 && now_ns() < until;) {
    reader.sync();
    const uint32_t tail = ring.tail;
    uint32_t last = ring.num_slots;  // a slot before, to exchange buffers with
    for (; head != tail; head = head + 1 == ring.num_slots ? 0 : head + 1, got++) {
      netmap::Slot& slot = ring.slots()[head];
      uint8_t* data = data_of(ring, slot);
      wrong += slot.len != 60 || data[0] != 0x40 || get32(data + 20) != got || data[59] != 0x40;
      if (last < ring.num_slots && got % 3 == 0) {
        netmap::Slot& other = ring.slots()[last];
        std::memset(data, 0xdd, 60), std::memset(data_of(ring, other), 0xdd, 60);
        std::swap(slot.buf_idx, other.buf_idx);
        slot.flags = other.flags = netmap::kBufChanged;
        slot.len = 1;
      }
      last = head;
    }
    ring.head = ring.cur = head;
    if (head == tail) std::this_thread::yield();
  }
  page::set(&page[page::kStop], 1);
  sender.join();
  CHECK_EQ(got, 5000u);
  CHECK_EQ(wrong, 0u);
}

TEST(netmap_refuses_what_another_program_wrote_into_its_memory) {
  needs_netmap();
  auto device = open_or_fail("netmap:nmw{1,batch=16,slots=128", 1, 0, 60);
  Reader reader("nmw}1");
  fill(*device->tx(0), 60);
  device->tx(0)->commit(64, false);
  reader.sync();
  reader.ring().slots()[0].buf_idx = 0x7fffffff;
  reader.ring().slots()[0].flags = netmap::kBufChanged;
  reader.ring().head = reader.ring().cur = reader.ring().tail;
  reader.sync();
  device->tx(0)->commit(32, false);
  CHECK(device->tx(0)->failure && device->tx(0)->failure->code == "ring-broken");
}

TEST(netmap_tells_of_a_device_that_is_gone) {
  needs_netmap();
  needs_double();
  auto device = open_or_fail("netmap:nmlost0", 1, 0, 60);
  TxQueue& tx = *device->tx(0);
  fill(tx, 60);
  uint64_t sent = 0;
  while (!tx.failure && sent < 100'000) {
    if (tx.room == 0) tx.refill();
    sent += tx.commit(tx.room, false);
  }
  CHECK(tx.failure && tx.failure->code == "interface-lost" && sent < 10'000);
  tx.flush();
}

TEST(netmap_stops_where_there_is_no_carrier_and_ends_in_time) {
  needs_netmap();
  needs_double();
  auto device = open_or_fail("netmap:nmstuck0", 1, 0, 60);
  TxQueue& tx = *device->tx(0);
  fill(tx, 60);
  uint64_t sent = 0;
  for (uint32_t tries = 0; tries < 200; tries++) {
    if (tx.room == 0) tx.refill();
    sent += tx.commit(tx.room, false);
  }
  const uint64_t start = now_ns();
  tx.flush();
  CHECK(now_ns() - start < 2'000'000'000);
  CHECK_EQ(sent, 1023u);
  CHECK_EQ(device->counters().at("tx_pending"), 1023u);
}

TEST(netmap_reserves_extra_buffers_and_gives_them_back) {
  needs_netmap();
  for (int round = 0; round < 20; round++) {  // more than there would be, were they lost
    auto keeps_the_region = open_or_fail("netmap:nmsink0^", 1, 0, 60);
    auto device = open_or_fail("netmap:nmsink0,extra=1000", 1, 0, 60);
    CHECK(device->facts().at("extra_buffers") == "1000");
  }
}

// A program that was killed leaves nothing behind: the next one gets the same ring.
TEST(netmap_starts_again_after_a_kill) {
  needs_netmap();
  int ready[2];
  CHECK(pipe(ready) == 0);
  const pid_t child = fork();
  if (child == 0) {
    auto device =
        open_device("netmap:nmsink0", {.device = {}, .rx_queues = 0, .max_frame = 60, .args = {}, .devices = {}});
    const char word = device ? 'y' : 'n';
    if (write(ready[1], &word, 1) != 1) _exit(1);
    pause();
    _exit(0);
  }
  char word = 0;
  CHECK(read(ready[0], &word, 1) == 1 && word == 'y');
  CHECK(failure_of("netmap:nmsink0").code == "device-in-use");
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  ::close(ready[0]), ::close(ready[1]);
  auto device = open_or_fail("netmap:nmsink0", 1, 0, 60);
  fill(*device->tx(0), 60);
  CHECK_EQ(device->tx(0)->commit(64, false), 64u);
}

}  // namespace
}  // namespace nmgen::test
