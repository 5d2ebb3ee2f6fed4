// The only file that knows JavaScript. Types are checked in src/gen/native.ts's callers; here only shapes that
// could make the process crash are checked again.

#define NAPI_DISABLE_CPP_EXCEPTIONS
// A worker that is ended in its call (Ctrl-C twice) can no longer be told anything, and that is no reason to abort.
#define NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS
#include <napi.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <mutex>

#include "answer.h"
#include "backend.h"
#include "clock.h"
#include "footprint.h"
#include "guard.h"
#include "histogram.h"
#include "log.h"
#include "plan.h"
#include "prebuilt.h"
#include "render.h"
#include "rx_loop.h"
#include "tx_loop.h"

namespace nmgen {
namespace {

// Devices belong to the process, not to a thread: the main thread opens them, workers run their queues.
std::mutex devices_mutex;
// Never destroyed: at exit the libraries below may be gone before it.
auto& devices = *new std::map<uint32_t, std::shared_ptr<Device>>;
// Of the devices that have an address of their own.
auto& answerers = *new std::map<uint32_t, std::shared_ptr<Answerer>>;
uint32_t next_handle = 1;

std::shared_ptr<Device> device_of(const Napi::Value& handle) {
  std::scoped_lock lock(devices_mutex);
  auto found = devices.find(handle.ToNumber().Uint32Value());
  return found == devices.end() ? nullptr : found->second;
}

std::shared_ptr<Answerer> answerer_of(const Napi::Value& handle) {
  std::scoped_lock lock(devices_mutex);
  auto found = answerers.find(handle.ToNumber().Uint32Value());
  return found == answerers.end() ? nullptr : found->second;
}

Napi::Object to_object(Napi::Env env, const Failure& failure) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("code", failure.code);
  object.Set("message", failure.message);
  if (!failure.hint.empty()) object.Set("hint", failure.hint);
  return object;
}

template <typename V>
Napi::Object to_object(Napi::Env env, const std::map<std::string, V>& entries) {
  Napi::Object object = Napi::Object::New(env);
  for (const auto& [key, value] : entries) {
    if constexpr (std::is_same_v<V, uint64_t>)
      object.Set(key, static_cast<double>(value));
    else
      object.Set(key, value);
  }
  return object;
}

std::vector<std::string> to_strings(const Napi::Value& value) {
  std::vector<std::string> strings;
  Napi::Array array = value.As<Napi::Array>();
  for (uint32_t i = 0; i < array.Length(); i++) strings.push_back(array.Get(i).ToString());
  return strings;
}

// The bytes of a typed array. Never its `.ArrayBuffer()`: over a SharedArrayBuffer, Node 20 has none to give.
template <typename T>
std::span<T> to_span(const Napi::Value& value) {
  auto array = value.As<Napi::TypedArrayOf<T>>();
  return {array.Data(), array.ElementLength()};
}

Napi::Value list_backends(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  Napi::Array list = Napi::Array::New(env);
  for (const Backend* backend : backends()) {
    Napi::Object entry = Napi::Object::New(env);
    auto failure = backend->probe();
    entry.Set("name", backend->name);
    entry.Set("doc", backend->doc);
    entry.Set("available", !failure);
    if (failure) {
      entry.Set("reason", failure->message);
      entry.Set("remedy", failure->hint);
    }
    Napi::Array arguments = Napi::Array::New(env);
    for (const Argument& argument : backend->arguments) {
      Napi::Object pair = Napi::Object::New(env);
      pair.Set("name", argument.name);
      pair.Set("doc", argument.doc);
      arguments.Set(arguments.Length(), pair);
    }
    entry.Set("args", arguments);
    list.Set(list.Length(), entry);
  }
  return list;
}

// The part of each URI behind `backend:`, for the URIs of this backend.
std::vector<std::string> devices_of(const std::vector<std::string>& uris, const std::string& uri) {
  const std::string prefix = uri.substr(0, uri.find(':') + 1);
  std::vector<std::string> list;
  for (const std::string& other : uris)
    if (other.starts_with(prefix)) list.push_back(other.substr(prefix.size()));
  return list;
}

Napi::Value open(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  const std::string uri = info[0].ToString();
  OpenRequest request{.device = {},
                      .tx_queues = info[1].ToNumber(),
                      .rx_queues = info[2].ToNumber(),
                      .max_frame = std::min<uint32_t>(info[5].ToNumber(), kMaxFrame),
                      .args = to_strings(info[3]),
                      .devices = devices_of(to_strings(info[4]), uri)};
  auto opened = open_device(uri, std::move(request));
  Napi::Object result = opened ? Napi::Object::New(env) : to_object(env, opened.failure());
  result.Set("ok", static_cast<bool>(opened));
  if (!opened) return result;
  std::shared_ptr<Device> device = std::move(*opened);
  result.Set("txQueues", device->tx_queues());
  result.Set("rxQueues", device->rx_queues());
  result.Set("linkBps", static_cast<double>(device->link_bps()));
  result.Set("facts", to_object(env, device->facts()));
  std::scoped_lock lock(devices_mutex);
  result.Set("handle", next_handle);
  devices[next_handle++] = std::move(device);
  return result;
}

Napi::Value counters(const Napi::CallbackInfo& info) {
  auto device = device_of(info[0]);
  return to_object(info.Env(), device ? device->counters() : std::map<std::string, uint64_t>{});
}

Napi::Value close(const Napi::CallbackInfo& info) {
  std::shared_ptr<Device> last;  // destroyed outside the lock: a device may take its time
  std::scoped_lock lock(devices_mutex);
  answerers.erase(info[0].ToNumber().Uint32Value());
  auto found = devices.find(info[0].ToNumber().Uint32Value());
  if (found != devices.end()) {
    last = std::move(found->second);
    devices.erase(found);
  }
  return info.Env().Undefined();
}

const Failure kClosed{"device-closed", "the device is not open", "this is a bug in nmgen"};
const Failure kBadPage{"bad-page", "the counter page is too small for the plan", "this is a bug in nmgen"};

Napi::Value to_result(Napi::Env env, const std::optional<Failure>& failure) {
  return failure ? Napi::Value(to_object(env, *failure)) : env.Null();
}

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

// A loop that ended by itself because the main thread is dead or hangs.
std::optional<Failure> left_alone(std::span<const uint64_t> page) {
  if (page::get(&page[page::kStop]) || !page::unattended(page.data(), now_ns())) return std::nullopt;
  return Failure{"unattended", "the main thread was not heard of for seconds, so that the loops ended by themselves",
                 "it was stopped, or kept from its work: leave it a CPU, and in a program of your own do not block it"};
}

uint32_t longest_frame(const Plan& plan) {
  size_t bytes = 0;
  for (const Stream& stream : plan.streams)
    for (const Template& t : stream.templates) bytes = std::max(bytes, t.bytes.size());
  return static_cast<uint32_t>(bytes);
}

struct Work {
  std::shared_ptr<Device> device;
  std::span<page::Word> page;
  const char* direction;
  uint32_t queue;
};

// A queue's loop on this thread, under a name that `top -H` shows. After a crash its device is left as it is, for
// closing it may crash as well or wait for ever; the kernel has it back with the process.
std::optional<Failure> work_on(const Work& work, const std::function<void()>& loop) {
  const std::string name = work.direction + std::string(" queue ") + std::to_string(work.queue);
  pthread_setname_np(pthread_self(), ("nmgen " + std::string(work.direction) + std::to_string(work.queue)).c_str());
  work.device->enter();
  auto crash = guarded("the worker of " + name, loop);
  if (crash) {
    new std::shared_ptr<Device>(work.device);
    page::publish(&work.page[page::kState], page::kDone);
  } else {
    work.device->leave();
  }
  return crash;
}

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

// Counts values as a loop does, into the buckets of a page.
Napi::Value record(const Napi::CallbackInfo& info) {
  auto counts = to_span<uint64_t>(info[1]);
  if (counts.size() != histogram::kCells) return to_object(info.Env(), kBadPage);
  for (const uint64_t ns : to_span<uint64_t>(info[0])) histogram::record(counts.data(), ns);
  return info.Env().Null();
}

Napi::Value run_rx(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto device = device_of(info[0]);
  const uint32_t queue = info[1].ToNumber();
  if (!device || queue >= device->rx_queues()) return to_object(env, kClosed);
  auto plan = decode_plan(to_span<uint8_t>(info[2]));
  if (!plan) return to_object(env, plan.failure());
  auto page = to_span<uint64_t>(info[3]);
  if (!RxLoop::page_fits(*plan, page)) return to_object(env, kBadPage);
  std::optional<Tap> tap;
  if (info[4].IsTypedArray()) {
    auto filter = Filter::compile(info[5].ToString());
    if (!filter) return to_object(env, filter.failure());
    auto memory = to_span<uint8_t>(info[4]);
    if (!Tap::fits(memory)) return to_object(env, kBadPage);
    tap.emplace(*filter, memory);
  }
  const auto answerer = answerer_of(info[0]);
  const auto sources = sources_of(info[6]);
  const auto crash = work_on({device, page, "RX", queue}, [&] {
    RxLoop loop(*device->rx(queue), *plan, page.data(), tap ? &*tap : nullptr, answerer.get());
    loop.listen(sources);
    loop.run();
  });
  if (crash) return to_object(env, *crash);
  const std::optional<Failure>& failure = device->rx(queue)->failure;
  return to_result(env, failure ? failure : left_alone(page));
}

template <size_t N>
void take_address(const std::span<uint8_t>& bytes, std::vector<std::array<uint8_t, N>>& list) {
  if (bytes.size() != N) return;
  list.emplace_back();
  std::ranges::copy(bytes, list.back().begin());
}

// The device answers for these addresses from now on. Needs a TX queue.
Napi::Value own(const Napi::CallbackInfo& info) {
  auto device = device_of(info[0]);
  if (!device || device->tx_queues() == 0) return to_object(info.Env(), kClosed);
  Owner owner;
  const auto mac = to_span<uint8_t>(info[1]);
  std::copy_n(mac.begin(), std::min(mac.size(), owner.mac.size()), owner.mac.begin());
  Napi::Array addresses = info[2].As<Napi::Array>();
  for (uint32_t i = 0; i < addresses.Length(); i++) {
    take_address(to_span<uint8_t>(addresses.Get(i)), owner.ipv4);
    take_address(to_span<uint8_t>(addresses.Get(i)), owner.ipv6);
  }
  std::scoped_lock lock(devices_mutex);
  answerers[info[0].ToNumber().Uint32Value()] = std::make_shared<Answerer>(std::move(owner), *device->tx(0));
  return info.Env().Null();
}

// Before the workers start: sends a frame (or null), answers what came, and returns of the rest what a neighbour may
// say of itself.
Napi::Value attend(const Napi::CallbackInfo& info) {
  auto device = device_of(info[0]);
  auto answerer = answerer_of(info[0]);
  if (!device || !answerer) return to_object(info.Env(), kClosed);
  if (!info[1].IsNull()) answerer->send(to_span<uint8_t>(info[1]));
  Napi::Array heard = Napi::Array::New(info.Env());
  for (uint32_t q = 0; q < device->rx_queues(); q++) {
    RxQueue& rx = *device->rx(q);
    const auto frames = rx.peek();
    for (const Frame& frame : frames) {
      if (answerer->take(frame) || !may_name_neighbour({frame.data, frame.length})) continue;
      Napi::Uint8Array copy = Napi::Uint8Array::New(info.Env(), frame.length);
      std::memcpy(copy.Data(), frame.data, frame.length);
      heard.Set(heard.Length(), copy);
    }
    rx.release(static_cast<uint32_t>(frames.size()));
    if (rx.failure) return to_object(info.Env(), *rx.failure);
  }
  answerer->send_if_free();
  if (const auto& failure = device->tx(0)->failure) return to_object(info.Env(), *failure);
  return heard;
}

// Null, or why the expression is no filter.
Napi::Value check_filter(const Napi::CallbackInfo& info) {
  auto filter = Filter::compile(info[0].ToString());
  return filter ? info.Env().Null() : Napi::Value(to_object(info.Env(), filter.failure()));
}

Napi::Value render(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto plan = decode_plan(to_span<uint8_t>(info[0]));
  if (!plan) {
    Napi::Error::New(env, plan.failure().message).ThrowAsJavaScriptException();
    return env.Undefined();
  }
  bool lossless;
  const uint64_t first = info[2].As<Napi::BigInt>().Uint64Value(&lossless);
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
  bool lossless;
  tally_groups(*plan, info[1].As<Napi::BigInt>().Uint64Value(&lossless),
               info[2].As<Napi::BigInt>().Uint64Value(&lossless), counts);
  return info.Env().Null();
}

// How the core sends each stream of a queue's plan.
Napi::Value explain(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto plan = decode_plan(to_span<uint8_t>(info[0]));
  if (!plan) {
    Napi::Error::New(env, plan.failure().message).ThrowAsJavaScriptException();
    return env.Undefined();
  }
  Napi::Array list = Napi::Array::New(env, plan->streams.size());
  for (uint32_t i = 0; i < plan->streams.size(); i++) {
    const Stream& s = plan->streams[i];
    Napi::Object one = Napi::Object::New(env);
    one.Set("stream", s.id);
    one.Set("frames", static_cast<double>(s.templates.size()));
    one.Set("fields", static_cast<double>(s.fields.size()));
    one.Set("checksums", static_cast<double>(s.templates[0].sites.size()));
    one.Set("signature", s.is_signed);
    one.Set("crc", s.has_crc);
    one.Set("words", static_cast<double>(s.layout.offsets.size()));
    one.Set("shared", s.templates.size() > 1 && s.templates[0].ground != nullptr);
    one.Set("period", static_cast<double>(s.fields.empty() ? 0 : prebuilt_period(*plan, s)));
    one.Set("ahead", plan->ahead);
    one.Set("abreast", plan->abreast);
    list.Set(i, one);
  }
  return list;
}

// Bytes that the loop of a queue keeps for all streams and for each.
Napi::Value footprint(const Napi::CallbackInfo& info) {
  Napi::Env env = info.Env();
  auto plan = decode_plan(to_span<uint8_t>(info[0]));
  if (!plan) {
    Napi::Error::New(env, plan.failure().message).ThrowAsJavaScriptException();
    return env.Undefined();
  }
  const Footprint found = info[1].ToString().Utf8Value() == "tx" ? tx_footprint(*plan) : rx_footprint(*plan);
  Napi::Object result = Napi::Object::New(env);
  result.Set("queue", static_cast<double>(found.queue));
  Napi::Array streams = Napi::Array::New(env, found.streams.size());
  for (uint32_t i = 0; i < found.streams.size(); i++) streams.Set(i, static_cast<double>(found.streams[i]));
  result.Set("streams", streams);
  return result;
}

Napi::Value pin(const Napi::CallbackInfo& info) {
  const uint32_t cpu = info[0].ToNumber();
  cpu_set_t set;
  CPU_ZERO(&set);
  if (cpu < CPU_SETSIZE) CPU_SET(cpu, &set);
  int error = cpu < CPU_SETSIZE ? pthread_setaffinity_np(pthread_self(), sizeof set, &set) : EINVAL;
  if (error == 0) return info.Env().Null();
  return to_object(info.Env(), {"no-cpu", "a worker cannot run on CPU " + std::to_string(cpu) + ": " + strerror(error),
                                "choose other CPUs with --cores"});
}

Napi::Value now(const Napi::CallbackInfo& info) { return Napi::BigInt::New(info.Env(), now_ns()); }

// For a process one of whose threads never comes back: any other way out waits for it.
Napi::Value leave(const Napi::CallbackInfo& info) { _exit(info[0].ToNumber()); }

Napi::Value take_log(const Napi::CallbackInfo& info) { return Napi::String::New(info.Env(), log_take()); }

Napi::Object init(Napi::Env env, Napi::Object exports) {
  const std::pair<const char*, Napi::Value (*)(const Napi::CallbackInfo&)> functions[] = {{"backends", list_backends},
                                                                                          {"open", open},
                                                                                          {"counters", counters},
                                                                                          {"close", close},
                                                                                          {"runTx", run_tx},
                                                                                          {"runRx", run_rx},
                                                                                          {"record", record},
                                                                                          {"own", own},
                                                                                          {"attend", attend},
                                                                                          {"render", render},
                                                                                          {"tally", tally},
                                                                                          {"pin", pin},
                                                                                          {"now", now},
                                                                                          {"leave", leave},
                                                                                          {"takeLog", take_log},
                                                                                          {"checkFilter", check_filter},
                                                                                          {"explain", explain},
                                                                                          {"footprint", footprint}};
  for (const auto& [name, function] : functions) exports.Set(name, Napi::Function::New(env, function, name));
  return exports;
}

}  // namespace
}  // namespace nmgen

static Napi::Object Init(Napi::Env env, Napi::Object exports) { return nmgen::init(env, exports); }
NODE_API_MODULE(nmgen, Init)
