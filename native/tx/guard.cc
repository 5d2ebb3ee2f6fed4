#include "guard.h"

#include <setjmp.h>
#include <signal.h>
#include <string.h>

#include <memory>
#include <mutex>

namespace nmgen {
namespace {

constexpr int kSignals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL};
constexpr size_t kStackBytes = 64 * 1024;

// initial-exec: the first use of another thread-local in a thread may allocate, which a handler must not.
[[gnu::tls_model("initial-exec")]] thread_local sigjmp_buf* landing = nullptr;
struct sigaction before[NSIG];

// Not ours: as if we had never been asked. V8 has a handler of its own for WebAssembly.
void pass_on(int signal, siginfo_t* info, void* context) {
  const struct sigaction& old = before[signal];
  if (old.sa_flags & SA_SIGINFO) return old.sa_sigaction(signal, info, context);
  if (old.sa_handler == SIG_IGN) return;
  if (old.sa_handler != SIG_DFL) return old.sa_handler(signal);
  sigaction(signal, &old, nullptr);
  raise(signal);  // delivered when this handler has returned
}

void land(int signal, siginfo_t* info, void* context) {
  sigjmp_buf* const to = landing;
  if (!to) return pass_on(signal, info, context);
  landing = nullptr;
  siglongjmp(*to, signal);
}

void install() {
  static std::once_flag once;
  std::call_once(once, [] {
    struct sigaction action {};
    action.sa_sigaction = land;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    for (const int signal : kSignals) sigaction(signal, &action, &before[signal]);
  });
}

// A stack that has overflowed has no room for a handler.
class AlternateStack {
 public:
  AlternateStack() : memory_(new char[kStackBytes]) {
    const stack_t stack{.ss_sp = memory_.get(), .ss_flags = 0, .ss_size = kStackBytes};
    sigaltstack(&stack, &old_);
  }
  ~AlternateStack() { sigaltstack(&old_, nullptr); }
  AlternateStack(const AlternateStack&) = delete;
  AlternateStack& operator=(const AlternateStack&) = delete;

 private:
  std::unique_ptr<char[]> memory_;
  stack_t old_{};
};

// Its frame stands while `work` runs; nothing in it changes between the two returns of sigsetjmp. 0: it ended well.
[[gnu::noinline]] int run(const std::function<void()>& work) {
  sigjmp_buf here;
  if (const int signal = sigsetjmp(here, 1)) return signal;
  landing = &here;
  work();
  landing = nullptr;
  return 0;
}

}  // namespace

std::optional<Failure> guarded(const std::string& who, const std::function<void()>& work) {
  install();
  const AlternateStack stack;
  const int signal = run(work);
  if (signal == 0) return std::nullopt;
  return Failure{"worker-crashed", who + " crashed in native code (SIG" + sigabbrev_np(signal) + ")",
                 "this is a bug in nmgen or in a driver; what was counted until then is in the result"};
}

}  // namespace nmgen
