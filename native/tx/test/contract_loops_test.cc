// The loops of a run on a device, while something happens to its interface.

#include <thread>

#include "../clock.h"
#include "../rx_loop.h"
#include "../tx_loop.h"
#include "contract.h"

namespace nmgen::test {
namespace {

constexpr size_t kHeader = page::kHeaderCells;

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

CONTRACT(ends_soon_after_it_was_told_to) {
  Loops loops(target);
  const uint64_t start = now_ns();
  loops.stop();
  loops.wait_for([&] { return loops.is_done(loops.tx) && loops.is_done(loops.rx); });
  CHECK(now_ns() - start < 1'000'000'000);  // 100 ms, on a machine that has them
  CHECK(!loops.link.tx.failure && !loops.link.rx.failure);
  if (!target.in_kernel) return;
  CHECK_EQ(loops.link.device->counters().at("tx_packets"), page::get(&loops.tx[page::kPackets]));
}

CONTRACT(ends_with_a_sentence_when_its_interface_is_removed) {
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

CONTRACT(ends_with_a_sentence_when_its_link_goes_down) {
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

}  // namespace
}  // namespace nmgen::test
