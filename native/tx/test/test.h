#pragma once

#include <cstdint>
#include <functional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

// As much of a test framework as these tests need. A case ends at its first failed check; checks belong on the
// thread that runs the case.
namespace nmgen::test {

struct Failed {
  std::string why;
};
struct Skipped {
  std::string why;
};

struct Case {
  std::string name;  // without a colon: it ends the name in the output
  std::function<void()> body;
};
std::vector<Case>& cases();
struct Add {
  Add(std::string name, std::function<void()> body);
};
// Cases that are made of what other files register: called when all have.
struct AddLater {
  explicit AddLater(void (*add)());
};

[[noreturn]] inline void skip(const std::string& why) { throw Skipped{why}; }
[[noreturn]] void fail(const char* file, int line, const std::string& what);

template <typename T>
std::string text(const T& value) {
  std::ostringstream out;
  if constexpr (std::is_enum_v<T>)
    out << static_cast<int64_t>(value);
  else
    out << value;
  return out.str();
}

// Sanitizers make code many times slower: cases that repeat something do it less often there.
#if defined(__SANITIZE_THREAD__)
inline constexpr uint64_t kSlowdown = 10;
#elif defined(__SANITIZE_ADDRESS__)
inline constexpr uint64_t kSlowdown = 4;
#else
inline constexpr uint64_t kSlowdown = 1;
#endif

// SplitMix64: the same numbers in every run, so that a failure can be repeated.
struct Random {
  uint64_t state;
  uint64_t next() {
    uint64_t z = state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  uint64_t below(uint64_t n) { return next() % n; }
  uint64_t between(uint64_t low, uint64_t high) { return low + below(high - low + 1); }
  bool chance(uint64_t one_in) { return below(one_in) == 0; }
  template <typename T>
  T pick(const std::vector<T>& values) {
    return values[below(values.size())];
  }
};

}  // namespace nmgen::test

#define TEST(name)                                              \
  static void test_##name();                                    \
  static const nmgen::test::Add add_##name(#name, test_##name); \
  static void test_##name()

#define CHECK(condition) ((condition) ? void() : nmgen::test::fail(__FILE__, __LINE__, #condition))

// The third argument says where in a loop it happened; it is only evaluated when the check fails.
#define CHECK_EQ(actual, expected, ...)                                                                       \
  do {                                                                                                        \
    const auto actual_ = (actual);                                                                            \
    const decltype(actual_) expected_ = (expected);                                                           \
    if (!(actual_ == expected_))                                                                              \
      nmgen::test::fail(__FILE__, __LINE__,                                                                   \
                        #actual " is " + nmgen::test::text(actual_) + ", not " +                              \
                            nmgen::test::text(expected_) __VA_OPT__(+" (" + std::string(__VA_ARGS__) + ")")); \
  } while (0)
