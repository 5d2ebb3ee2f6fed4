#pragma once

#include "values.h"

// What JavaScript can call: src/gen/native.ts has the types.
namespace nmgen::addon {

// devices.cc
Napi::Value list_backends(const Napi::CallbackInfo& info);
Napi::Value open(const Napi::CallbackInfo& info);
Napi::Value counters(const Napi::CallbackInfo& info);
Napi::Value close(const Napi::CallbackInfo& info);

// run_tx.cc and run_rx.cc
Napi::Value run_tx(const Napi::CallbackInfo& info);
Napi::Value run_rx(const Napi::CallbackInfo& info);

// addresses.cc
Napi::Value own(const Napi::CallbackInfo& info);
Napi::Value attend(const Napi::CallbackInfo& info);

// plans.cc
Napi::Value render(const Napi::CallbackInfo& info);
Napi::Value tally(const Napi::CallbackInfo& info);
Napi::Value explain(const Napi::CallbackInfo& info);
Napi::Value footprint(const Napi::CallbackInfo& info);

// process.cc
Napi::Value pin(const Napi::CallbackInfo& info);
Napi::Value now(const Napi::CallbackInfo& info);
Napi::Value leave(const Napi::CallbackInfo& info);
Napi::Value take_log(const Napi::CallbackInfo& info);
Napi::Value record(const Napi::CallbackInfo& info);
Napi::Value check_filter(const Napi::CallbackInfo& info);

}  // namespace nmgen::addon
