// A crash of a guarded call is a sentence, and the thread goes on.

#include "../guard.h"

#include <signal.h>

#include <csignal>
#include <thread>

#include "test.h"

namespace nmgen::test {
namespace {

// What the compiler cannot know it must not do.
volatile int* nowhere() {
  static int* volatile pointer = nullptr;
  return pointer;
}

void expect_crash(const char* name, const std::function<void()>& work) {
  const auto failure = guarded("TX queue 3", work);
  CHECK(failure.has_value());
  CHECK_EQ(failure->code, std::string("worker-crashed"));
  CHECK_EQ(failure->message, std::string("TX queue 3 crashed in native code (") + name + ")");
}

TEST(guard_tells_what_ended_well_from_a_crash) {
  int done = 0;
  CHECK(!guarded("it", [&] { done++; }).has_value());
  CHECK_EQ(done, 1);
  // Sent, and not by a load of address 0: the sanitizers report that before any handler runs.
  expect_crash("SIGSEGV", [] { pthread_kill(pthread_self(), SIGSEGV); });
  expect_crash("SIGBUS", [] { pthread_kill(pthread_self(), SIGBUS); });
  expect_crash("SIGILL", [] { pthread_kill(pthread_self(), SIGILL); });
  expect_crash("SIGFPE", [] { pthread_kill(pthread_self(), SIGFPE); });
  CHECK(!guarded("it", [&] { done++; }).has_value());
  CHECK_EQ(done, 2);
}

TEST(guard_lands_the_thread_that_crashed_and_no_other) {
  for (int i = 0; i < 20; i++) {
    std::optional<Failure> crashed, fine;
    std::thread one([&] { crashed = guarded("one", [] { pthread_kill(pthread_self(), SIGSEGV); }); });
    std::thread other([&] { fine = guarded("other", [] { std::this_thread::yield(); }); });
    one.join();
    other.join();
    CHECK(crashed.has_value());
    CHECK(!fine.has_value());
  }
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
// Far too deep for any stack; the compiler cannot know that nobody asks for less.
[[gnu::noinline]] int deep(int depth) {
  volatile char page[4096];
  page[0] = static_cast<char>(depth);
  return depth == 0 ? 0 : deep(depth - 1) + page[0];
}

TEST(guard_survives_a_wild_pointer_and_a_stack_that_overflows) {
  expect_crash("SIGSEGV", [] { *nowhere() = 1; });
  std::thread([] { expect_crash("SIGSEGV", [] { deep(1 << 30); }); }).join();
}
#endif

}  // namespace
}  // namespace nmgen::test
