#include "registry.h"

#include <map>
#include <mutex>

namespace nmgen::addon {
namespace {

std::mutex mutex;
// Never destroyed: at exit the libraries below may be gone before it.
auto& devices = *new std::map<uint32_t, std::shared_ptr<Device>>;
// Of the devices that have an address of their own.
auto& answerers = *new std::map<uint32_t, std::shared_ptr<Answerer>>;
uint32_t next_handle = 1;

template <typename T>
std::shared_ptr<T> find(const std::map<uint32_t, std::shared_ptr<T>>& known, const Napi::Value& handle) {
  std::scoped_lock lock(mutex);
  auto found = known.find(handle.ToNumber().Uint32Value());
  return found == known.end() ? nullptr : found->second;
}

}  // namespace

std::shared_ptr<Device> device_of(const Napi::Value& handle) { return find(devices, handle); }

std::shared_ptr<Answerer> answerer_of(const Napi::Value& handle) { return find(answerers, handle); }

uint32_t add_device(std::shared_ptr<Device> device) {
  std::scoped_lock lock(mutex);
  devices[next_handle] = std::move(device);
  return next_handle++;
}

void set_answerer(const Napi::Value& handle, std::shared_ptr<Answerer> answerer) {
  std::scoped_lock lock(mutex);
  answerers[handle.ToNumber().Uint32Value()] = std::move(answerer);
}

void remove_device(const Napi::Value& handle) {
  std::shared_ptr<Device> last;  // destroyed outside the lock: a device may take its time
  std::scoped_lock lock(mutex);
  answerers.erase(handle.ToNumber().Uint32Value());
  auto found = devices.find(handle.ToNumber().Uint32Value());
  if (found == devices.end()) return;
  last = std::move(found->second);
  devices.erase(found);
}

}  // namespace nmgen::addon
