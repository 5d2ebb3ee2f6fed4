#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "plan.h"

namespace nmgen::decode {

// Reads little-endian numbers and never past the end: after the first overrun everything is 0 and ok is false.
class Reader {
 public:
  explicit Reader(std::span<const uint8_t> bytes) : bytes_(bytes) {}
  template <typename T>
  T number() {
    T value{};
    if (auto part = take(sizeof(T)); !part.empty()) std::memcpy(&value, part.data(), sizeof(T));
    return value;
  }
  uint32_t u32() { return number<uint32_t>(); }
  uint64_t u64() { return number<uint64_t>(); }
  uint128_t u128() {
    const uint64_t low = u64();
    return static_cast<uint128_t>(u64()) << 64 | low;
  }
  double f64() { return number<double>(); }
  // A count of things of at least `each` bytes: what cannot fit in the rest is an error, not an allocation.
  uint32_t count(size_t each) {
    uint32_t n = u32();
    if (ok && n > bytes_.size() / each) fail("a count runs past the end");
    return ok ? n : 0;
  }
  std::vector<uint8_t> blob() {
    auto part = take(count(1));
    return {part.begin(), part.end()};
  }
  void require(bool condition, const char* what) {
    if (ok && !condition) fail(what);
  }
  bool done() const { return bytes_.empty(); }

  bool ok = true;
  const char* wrong = "";

 private:
  void fail(const char* what) {
    ok = false;
    wrong = what;
  }
  std::span<const uint8_t> take(size_t n) {
    if (!ok || n == 0) return {};
    if (n > bytes_.size()) {
      fail("it ends early");
      return {};
    }
    auto part = bytes_.first(n);
    bytes_ = bytes_.subspan(n);
    return part;
  }
  std::span<const uint8_t> bytes_;
};

}  // namespace nmgen::decode
