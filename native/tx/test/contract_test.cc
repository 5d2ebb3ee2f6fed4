// The contract of native/tx/backend.h, held against every device of the list. A new backend adds a line there.

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <set>
#include <sstream>
#include <thread>

#include "../checksum.h"
#include "../clock.h"
#include "../rx_loop.h"
#include "../tx_loop.h"
#include "netns.h"
#include "support.h"

namespace nmgen::test {
namespace {

struct Target {
  const char* uri;
  const char* bad;                            // a URI of this backend that must be refused
  const char* why_nothing_arrives = nullptr;  // null: what is sent is received on the queue of the same number
  const char* peer = nullptr;                 // the device that receives it; null: the same
  const char* why_never_full = nullptr;       // null: when nobody releases, `commit` takes no more
  bool copies = false;  // frames are copied out of the window: more can be under way than it lends
  uint32_t max_frame = kMaxFrame;
  uint32_t window = 0;           // so many frames may be under way: the path drops more
  bool in_kernel = false;        // an interface, of a pair `nmgt0` - `nmgt1` that is made for each case
  const char* before = nullptr;  // a command that this pair needs first

  // Enough to fill what can be filled.
  uint64_t plenty() const { return window ? 20 * window : 1'000'000; }
};

constexpr const char* kTakesRedirected = "ethtool -K nmgt1 gro on";
constexpr const char* kDrops = "what has no room at the other end is dropped there";

const Target kTargets[] = {
    {"loop:x", "loop:x,slots=7"},
    {"loop:x,slots=131", "loop:x,colour=red"},  // no power of two, and not a whole number of bursts
    {"dpdk:net_ring0", "dpdk:net_ring0,nodeaction=nonsense"},
    {"dpdk:net_null0,size=60", "dpdk:net_nonsense0", "what it receives is made up"},
    {.uri = "netmap:nmc{1", .bad = "netmap:nmc{", .peer = "netmap:nmc}1", .max_frame = 1514},
    {.uri = "netmap:nmc}2,slots=4096,sync=poll",
     .bad = "netmap:nmc{2,sync=sleep",
     .peer = "netmap:nmc{2,sync=poll",
     .max_frame = 2048},
    {.uri = "netmap:nmc{3,batch=1", .bad = "netmap:nmc{3/z", .peer = "netmap:nmc}3", .copies = true},  // long frames
    {.uri = "netmap:vale7:1",
     .bad = "netmap:vale7:1^",
     .peer = "netmap:vale7:2,slots=2048",
     .why_never_full = kDrops,
     .max_frame = 1514,
     .window = 512},
    {.uri = "netmap:nmsink0",
     .bad = "netmap:nmsink0-17",
     .why_nothing_arrives = "it swallows all frames",
     .max_frame = 1514},
    {.uri = "afpacket:nmgt0",
     .bad = "afpacket:nmgt7",
     .peer = "afpacket:nmgt1",
     .why_never_full = kDrops,
     .max_frame = 1514,
     .window = 4096,
     .in_kernel = true},
    {.uri = "afpacket:nmgt0,slots=131,bypass=0",
     .bad = "afpacket:nmgt0,fanout=most",
     .peer = "afpacket:nmgt1,blocks=64,block_kib=256,timeout_ms=3",
     .why_never_full = kDrops,
     .max_frame = 1514,
     .window = 4096,
     .in_kernel = true},
    {.uri = "afxdp:nmgt0",
     .bad = "afxdp:nmgt0,mode=zero-copy",  // which veth has not
     .peer = "afxdp:nmgt1",
     .why_never_full = kDrops,
     .max_frame = 1514,
     .window = 256,
     .in_kernel = true},
    {.uri = "afxdp:nmgt0,slots=128,mode=copy,busy_poll=20",
     .bad = "afxdp:nmgt0,slots=100",
     .peer = "afxdp:nmgt1,program=generic,rx_slots=4096",
     .why_never_full = kDrops,
     .max_frame = 1514,
     .window = 1024,
     .in_kernel = true},
    {.uri = "xdp:nmgt0",
     .bad = "xdp:nmgt0,slots=100",
     .peer = "afpacket:nmgt1",
     .why_never_full = kDrops,
     .max_frame = 1514,
     .window = 4096,
     .in_kernel = true,
     .before = kTakesRedirected},
    {.uri = "xdp:nmgt0,slots=128",
     .bad = "xdp:nmgt7",
     .peer = "afxdp:nmgt1,rx_slots=4096",
     .why_never_full = kDrops,
     .max_frame = 1514,
     .window = 1024,
     .in_kernel = true,
     .before = kTakesRedirected},
    {.uri = "pcap:build/contract.pcap",
     .bad = "pcap:nowhere/x.pcap",
     .peer = "pcap:build/contract.pcap",
     .why_never_full = "a file takes all that the disk has room for",
     .window = 4096},
};

constexpr size_t kHeader = page::kHeaderCells;
// Where a frame bears its number: not in its destination, since a VALE switch holds 0 for the address of its first
// port.
constexpr uint32_t kNumberAt = 8;
constexpr uint64_t kPatienceNs = 20'000'000'000;

bool prepare(const char* command) {
  if (std::system(command) != 0) skip(std::string("`") + command + "` failed: is it installed (make setup)?");
  return true;
}

// An open device with a queue each way, or two devices with one each, entered by this thread.
struct Link {
  explicit Link(const Target& target)
      : veth(target.in_kernel ? new Veth : nullptr),
        ready(target.before && prepare(target.before)),
        device(open_or_fail(target.uri, 1, target.peer ? 0 : 1, target.max_frame)),
        peer(target.peer ? open_or_fail(target.peer, 0, 1, target.max_frame) : nullptr),
        tx(*device->tx(0)),
        rx(*receiver().rx(0)) {
    device->enter();
    prefill(60);
  }
  ~Link() { device->leave(); }
  Device& receiver() { return peer ? *peer : *device; }
  void prefill(uint32_t length) {
    for (Frame& frame : tx.all()) {
      std::memset(frame.data, 0x5a, length);
      frame.length = length;
    }
    tx.filled();
  }
  // Sends n frames with a running number, in windows as they come; returns how many were taken before the ring was
  // full.
  uint64_t send(uint64_t n, uint64_t first) {
    uint64_t sent = 0;
    for (int tries = 0; sent < n && tries < 100;) {
      if (tx.room == 0) tx.refill();
      const uint32_t m = static_cast<uint32_t>(std::min<uint64_t>(n - sent, tx.room));
      CHECK(m <= kMaxBurst);
      for (uint32_t j = 0; j < m; j++) put64(tx.frames[j].data + kNumberAt, first + sent + j);
      const uint32_t taken = m ? tx.commit(m, false) : 0;
      CHECK(taken <= m);
      sent += taken;
      tries = taken ? 0 : tries + 1;
    }
    tx.push();
    return sent;
  }
  // Receives n frames, waiting for them, and checks that their numbers are first, first + 1 ...
  void receive(uint64_t n, uint64_t first) {
    const uint64_t until = now_ns() + kPatienceNs;
    for (uint64_t got = 0; got < n;) {
      CHECK(now_ns() < until);
      std::span<const Frame> frames = rx.peek();
      CHECK(frames.size() <= kMaxBurst);
      for (const Frame& frame : frames) {
        CHECK_EQ(frame.length, 60u);
        CHECK_EQ(get64(frame.data + kNumberAt), first + got++);
        for (uint32_t b = 0; b < 60; b++) CHECK(b - kNumberAt < 8 || frame.data[b] == 0x5a);
      }
      rx.release(static_cast<uint32_t>(frames.size()));
    }
  }
  std::unique_ptr<Veth> veth;
  bool ready;
  std::unique_ptr<Device> device, peer;
  TxQueue& tx;
  RxQueue& rx;
};

void needs_arrival(const Target& target) {
  if (target.why_nothing_arrives) skip(target.why_nothing_arrives);
}

void needs_an_end(const Target& target) {
  needs_arrival(target);
  if (target.why_never_full) skip(target.why_never_full);
}

void check_sentence(const Failure& failure) {
  CHECK(!failure.code.empty() && failure.code.find(' ') == std::string::npos);
  CHECK(failure.message.size() > 10 && failure.message.find('\n') == std::string::npos);
  CHECK(!failure.hint.empty());
}

void opens_again_after_it_was_closed(const Target& target) {
  for (int round = 0; round < 3; round++) {
    Link link(target);
    CHECK(link.device->tx_queues() >= 1 && link.receiver().rx_queues() >= 1);
    CHECK(!link.device->facts().at("driver").empty() && !link.receiver().facts().at("driver").empty());
    CHECK_EQ(link.send(10, 0), 10u);
  }
}

void refuses_with_a_sentence(const Target& target) {
  Link link(target);
  auto device = open_device(target.bad, {.device = {}, .args = {}, .devices = {}});
  CHECK(!device);
  check_sentence(device.failure());
  // And a refusal breaks nothing.
  CHECK_EQ(link.send(1, 0), 1u);
}

void sends_bursts_of_any_size(const Target& target) {
  Link link(target);
  uint64_t sent = 0;
  for (uint32_t n : {0u, 1u, 63u, 64u, 0u, 5u, 64u}) {
    if (link.tx.room == 0) link.tx.refill();
    const Frame* before = link.tx.frames;
    const uint32_t room = link.tx.room, m = std::min(n, room);
    CHECK(room >= 1 && room <= kMaxBurst);
    for (uint32_t j = 0; j < m; j++) put64(link.tx.frames[j].data + kNumberAt, sent + j);
    CHECK_EQ(link.tx.commit(m, false), m);
    link.tx.push();
    if (m == 0) CHECK(link.tx.frames == before && link.tx.room == room);
    if (!target.why_nothing_arrives) link.receive(m, sent);
    sent += m;
  }
}

void lends_frames_that_are_distinct_and_whole(const Target& target) {
  Link link(target);
  std::span<Frame> all = link.tx.all();
  CHECK(all.size() >= 2 * kMaxBurst);
  const uint32_t bytes = link.tx.max_frame();
  CHECK(bytes >= target.max_frame && bytes <= kMaxFrame);
  uint8_t mark = 0;
  for (Frame& frame : all) std::memset(frame.data, mark += 7, bytes);
  mark = 0;
  for (const Frame& frame : all) {
    mark += 7;
    for (uint32_t b = 0; b < bytes; b += 53) CHECK_EQ(frame.data[b], mark);
    CHECK(frame.data[bytes - 1] == mark && frame.holds == kNothing);
  }
  // The window shows frames of `all`, over and over.
  const std::set<const Frame*> known = [&] {
    std::set<const Frame*> set;
    for (const Frame& frame : all) set.insert(&frame);
    return set;
  }();
  link.prefill(60);
  for (uint64_t round = 0; round < 50; round++) {
    for (uint32_t j = 0; j < link.tx.room; j++) CHECK(known.contains(link.tx.frames + j));
    CHECK_EQ(link.send(17, round * 17), 17u);
    if (!target.why_nothing_arrives) link.receive(17, round * 17);
  }
}

void sends_its_longest_frame(const Target& target) {
  Link link(target);
  for (const uint32_t length : {target.max_frame, 60u, target.max_frame}) {
    if (link.tx.room == 0) link.tx.refill();
    Frame& frame = link.tx.frames[0];
    for (uint32_t b = 0; b < length; b++) frame.data[b] = static_cast<uint8_t>(b * 31 + b / 256);
    frame.length = length;
    CHECK_EQ(link.tx.commit(1, true), 1u);
    link.tx.push();
    if (target.why_nothing_arrives) continue;
    std::span<const Frame> got;
    for (const uint64_t until = now_ns() + kPatienceNs; got.empty() && now_ns() < until;) got = link.rx.peek();
    CHECK(got.size() == 1 && got[0].length == length);
    for (uint32_t b = 0; b < length; b++) CHECK_EQ(got[0].data[b], static_cast<uint8_t>(b * 31 + b / 256));
    link.rx.release(1);
  }
}

// What RxLoop takes for the moment of arrival.
void stamps_arrivals_between_then_and_now(const Target& target) {
  needs_arrival(target);
  Link link(target);
  if (!link.rx.arrived) skip("the device does not say when a frame arrived");
  for (uint64_t round = 0; round < 20; round++) {
    const uint64_t before = now_ns();
    CHECK_EQ(link.send(1, round), 1u);
    while (link.rx.peek().empty() && now_ns() < before + kPatienceNs) continue;
    // The two clocks are read one after the other, and may be slewed against each other meanwhile.
    CHECK(link.rx.arrived[0] + 1'000'000 > before && link.rx.arrived[0] < now_ns() + 1'000'000);
    link.receive(1, round);
  }
}

// The loop takes a device at its word: what it has got ahead of its time is stamped with that time.
void sends_no_frame_before_it_is_due(const Target& target) {
  needs_arrival(target);
  Link link(target);
  if (!link.tx.lead_ns) skip("the device does not send by the time");
  for (uint64_t round = 0; round < 20; round++) {
    const uint64_t due = now_ns() + link.tx.lead_ns;
    link.tx.epoch_ns = due - link.tx.lead_ns;
    link.tx.due[0] = link.tx.lead_ns;
    CHECK_EQ(link.send(1, round), 1u);
    while (link.rx.peek().empty() && now_ns() < due + kPatienceNs) continue;
    CHECK((link.rx.arrived ? link.rx.arrived[0] : now_ns()) + 100'000 >
          due);  // what readings of its clock may be off by
    link.receive(1, round);
  }
}

void stops_when_full_and_goes_on_after_a_release(const Target& target) {
  needs_an_end(target);
  Link link(target);
  uint64_t first = 0;
  for (int round = 0; round < 5; round++) {
    const uint64_t held = link.send(1'000'000, first);  // nobody releases
    CHECK(held >= kMaxBurst && held < 100'000);
    CHECK(target.copies || held <= link.tx.all().size());
    CHECK_EQ(link.send(1, ~0ull), 0u);  // still full; what could be written into a window must not be one in flight
    link.receive(held, first);
    first += held;
    CHECK_EQ(link.send(kMaxBurst, first), kMaxBurst);
    link.receive(kMaxBurst, first);
    first += kMaxBurst;
  }
}

void keeps_what_was_peeked_until_it_is_released(const Target& target) {
  needs_arrival(target);
  Link link(target);
  CHECK_EQ(link.send(10, 0), 10u);
  const uint64_t until = now_ns() + kPatienceNs;
  std::span<const Frame> peeked;
  while (peeked.empty() && now_ns() < until) peeked = link.rx.peek();
  CHECK(!peeked.empty());
  link.send(target.plenty(), 10);
  for (size_t j = 0; j < peeked.size(); j++) CHECK_EQ(get64(peeked[j].data + kNumberAt), j);
}

void counts_what_it_sent(const Target& target) {
  Link link(target);
  if (!link.device->counters().contains("tx_packets")) skip("the device has no such counters of its own");
  const uint64_t before = link.device->counters().at("tx_packets");
  uint64_t sent = 0;
  for (int round = 0; round < 100; round++) {
    const uint64_t n = link.send(31, sent);
    if (!target.why_nothing_arrives) link.receive(n, sent);
    sent += n;
  }
  link.tx.flush();
  CHECK_EQ(link.device->counters().at("tx_packets") - before, sent);
  if (target.why_nothing_arrives) return;
  CHECK_EQ(link.receiver().counters().at("rx_packets"), sent);
  CHECK_EQ(link.receiver().counters()["rx_missed"], 0u);
}

void flushes_within_a_bounded_time(const Target& target) {
  Link link(target);
  link.send(target.plenty(), 0);
  const uint64_t start = now_ns();
  link.tx.flush();
  CHECK(now_ns() - start < 2'000'000'000);
}

// Two threads, as in a run. The sender gives each frame its number, a length made of it, and a last byte.
uint32_t length_of(uint64_t i) { return 60 + static_cast<uint32_t>(i * 2654435761 % 1455); }

void transfer(const Target& target, uint64_t packets, bool resized) {
  needs_arrival(target);
  if (target.why_never_full && !target.window) skip(target.why_never_full);
  Link link(target);
  link.prefill(resized ? 1514 : 60);
  std::atomic<bool> give_up{false};
  std::atomic<uint64_t> received{0};
  std::thread sender([&] {
    link.device->enter();
    for (uint64_t i = 0; i < packets && !give_up;) {
      while (target.window && i - received >= target.window && !give_up) {
        link.tx.push();
        std::this_thread::yield();
      }
      if (link.tx.room == 0) link.tx.refill();
      if (link.tx.room == 0) std::this_thread::yield();
      const uint32_t n = static_cast<uint32_t>(std::min<uint64_t>(packets - i, link.tx.room));
      for (uint32_t j = 0; j < n; j++) {
        Frame& frame = link.tx.frames[j];
        frame.data[frame.length - 1] = 0x5a;  // the end of one length is the middle of another
        if (resized) frame.length = length_of(i + j);
        if (resized && target.window) std::memset(frame.data, 0x5a, frame.length);
        put64(frame.data + kNumberAt, i + j);
        frame.data[frame.length - 1] = static_cast<uint8_t>(i + j);
      }
      if (n) i += link.tx.commit(n, resized);
    }
    link.tx.flush();
    link.device->leave();
  });
  uint64_t got = 0, wrong = 0;
  for (uint64_t until = now_ns() + kPatienceNs; got < packets && now_ns() < until;) {
    std::span<const Frame> frames = link.rx.peek();
    if (!frames.empty()) until = now_ns() + kPatienceNs;  // an emulated NIC may take its time
    for (const Frame& frame : frames) {
      const uint32_t length = resized ? length_of(got) : 60;
      wrong += frame.length != length || get64(frame.data + kNumberAt) != got ||
               frame.data[length - 1] != static_cast<uint8_t>(got) || frame.data[length / 2] != 0x5a;
      got++;
    }
    link.rx.release(static_cast<uint32_t>(frames.size()));
    received = got;
    if (frames.empty()) std::this_thread::yield();
  }
  give_up = true;
  sender.join();
  CHECK_EQ(got, packets);
  CHECK_EQ(wrong, 0u);
  CHECK(link.rx.peek().empty());
}

void delivers_a_million_packets_in_order(const Target& target) {
  transfer(target, (target.window ? 100'000 : 1'000'000) / kSlowdown, false);
}
void delivers_each_packet_with_its_length(const Target& target) {
  transfer(target, (target.window ? 50'000 : 200'000) / kSlowdown, true);
}

void receives_at_most_a_burst(const Target& target) {
  Link link(target);
  link.send(target.plenty(), 0);
  for (int round = 0; round < 10; round++) {
    std::span<const Frame> frames = link.rx.peek();
    CHECK(frames.size() <= kMaxBurst);
    for (const Frame& frame : frames) CHECK(frame.length == 60 && frame.data != nullptr);
    link.rx.release(static_cast<uint32_t>(frames.size()));
  }
}

// A sender and a receiver as a run has them, while something happens to their interface.
struct Loops {
  explicit Loops(const Target& target) : link(target) {
    plan.lanes = {lane_of({0})};
    for (std::vector<page::Word>* page : {&tx, &rx}) page::publish(&(*page)[page::kGo], 1);
    page::set(&rx[page::kEpochNs], 1);
    receiver = std::thread([this] { RxLoop(link.rx, plan, rx.data()).run(); });
    sender = std::thread([this] { TxLoop(link.tx, plan, tx.data()).run(); });
    wait_for([&] { return page::get(&tx[page::kPackets]) > 1000; });
  }
  ~Loops() {
    stop();
    for (std::thread* thread : {&sender, &receiver})
      if (thread->joinable()) thread->join();
  }
  void stop() {
    for (std::vector<page::Word>* page : {&tx, &rx}) page::set(&(*page)[page::kStop], 1);
  }
  static bool is_done(const std::vector<page::Word>& page) { return page::acquire(&page[page::kState]) == page::kDone; }
  static void wait_for(auto condition) {
    const uint64_t until = now_ns() + kPatienceNs;
    while (!condition() && now_ns() < until) std::this_thread::yield();
    CHECK(condition());
  }

  Link link;
  Plan plan = plan_of({plain_stream(0, 60)});
  std::vector<page::Word> tx = std::vector<page::Word>(kHeader + page::kTxStreamCells);
  std::vector<page::Word> rx = std::vector<page::Word>(kHeader + page::kRxStreamCells);
  std::thread sender, receiver;
};

void needs_an_interface(const Target& target) {
  if (!target.in_kernel) skip("it is no interface of the kernel's");
}

void ends_soon_after_it_was_told_to(const Target& target) {
  Loops loops(target);
  const uint64_t start = now_ns();
  loops.stop();
  loops.wait_for([&] { return loops.is_done(loops.tx) && loops.is_done(loops.rx); });
  CHECK(now_ns() - start < 1'000'000'000);  // 100 ms, on a machine that has them
  CHECK(!loops.link.tx.failure && !loops.link.rx.failure);
  if (!target.in_kernel) return;
  CHECK_EQ(loops.link.device->counters().at("tx_packets"), page::get(&loops.tx[page::kPackets]));
}

void ends_with_a_sentence_when_its_interface_is_removed(const Target& target) {
  needs_an_interface(target);
  Loops loops(target);
  Veth::ip("link delete nmgt0");
  loops.wait_for([&] { return loops.is_done(loops.tx) && loops.is_done(loops.rx); });
  for (const auto& failure : {loops.link.tx.failure, loops.link.rx.failure}) {
    check_sentence(failure.value());
    CHECK_EQ(failure->code, std::string("interface-lost"));
  }
  CHECK_EQ(page::get(&loops.tx[page::kPackets]), page::get(&loops.tx[kHeader + page::kTxPackets]));
}

void ends_with_a_sentence_when_its_link_goes_down(const Target& target) {
  needs_an_interface(target);
  for (const char* which : {"nmgt0", "nmgt1"}) {
    Loops loops(target);
    Veth::ip(std::string("link set down dev ") + which);
    loops.wait_for([&] { return loops.is_done(loops.tx); });
    check_sentence(loops.link.tx.failure.value());
    CHECK_EQ(loops.link.tx.failure->code, std::string("link-down"));
    auto refused =
        open_device(target.uri, {.device = {}, .rx_queues = 0, .max_frame = 1514, .args = {}, .devices = {}});
    CHECK(!refused);
    CHECK_EQ(refused.failure().code, std::string("link-down"));
  }
}

const Backend* backend_of(std::string_view uri) {
  for (const Backend* backend : backends())
    if (uri.substr(0, uri.find(':')) == backend->name) return backend;
  return nullptr;
}

void add_case(const Target& target, const char* name, void (*body)(const Target&)) {
  std::string where = target.uri;
  std::ranges::replace(where, ':', ' ');
  Add("contract of " + where + " - " + name, [&target, body] {
    if (auto failure = backend_of(target.uri)->probe()) skip(failure->message);
    body(target);
  });
}

// Devices of this machine, such as the NICs of test/vm: `URI PEER WINDOW LONGEST` of each, separated by `;`.
std::deque<Target> here() {
  const char* text = std::getenv("NMGEN_CONTRACT");
  std::istringstream all(text ? text : "");
  static std::deque<std::string> uris;
  std::deque<Target> targets;
  for (std::string one; std::getline(all, one, ';');) {
    std::string uri, peer;
    Target target{.uri = nullptr, .bad = nullptr, .why_never_full = kDrops};
    std::istringstream(one) >> uri >> peer >> target.window >> target.max_frame;
    target.uri = uris.emplace_back(uri).c_str();
    target.peer = uris.emplace_back(peer).c_str();
    target.bad = uris.emplace_back(uri + "x").c_str();
    targets.push_back(target);
  }
  return targets;
}

// Called by main, when every backend that is compiled in has registered itself.
void add_all() {
  static std::deque<Target> targets = here();
  targets.insert(targets.end(), std::begin(kTargets), std::end(kTargets));
  for (const Target& target : targets) {
    if (!backend_of(target.uri)) continue;  // tools/native-test.sh says why not
#define CASE(name) add_case(target, #name, name)
    CASE(opens_again_after_it_was_closed);
    CASE(refuses_with_a_sentence);
    CASE(sends_bursts_of_any_size);
    CASE(lends_frames_that_are_distinct_and_whole);
    CASE(sends_its_longest_frame);
    CASE(stamps_arrivals_between_then_and_now);
    CASE(sends_no_frame_before_it_is_due);
    CASE(stops_when_full_and_goes_on_after_a_release);
    CASE(keeps_what_was_peeked_until_it_is_released);
    CASE(counts_what_it_sent);
    CASE(flushes_within_a_bounded_time);
    CASE(delivers_a_million_packets_in_order);
    CASE(delivers_each_packet_with_its_length);
    CASE(receives_at_most_a_burst);
    CASE(ends_soon_after_it_was_told_to);
    CASE(ends_with_a_sentence_when_its_interface_is_removed);
    CASE(ends_with_a_sentence_when_its_link_goes_down);
#undef CASE
  }
}
const AddLater kAddLater(add_all);

TEST(open_refuses_unknown_and_incomplete_URIs_with_a_sentence) {
  for (const char* uri : {"", "loop", "loop:", "nowhere:x", ":x", "LOOP:x"}) {
    auto device = open_device(uri, {.device = {}, .args = {}, .devices = {}});
    CHECK(!device);
    check_sentence(device.failure());
  }
  CHECK(open_device("nowhere:x", {.device = {}, .args = {}, .devices = {}}).failure().hint.find("loop") !=
        std::string::npos);
}

TEST(open_refuses_more_queues_than_a_device_has) {
  auto device = open_device("loop:x", {.device = {}, .tx_queues = 65, .args = {}, .devices = {}});
  CHECK(!device);
  check_sentence(device.failure());
}

TEST(loop_without_a_receiver_is_never_full) {
  auto device = open_or_fail("loop:x", 1, 0);
  CHECK_EQ(device->rx_queues(), 0u);
  TxQueue& tx = *device->tx(0);
  for (uint64_t sent = 0; sent < 100'000; sent += tx.commit(tx.room, false)) CHECK(tx.room > 0);
}

TEST(loop_queues_are_separate) {
  auto device = open_or_fail("loop:x", 4, 4);
  for (uint32_t q = 0; q < 4; q++) {
    TxQueue& tx = *device->tx(q);
    for (uint32_t j = 0; j < 5 + q; j++) put64(tx.frames[j].data, q), tx.frames[j].length = 60 + q;
    CHECK_EQ(tx.commit(5 + q, true), 5 + q);
  }
  for (uint32_t q = 4; q-- > 0;) {
    std::span<const Frame> frames = device->rx(q)->peek();
    CHECK_EQ(frames.size(), 5 + q);
    for (const Frame& frame : frames) CHECK(frame.length == 60 + q && get64(frame.data) == q);
  }
}

}  // namespace
}  // namespace nmgen::test
