#include <bit>

#include "../rx_loop.h"
#include "functions.h"
#include "registry.h"
#include "work.h"

namespace nmgen::addon {
namespace {

// {stream, residue, ring} of each sender; a ring that is none is left out.
std::vector<Source> sources_of(const Napi::Value& given) {
  std::vector<Source> sources;
  if (!given.IsArray()) return sources;
  const Napi::Array list = given.As<Napi::Array>();
  for (uint32_t n = 0; n < list.Length(); n++) {
    const Napi::Object one = list.Get(n).As<Napi::Object>();
    const auto ring = to_span<uint64_t>(one.Get("ring"));
    if (!std::has_single_bit(ring.size())) continue;
    sources.push_back({one.Get("stream").ToNumber(), one.Get("residue").ToNumber().Uint32Value(), Departures(ring)});
  }
  return sources;
}

// Where frames are kept, and which; none where nobody asks for them.
Expected<std::optional<Tap>> tap_of(const Napi::Value& memory, const Napi::Value& expression) {
  if (!memory.IsTypedArray()) return std::optional<Tap>();
  auto filter = Filter::compile(expression.ToString());
  if (!filter) return filter.failure();
  const auto bytes = to_span<uint8_t>(memory);
  if (!Tap::fits(bytes)) return kBadPage;
  return std::optional<Tap>(std::in_place, *filter, bytes);
}

}  // namespace

Napi::Value run_rx(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto device = device_of(info[0]);
  const uint32_t queue = info[1].ToNumber();
  if (!device || queue >= device->rx_queues()) return to_object(env, kClosed);
  auto plan = decode_plan(to_span<uint8_t>(info[2]));
  if (!plan) return to_object(env, plan.failure());
  auto page = to_span<uint64_t>(info[3]);
  if (!RxLoop::page_fits(*plan, page)) return to_object(env, kBadPage);
  auto tap = tap_of(info[4], info[5]);
  if (!tap) return to_object(env, tap.failure());
  const auto answerer = answerer_of(info[0]);
  const auto sources = sources_of(info[6]);
  const auto crash = work_on({device, page, "RX", queue}, [&] {
    RxLoop loop(*device->rx(queue), *plan, page.data(), *tap ? &**tap : nullptr, answerer.get());
    loop.listen(sources);
    loop.run();
  });
  if (crash) return to_object(env, *crash);
  const std::optional<Failure>& failure = device->rx(queue)->failure;
  return to_result(env, failure ? failure : left_alone(page));
}

}  // namespace nmgen::addon
