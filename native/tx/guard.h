#pragma once

#include <functional>
#include <optional>
#include <string>

#include "failure.h"

namespace nmgen {

// Calls `work`. If it crashes (SIGSEGV, SIGBUS, SIGFPE, SIGILL), it does not take the process with it: the thread goes
// on behind the call, and the failure says so. What `work` held is lost: nothing of it may be used again. A loop has no
// lock and allocates nothing, so what the other threads use is whole.
//
// A worker process for each queue would isolate better, but it could not share a `loop`, DPDK's devices or a UMEM.
std::optional<Failure> guarded(const std::string& who, const std::function<void()>& work);

}  // namespace nmgen
