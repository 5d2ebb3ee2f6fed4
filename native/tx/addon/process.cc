#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <cstring>

#include "../clock.h"
#include "../filter.h"
#include "../histogram.h"
#include "../log.h"
#include "functions.h"
#include "values.h"
#include "work.h"

namespace nmgen::addon {

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

// Counts values as a loop does, into the buckets of a page.
Napi::Value record(const Napi::CallbackInfo& info) {
  auto counts = to_span<uint64_t>(info[1]);
  if (counts.size() != histogram::kCells) return to_object(info.Env(), kBadPage);
  for (const uint64_t ns : to_span<uint64_t>(info[0])) histogram::record(counts.data(), ns);
  return info.Env().Null();
}

// Null, or why the expression is no filter.
Napi::Value check_filter(const Napi::CallbackInfo& info) {
  auto filter = Filter::compile(info[0].ToString());
  return filter ? info.Env().Null() : Napi::Value(to_object(info.Env(), filter.failure()));
}

}  // namespace nmgen::addon
