#include <algorithm>

#include "functions.h"
#include "registry.h"

namespace nmgen::addon {
namespace {

Napi::Array to_list(Napi::Env env, std::span<const Argument> arguments) {
  Napi::Array list = Napi::Array::New(env);
  for (const Argument& argument : arguments) {
    Napi::Object pair = Napi::Object::New(env);
    pair.Set("name", argument.name);
    pair.Set("doc", argument.doc);
    list.Set(list.Length(), pair);
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

}  // namespace

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
    entry.Set("args", to_list(env, backend->arguments));
    list.Set(list.Length(), entry);
  }
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
  result.Set("handle", add_device(std::move(device)));
  return result;
}

Napi::Value counters(const Napi::CallbackInfo& info) {
  auto device = device_of(info[0]);
  return to_object(info.Env(), device ? device->counters() : std::map<std::string, uint64_t>{});
}

Napi::Value close(const Napi::CallbackInfo& info) {
  remove_device(info[0]);
  return info.Env().Undefined();
}

}  // namespace nmgen::addon
