#pragma once

#include <optional>
#include <string>
#include <utility>

namespace nmgen {

// A failure is a sentence: a stable code, what is wrong, what to do about it. Native code never prints,
// aborts or exits; it hands one of these up and TypeScript decides.
struct Failure {
  std::string code;
  std::string message;
  std::string hint;
};

// A value, or why there is none.
template <typename T>
class Expected {
 public:
  Expected(T value) : value_(std::move(value)) {}
  Expected(Failure failure) : failure_(std::move(failure)) {}
  explicit operator bool() const { return value_.has_value(); }
  T& operator*() { return *value_; }
  T* operator->() { return &*value_; }
  const Failure& failure() const { return failure_; }

 private:
  std::optional<T> value_;
  Failure failure_;
};

}  // namespace nmgen
