// This folder alone knows JavaScript.

#include "functions.h"

namespace nmgen::addon {
namespace {

constexpr std::pair<const char*, Napi::Value (*)(const Napi::CallbackInfo&)> kFunctions[] = {
    {"backends", list_backends},
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
    {"footprint", footprint},
};

Napi::Object init(Napi::Env env, Napi::Object exports) {
  for (const auto& [name, function] : kFunctions) exports.Set(name, Napi::Function::New(env, function, name));
  return exports;
}

}  // namespace
}  // namespace nmgen::addon

static Napi::Object Init(Napi::Env env, Napi::Object exports) { return nmgen::addon::init(env, exports); }
NODE_API_MODULE(nmgen, Init)
