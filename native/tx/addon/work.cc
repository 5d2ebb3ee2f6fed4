#include "work.h"

#include <pthread.h>

#include <string>

#include "../clock.h"
#include "../guard.h"

namespace nmgen::addon {

std::optional<Failure> work_on(const Work& work, const std::function<void()>& loop) {
  const std::string name = work.direction + std::string(" queue ") + std::to_string(work.queue);
  pthread_setname_np(pthread_self(), ("nmgen " + std::string(work.direction) + std::to_string(work.queue)).c_str());
  work.device->enter();
  auto crash = guarded("the worker of " + name, loop);
  if (crash) {
    new std::shared_ptr<Device>(work.device);
    page::publish(&work.page[page::kState], page::kDone);
  } else {
    work.device->leave();
  }
  return crash;
}

std::optional<Failure> left_alone(std::span<const uint64_t> page) {
  if (page::get(&page[page::kStop]) || !page::unattended(page.data(), now_ns())) return std::nullopt;
  return Failure{"unattended", "the main thread was not heard of for seconds, so that the loops ended by themselves",
                 "it was stopped, or kept from its work: leave it a CPU, and in a program of your own do not block it"};
}

}  // namespace nmgen::addon
