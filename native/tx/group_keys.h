#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>

#include "backend.h"
#include "page.h"
#include "plan.h"

namespace nmgen {

// Counts the groups of frames that carry no number: by the bits that a frame shows as it arrives (GroupKeys).
class GroupFinder {
 public:
  static constexpr size_t kMaxBytes = 32;  // of a key: two IPv6 addresses

  // `cells`: a block of the page for each group.
  GroupFinder(const GroupKeys& keys, uint32_t groups, page::Word* cells);
  // False: it is in none of them, and was not counted.
  bool count(const Frame& frame);

 private:
  using Key = std::array<uint64_t, kMaxBytes / sizeof(uint64_t)>;
  struct Hash {
    size_t operator()(const Key& key) const;
  };

  const GroupKeys& keys_;
  page::Word* cells_;
  uint32_t least_ = 0;  // bytes that a frame must have
  std::unordered_map<Key, uint32_t, Hash> groups_;
};

}  // namespace nmgen
