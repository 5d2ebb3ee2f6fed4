#include <algorithm>

#include "../tx_loop.h"
#include "functions.h"
#include "registry.h"
#include "work.h"

namespace nmgen::addon {
namespace {

Failure too_long(uint32_t bytes, uint32_t room) {
  return {"frame-too-long",
          "a frame of " + std::to_string(bytes + 4) + " B does not fit: this queue's buffers hold " +
              std::to_string(room + 4) + " B",
          "send shorter frames, or open the port with room for longer ones"};
}

Failure too_late(uint64_t ns) {
  return {"too-late", "a packet was " + std::to_string(ns / 1000) + " us late, and the profile ends the run then",
          "lower the rate, isolate the CPUs of the workers (isolcpus, nohz_full), or let `pacing.late` be catch-up or "
          "skip"};
}

uint32_t longest_frame(const Plan& plan) {
  size_t bytes = 0;
  for (const Stream& stream : plan.streams)
    for (const Template& t : stream.templates) bytes = std::max(bytes, t.bytes.size());
  return static_cast<uint32_t>(bytes);
}

}  // namespace

Napi::Value run_tx(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto device = device_of(info[0]);
  const uint32_t queue = info[1].ToNumber();
  if (!device || queue >= device->tx_queues()) return to_object(env, kClosed);
  auto plan = decode_plan(to_span<uint8_t>(info[2]));
  if (!plan) return to_object(env, plan.failure());
  auto page = to_span<uint64_t>(info[3]);
  if (!TxLoop::page_fits(*plan, page)) return to_object(env, kBadPage);
  TxQueue& tx = *device->tx(queue);
  if (const uint32_t bytes = longest_frame(*plan); bytes > tx.max_frame())
    return to_object(env, too_long(bytes, tx.max_frame()));
  const auto answerer = queue == 0 ? answerer_of(info[0]) : nullptr;
  const auto crash =
      work_on({device, page, "TX", queue}, [&] { TxLoop(tx, *plan, page.data(), answerer.get()).run(); });
  if (crash) return to_object(env, *crash);
  if (const uint64_t late = page::get(&page[page::kTooLateNs])) return to_object(env, too_late(late));
  return to_result(env, tx.failure ? tx.failure : left_alone(page));
}

}  // namespace nmgen::addon
