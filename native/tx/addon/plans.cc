#include <cstring>

#include "../account.h"
#include "../footprint.h"
#include "../plan.h"
#include "../prebuilt.h"
#include "../render.h"
#include "functions.h"
#include "values.h"

namespace nmgen::addon {
namespace {

Napi::Value refuse(Napi::Env env, const Failure& failure) {
  Napi::Error::New(env, failure.message).ThrowAsJavaScriptException();
  return env.Undefined();
}

Napi::Object explained(Napi::Env env, const Plan& plan, const Stream& s) {
  Napi::Object one = Napi::Object::New(env);
  one.Set("stream", s.id);
  one.Set("frames", static_cast<double>(s.templates.size()));
  one.Set("fields", static_cast<double>(s.fields.size()));
  one.Set("checksums", static_cast<double>(s.templates[0].sites.size()));
  one.Set("signature", s.is_signed);
  one.Set("crc", s.has_crc);
  one.Set("words", static_cast<double>(s.layout.offsets.size()));
  one.Set("shared", s.templates.size() > 1 && s.templates[0].ground != nullptr);
  one.Set("period", static_cast<double>(s.fields.empty() ? 0 : prebuilt_period(plan, s)));
  one.Set("ahead", plan.ahead);
  one.Set("abreast", plan.abreast);
  return one;
}

}  // namespace

Napi::Value render(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto plan = decode_plan(to_span<uint8_t>(info[0]));
  if (!plan) return refuse(env, plan.failure());
  const uint64_t first = to_uint64(info[2]);
  std::vector<uint8_t> bytes = render_packets(*plan, info[1].ToNumber(), first, info[3].ToNumber().Uint32Value());
  Napi::Uint8Array result = Napi::Uint8Array::New(env, bytes.size());
  std::memcpy(result.Data(), bytes.data(), bytes.size());
  return result;
}

// How many packets of a stream are in each of its groups; null, or why not.
Napi::Value tally(const Napi::CallbackInfo& info) {
  auto plan = decode_plan(to_span<uint8_t>(info[0]));
  const std::span<page::Word> counts = to_span<page::Word>(info[3]);
  const bool fits =
      plan && plan->streams.size() == 1 && plan->streams[0].account && counts.size() >= plan->streams[0].groups;
  if (!fits) return to_object(info.Env(), {"bad-plan", "the groups of a stream cannot be counted", ""});
  tally_groups(*plan, to_uint64(info[1]), to_uint64(info[2]), counts);
  return info.Env().Null();
}

// How the core sends each stream of a queue's plan.
Napi::Value explain(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto plan = decode_plan(to_span<uint8_t>(info[0]));
  if (!plan) return refuse(env, plan.failure());
  Napi::Array list = Napi::Array::New(env, plan->streams.size());
  for (uint32_t i = 0; i < plan->streams.size(); i++) list.Set(i, explained(env, *plan, plan->streams[i]));
  return list;
}

// Bytes that the loop of a queue keeps for all streams and for each.
Napi::Value footprint(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto plan = decode_plan(to_span<uint8_t>(info[0]));
  if (!plan) return refuse(env, plan.failure());
  const Footprint found = info[1].ToString().Utf8Value() == "tx" ? tx_footprint(*plan) : rx_footprint(*plan);
  Napi::Object result = Napi::Object::New(env);
  result.Set("queue", static_cast<double>(found.queue));
  Napi::Array streams = Napi::Array::New(env, found.streams.size());
  for (uint32_t i = 0; i < found.streams.size(); i++) streams.Set(i, static_cast<double>(found.streams[i]));
  result.Set("streams", streams);
  return result;
}

}  // namespace nmgen::addon
