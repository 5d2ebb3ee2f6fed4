#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "../backend.h"
#include "../page.h"

// The thread of a queue: what its TX and its RX loop have in common.
namespace nmgen::addon {

inline const Failure kBadPage{"bad-page", "the counter page is too small for the plan", "this is a bug in nmgen"};

struct Work {
  std::shared_ptr<Device> device;
  std::span<page::Word> page;
  const char* direction;
  uint32_t queue;
};

// A queue's loop on this thread, under a name that `top -H` shows. After a crash its device is left as it is, for
// closing it may crash as well or wait for ever; the kernel has it back with the process.
std::optional<Failure> work_on(const Work& work, const std::function<void()>& loop);

// A loop that ended by itself because the main thread is dead or hangs.
std::optional<Failure> left_alone(std::span<const uint64_t> page);

}  // namespace nmgen::addon
