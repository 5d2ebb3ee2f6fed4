#pragma once

#define NAPI_DISABLE_CPP_EXCEPTIONS
// A worker that is ended in its call (Ctrl-C twice) can no longer be told anything, and that is no reason to abort.
#define NODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS
#include <napi.h>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "../failure.h"

// What goes to JavaScript and comes from it. Types are checked in src/gen/native.ts's callers; here only shapes that
// could make the process crash are checked again.
namespace nmgen::addon {

Napi::Object to_object(Napi::Env env, const Failure& failure);
// Null, or the failure.
Napi::Value to_result(Napi::Env env, const std::optional<Failure>& failure);
std::vector<std::string> to_strings(const Napi::Value& value);
uint64_t to_uint64(const Napi::Value& bigint);

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

// The bytes of a typed array. Never its `.ArrayBuffer()`: over a SharedArrayBuffer, Node 20 has none to give.
template <typename T>
std::span<T> to_span(const Napi::Value& value) {
  auto array = value.As<Napi::TypedArrayOf<T>>();
  return {array.Data(), array.ElementLength()};
}

}  // namespace nmgen::addon
