// Runs every case, or those whose name contains the first argument. One line a case: tools/test-summary.mjs reads them.

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "../clock.h"
#include "test.h"

namespace nmgen::test {

std::vector<Case>& cases() {
  static std::vector<Case> list;
  return list;
}

Add::Add(std::string name, std::function<void()> body) {
  std::ranges::replace(name, '_', ' ');
  cases().push_back({std::move(name), std::move(body)});
}

static std::vector<void (*)()>& later() {
  static std::vector<void (*)()> list;
  return list;
}

AddLater::AddLater(void (*add)()) { later().push_back(add); }

void fail(const char* file, int line, const std::string& what) {
  const std::string_view path = file;
  throw Failed{std::string(path.substr(path.rfind('/') + 1)) + ":" + std::to_string(line) + ": " + what};
}

static std::string why_failed(const Case& c) {
  try {
    c.body();
    return {};
  } catch (const Failed& failure) {
    return failure.why;
  } catch (const Skipped&) {
    throw;
  } catch (const std::exception& exception) {
    return exception.what();
  }
}

// Threads that spin, on cores that others use as well: what failed is tried once more, and said to have been.
static bool passes(const Case& c) try {
  std::string why = why_failed(c);
  if (!why.empty()) {
    printf("# again %s: %s\n", c.name.c_str(), why.c_str());
    why = why_failed(c);
  }
  if (why.empty())
    printf("ok %s\n", c.name.c_str());
  else
    printf("not ok %s: %s\n", c.name.c_str(), why.c_str());
  return why.empty();
} catch (const Skipped& skipped) {
  printf("skip %s: %s\n", c.name.c_str(), skipped.why.c_str());
  return true;
}

}  // namespace nmgen::test

int main(int argc, char** argv) {
  using namespace nmgen::test;
  constexpr uint64_t kLongNs = 2'000'000'000;
  setvbuf(stdout, nullptr, _IOLBF, 0);
  unsetenv("LD_PRELOAD");  // a sanitizer's runtime and netmap's double are for us, not for the `ip` that tests call
  const std::string_view wanted = argc > 1 ? argv[1] : "";
  bool failed = false;
  for (auto add : later()) add();
  std::ranges::stable_sort(cases(), {}, &Case::name);  // the linker's order of files is nobody's business
  for (const Case& c : cases()) {
    if (c.name.find(wanted) == std::string::npos) continue;
    const uint64_t start = nmgen::now_ns();
    failed |= !passes(c);
    const uint64_t took = nmgen::now_ns() - start;
    if (took > kLongNs) printf("# that took %.1f s\n", static_cast<double>(took) / 1e9);
  }
  return failed ? 1 : 0;
}
