// Sends encoded plans with the TX loop as the addon has it, without Node, so that callgrind can count what a packet
// costs: build/bench-core LENGTH... -- NAME DEVICE PLAN [NAME DEVICE PLAN]...
//
// Each plan is sent once for each length (packets). Under callgrind what `TxLoop::run` does, or with a device
// `receive` the receiver, is dumped as `NAME LENGTH`; two lengths differ by what packets cost, and by nothing of the
// start. Started by count.mjs.
#include <valgrind/callgrind.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "backend.h"
#include "clock.h"
#include "histogram.h"
#include "rx_loop.h"
#include "signature.h"
#include "tx_loop.h"

namespace {

using namespace nmgen;

[[noreturn]] void fail(const std::string& what) {
  fprintf(stderr, "%s\n", what.c_str());
  exit(1);
}

Plan read_plan(const char* file, uint64_t packets) {
  std::ifstream in(file, std::ios::binary);
  const std::vector<uint8_t> bytes{std::istreambuf_iterator<char>(in), {}};
  auto plan = decode_plan(bytes);
  if (!plan) fail(std::string(file) + ": " + plan.failure().message);
  plan->duration_ns = 0;
  for (Stream& s : plan->streams) s.limit = packets / plan->streams.size();
  return *plan;
}

using Page = std::vector<page::Word>;

void count(const char* name, uint64_t packets, auto work) {
  const std::string dump = std::string(name) + " " + std::to_string(packets);  // the macro keeps only a pointer
  CALLGRIND_ZERO_STATS;
  CALLGRIND_TOGGLE_COLLECT;
  work();
  CALLGRIND_TOGGLE_COLLECT;
  CALLGRIND_DUMP_STATS_AT(dump.c_str());
}

void send(const char* name, Device& device, const Plan& plan, uint64_t packets) {
  Page page(page::kHeaderCells + plan.streams.size() * page::kTxStreamCells);
  page[page::kGo] = 1;
  page[page::kEpochNs] = now_ns();
  TxLoop loop(*device.tx(0), plan, page.data());
  device.enter();
  count(name, packets, [&] { loop.run(); });
  device.leave();
  if (page[page::kPackets] != packets) fail(std::string(name) + ": sent " + std::to_string(page[page::kPackets]));
}

// Frames that wait in memory, one of each stream in turn, so that the receiver never runs dry; the last one says stop.
class Waiting final : public RxQueue {
 public:
  Waiting(const Plan& plan, uint64_t packets, Page& page) : page_(page) {
    std::vector<StreamState> states = make_states(plan);
    for (const StreamState& state : states)
      for (const Template& t : state.stream->templates) slot_ = std::max(slot_, t.bytes.size());
    bytes_.resize(packets * slot_);
    frames_.resize(packets);
    for (size_t s = 0; s < states.size(); s++) add(states[s], s, states.size());
  }
  static constexpr uint64_t kSent = 1;  // ns: what the run began with
  std::span<const Frame> peek() override {
    const size_t n = std::min<size_t>(kMaxBurst, frames_.size() - at_);
    return {&frames_[at_], n};
  }
  void release(uint32_t n) override {
    at_ += n;
    if (at_ == frames_.size()) page_[page::kStop] = 1;
  }

 private:
  // The frames of one stream, a burst at a time.
  void add(StreamState& state, size_t first, size_t step) {
    for (uint64_t k = 0, n; first + k * step < frames_.size(); k += n) {
      uint8_t* data[kMaxBurst];
      const Template* templates[kMaxBurst];
      n = std::min<uint64_t>(kMaxBurst, frames_.size() / step - k);
      choose_templates(state, k, static_cast<uint32_t>(n), templates);
      for (uint64_t j = 0; j < n; j++) {
        const size_t at = first + (k + j) * step;
        const std::vector<uint8_t>& bytes = templates[j]->bytes;
        data[j] = std::copy(bytes.begin(), bytes.end(), &bytes_[at * slot_]) - bytes.size();
        frames_[at] = {data[j], static_cast<uint32_t>(bytes.size()), kNothing};
      }
      Group group{&state, k, static_cast<uint32_t>(n), 0, data, templates};
      if (has_work(state)) choose_render()(group);
      // Streams that were multiplied have one template, and in it the number of the first.
      for (uint64_t j = 0; j < n && state.stream->is_signed; j++)
        Stamp(kSent).write(data[j] + state.stream->signature, static_cast<uint16_t>(state.stream->id), k + j);
    }
  }

  std::vector<uint8_t> bytes_;
  size_t slot_ = kMinBuffer;
  std::vector<Frame> frames_;
  size_t at_ = 0;
  Page& page_;
};

void receive(const char* name, const Plan& plan, uint64_t packets) {
  Page page(page::kHeaderCells + plan.streams.size() * page::kRxStreamCells + histogram::kCells);
  page[page::kGo] = 1;
  page[page::kEpochNs] = Waiting::kSent;
  page[page::kHistograms] = 1;
  Waiting queue(plan, packets, page);
  RxLoop loop(queue, plan, page.data());
  count(name, packets, [&] { loop.run(); });
  uint64_t received = 0;
  for (size_t s = 0; s < plan.streams.size(); s++)
    received += page[page::kHeaderCells + s * page::kRxStreamCells + page::kRxPackets];
  if (received != packets) fail(std::string(name) + ": received " + std::to_string(received));
}

void measure(const char* name, const std::string& uri, const char* file, uint64_t packets) {
  const Plan plan = read_plan(file, packets);
  if (uri == "receive") return receive(name, plan, packets);
  auto device = open_device(uri, {.device = {}, .tx_queues = 1, .rx_queues = 0, .args = {}, .devices = {}});
  if (!device) fail(uri + ": " + device.failure().message);
  send(name, **device, plan, packets);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<uint64_t> lengths;
  int at = 1;
  for (; at < argc && std::strcmp(argv[at], "--") != 0; at++) lengths.push_back(strtoull(argv[at], nullptr, 10));
  for (at++; at + 2 < argc; at += 3)
    for (const uint64_t packets : lengths) measure(argv[at], argv[at + 1], argv[at + 2], packets);
  return 0;
}
