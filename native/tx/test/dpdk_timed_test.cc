// Ports that know the time. No device here does, so net_ring is one: DPDK's own callbacks do to what it receives and
// look at what it sends as a device would, and its clock is ours at another pace.
#ifdef NMGEN_DPDK

#include "../backends/dpdk_timed.h"

#include <rte_ethdev.h>
#include <rte_mbuf_dyn.h>

#include <cstdlib>

#include "../tx_loop.h"
#include "support.h"

namespace nmgen::test {
namespace {

constexpr uint64_t kPatienceNs = 20'000'000'000;
double ticks_per_ns = 0.15625;     // 156.25 MHz, as many NICs count
constexpr double kRoundedNs = 14;  // a tick of the stamp, one of the reading that it is counted from, and 1 ns
constexpr uint64_t kOffset = 77'000'000'000;

uint64_t ticks_at(uint64_t ns) { return kOffset + static_cast<uint64_t>(static_cast<double>(ns) * ticks_per_ns); }

// Our clock is read before and after the device's: here at one and the same moment, so that the line is exact but for
// the ticks' own rounding.
bool works = true, reading = false;
uint64_t moment = 0, behind = 0;
dpdk::PortTime as_if(uint16_t, const rte_eth_dev_info&) {
  return {.stamps = true,
          .paces = true,
          .misses = "rx_mbuf_",
          .clock = {.read = [](uint64_t& ticks) { return ticks = ticks_at(moment), works; },
                    .now =
                        [] {
                          reading = !reading;
                          return reading ? moment = now_ns() - behind : moment;
                        }}};
}

// net_ring0 that can tell the time, with the device's side of it in our hands.
struct Timed {
  explicit Timed(const std::string& arguments = "", bool has_clock = true, double rate = 0.15625, uint64_t age = 0) {
    works = has_clock, reading = false, ticks_per_ns = rate, behind = age;
    before = std::exchange(dpdk::time_of_port, as_if);
    device = open_or_fail("dpdk:net_ring0" + arguments, 1, 1);
    device->enter();
    CHECK(rte_eth_dev_get_port_by_name("net_ring0", &port) == 0);
    CHECK(rte_mbuf_dyn_rx_timestamp_register(&field, &rx_flag) == 0);
    stamper = rte_eth_add_rx_callback(port, 0, stamp, this);
    CHECK(stamper);
    for (Frame& frame : tx().all()) frame.length = 60;
    tx().filled();
    opened = now_ns();
  }
  ~Timed() {
    rte_eth_remove_rx_callback(port, 0, stamper);
    device->leave();
    device.reset();
    dpdk::time_of_port = before;
  }
  TxQueue& tx() { return *device->tx(0); }
  RxQueue& rx() { return *device->rx(0); }

  // The k-th of a burst "arrived" at `arrives + k * 100`; every fourth without a stamp.
  static uint16_t stamp(uint16_t, uint16_t, rte_mbuf** mbufs, uint16_t n, uint16_t, void* self) {
    const Timed& timed = *static_cast<Timed*>(self);
    for (uint16_t k = 0; k < n; k++) {
      *RTE_MBUF_DYNFIELD(mbufs[k], timed.field, rte_mbuf_timestamp_t*) = ticks_at(timed.arrives + k * 100u);
      mbufs[k]->ol_flags = k % 4 == 3 ? 0 : timed.rx_flag;
    }
    return n;
  }
  // Sends 8 frames, and shows when they arrived; and `more` that were sent before.
  std::vector<uint64_t> exchange(uint64_t arrival, uint32_t more = 0) {
    arrives = arrival;
    for (uint32_t left = 8; left > 0;) {
      if (tx().room == 0) tx().refill();
      left -= tx().commit(std::min(left, tx().room), false);
    }
    std::vector<uint64_t> times;
    const uint64_t until = now_ns() + kPatienceNs;
    while (times.size() < 8 + more && now_ns() < until) {
      const auto frames = rx().peek();
      times.insert(times.end(), rx().arrived, rx().arrived + frames.size());
      rx().release(static_cast<uint32_t>(frames.size()));
    }
    CHECK_EQ(times.size(), 8u + more);
    return times;
  }

  dpdk::PortTime (*before)(uint16_t, const rte_eth_dev_info&);
  std::unique_ptr<Device> device;
  uint16_t port = 0;
  int field = 0;
  uint64_t rx_flag = 0, arrives = 0, opened = 0;
  const rte_eth_rxtx_callback* stamper = nullptr;
};

TEST(dpdk_tells_arrivals_by_the_stamps_of_its_device) {
  Timed timed;
  CHECK(timed.device->facts().at("rx") == "stamped by the device");
  for (int round = 0; round < 50; round++) {
    const uint64_t before = now_ns(), arrival = before - 50'000;
    const auto times = timed.exchange(arrival);
    const uint64_t after = now_ns();
    // However long the thread that reads the clock was kept from it: the first two readings lie 10 ms apart.
    const double bound = kRoundedNs * (1 + static_cast<double>(after - timed.opened) / 10e6);
    for (size_t k = 0; k < times.size(); k++) {
      if (k % 4 == 3)
        CHECK(times[k] >= before && times[k] <= after);  // no stamp: when it was found
      else
        CHECK(std::abs(static_cast<double>(static_cast<int64_t>(times[k] - (arrival + k * 100)))) <= bound);
    }
  }
}

TEST(dpdk_does_not_believe_a_stamp_that_cannot_be_true) {
  Timed timed;
  for (const int64_t off : {2'000'000'000l, -2'000'000'000l, -3'600'000'000'000l, 1'000'000'000'000'000l}) {
    const uint64_t before = now_ns();
    for (const uint64_t at : timed.exchange(before + static_cast<uint64_t>(off))) CHECK(at >= before && at <= now_ns());
  }
}

TEST(dpdk_keeps_the_time_itself_where_the_device_cannot_or_is_not_asked_to) {
  for (const bool asked : {true, false}) {
    Timed timed(asked ? "" : ",stamps=0,lead=0", !asked);
    CHECK(timed.rx().arrived == nullptr && timed.tx().lead_ns == 0 && timed.tx().due == nullptr);
    CHECK(!timed.device->facts().contains("rx") && !timed.device->facts().contains("tx"));
  }
  const auto device = open_or_fail("dpdk:net_ring0", 1, 1);
  CHECK(!device->counters().contains("rx_mbuf_allocation_errors"));
  CHECK(device->rx(0)->arrived == nullptr && !device->facts().contains("rx"));
}

constexpr uint64_t kLead = 2'000'000, kPeriod = 20'000;

// What the device is asked for with each frame, and when.
struct Asked {
  bool marked;
  uint64_t ticks, at;
};

// Looks at what is handed to queue 0.
struct Watcher {
  explicit Watcher(uint16_t port) : port_(port) {
    CHECK(rte_mbuf_dyn_tx_timestamp_register(&field_, &flag_) == 0);
    callback_ = rte_eth_add_tx_callback(port, 0, watch, this);
    CHECK(callback_);
  }
  ~Watcher() { rte_eth_remove_tx_callback(port_, 0, callback_); }
  static uint16_t watch(uint16_t, uint16_t, rte_mbuf** mbufs, uint16_t n, void* self) {
    Watcher& watcher = *static_cast<Watcher*>(self);
    const uint64_t now = now_ns();
    for (uint16_t k = 0; k < n; k++) {
      const auto* ticks = RTE_MBUF_DYNFIELD(mbufs[k], watcher.field_, rte_mbuf_timestamp_t*);
      watcher.asked.push_back({(mbufs[k]->ol_flags & watcher.flag_) != 0, *ticks, now});
    }
    return n;
  }
  std::vector<Asked> asked;

 private:
  uint16_t port_;
  int field_ = 0;
  uint64_t flag_ = 0;
  const rte_eth_rxtx_callback* callback_;
};

TEST(dpdk_asks_the_device_to_send_each_packet_when_it_is_due) {
  constexpr uint32_t kPackets = 400;  // less than the ring holds: nobody receives
  Timed timed(",lead=2000", true, 1);
  CHECK(timed.device->facts().at("tx").find("paced by the device, 2000 us ahead") != std::string::npos);
  Plan plan = plan_of({plain_stream(0, 60)});
  plan.streams[0].limit = kPackets;
  plan.lanes = {lane_of({0}, kPeriod)};
  plan = decoded(plan);
  std::vector<page::Word> page(page::kHeaderCells + size_t{page::kTxStreamCells});
  page[page::kGo] = page[page::kShared] = 1;
  const uint64_t epoch = page[page::kEpochNs] = now_ns() + 2 * kLead;
  Watcher watcher(timed.port);
  TxLoop(timed.tx(), plan, page.data()).run();
  CHECK(timed.device->counters().contains("rx_mbuf_allocation_errors"));  // one that net_ring has
  CHECK_EQ(page[page::kLeadNs], kLead);
  CHECK_EQ(watcher.asked.size(), kPackets);
  uint32_t marked = 0;
  for (uint64_t i = 0; i < kPackets; i++) {
    const auto& [is_marked, ticks, at] = watcher.asked[i];
    const uint64_t due = epoch + i * kPeriod;
    CHECK(at + kLead >= due);
    if (is_marked)
      CHECK_EQ(ticks, ticks_at(due));
    else
      CHECK(at >= due);  // too late for that: it leaves at once
    marked += is_marked;
  }
  CHECK(marked > 0);  // all, unless the machine sleeps
  // What nobody has a time for leaves at once: answers to neighbours, between the bursts.
  watcher.asked.clear();
  timed.tx().refill();
  CHECK_EQ(timed.tx().commit(1, false), 1u);
  CHECK(!watcher.asked[0].marked);
}

// As if the device's clock had not been read for ten seconds.
TEST(dpdk_waits_itself_while_the_clock_of_the_device_is_unknown) {
  Timed timed(",lead=2000", true, 1, 10'000'000'000);
  Watcher watcher(timed.port);
  TxQueue& queue = timed.tx();
  queue.epoch_ns = now_ns();
  for (uint32_t i = 0; i < 4; i++) queue.due[i] = kLead;
  CHECK_EQ(queue.commit(4, false), 4u);
  for (const Asked& asked : watcher.asked) CHECK(!asked.marked && asked.at >= queue.epoch_ns + kLead);
  const uint64_t before = now_ns();
  for (const uint64_t at : timed.exchange(before - 50'000, 4)) CHECK(at >= before);
}

TEST(dpdk_keeps_its_own_arguments_from_the_driver) {
  std::string device = "0000:03:00.0,tx_pp=500,stamps=0,lead=50,rx_vec_en=0";
  dpdk::TimeOptions options;
  CHECK(!dpdk::take_time_options(device, options));
  CHECK(device == "0000:03:00.0,tx_pp=500,rx_vec_en=0" && options.stamps == 0 && options.lead_us == 50);
  device = "net_ring0,stamps=maybe";
  CHECK(dpdk::take_time_options(device, options)->code == "bad-argument");
}

}  // namespace
}  // namespace nmgen::test

#endif
