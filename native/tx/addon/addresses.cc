#include <algorithm>
#include <cstring>

#include "functions.h"
#include "registry.h"

namespace nmgen::addon {
namespace {

template <size_t N>
void take_address(const std::span<uint8_t>& bytes, std::vector<std::array<uint8_t, N>>& list) {
  if (bytes.size() != N) return;
  list.emplace_back();
  std::ranges::copy(bytes, list.back().begin());
}

}  // namespace

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
  set_answerer(info[0], std::make_shared<Answerer>(std::move(owner), *device->tx(0)));
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

}  // namespace nmgen::addon
