#include "values.h"

namespace nmgen::addon {

Napi::Object to_object(Napi::Env env, const Failure& failure) {
  Napi::Object object = Napi::Object::New(env);
  object.Set("code", failure.code);
  object.Set("message", failure.message);
  if (!failure.hint.empty()) object.Set("hint", failure.hint);
  return object;
}

Napi::Value to_result(Napi::Env env, const std::optional<Failure>& failure) {
  return failure ? Napi::Value(to_object(env, *failure)) : env.Null();
}

std::vector<std::string> to_strings(const Napi::Value& value) {
  std::vector<std::string> strings;
  Napi::Array array = value.As<Napi::Array>();
  for (uint32_t i = 0; i < array.Length(); i++) strings.push_back(array.Get(i).ToString());
  return strings;
}

uint64_t to_uint64(const Napi::Value& bigint) {
  bool lossless;
  return bigint.As<Napi::BigInt>().Uint64Value(&lossless);
}

}  // namespace nmgen::addon
