#include "group_keys.h"

#include <algorithm>
#include <cstring>

#include "mix.h"

namespace nmgen {

size_t GroupFinder::Hash::operator()(const Key& key) const {
  uint64_t hash = 0;
  for (uint64_t word : key) hash = mix(hash ^ word);
  return hash;
}

GroupFinder::GroupFinder(const GroupKeys& keys, uint32_t groups, page::Word* cells) : keys_(keys), cells_(cells) {
  const size_t bytes = keys.offsets.size();
  for (uint32_t offset : keys.offsets) least_ = std::max(least_, offset + 1);
  groups_.reserve(groups);
  for (uint32_t group = 0; group < groups; group++) {
    Key key{};
    if (bytes) std::memcpy(key.data(), &keys.values[group * bytes], bytes);
    groups_.emplace(key, group);  // cells of one key have one name: the first stands for all
  }
}

bool GroupFinder::count(const Frame& frame) {
  if (frame.length < least_) return false;
  uint8_t bytes[kMaxBytes] = {};
  for (size_t k = 0; k < keys_.offsets.size(); k++) bytes[k] = frame.data[keys_.offsets[k]] & keys_.masks[k];
  Key key;
  std::memcpy(key.data(), bytes, sizeof key);
  const auto found = groups_.find(key);
  if (found == groups_.end()) return false;
  page::add(cells_ + found->second * size_t{page::kGroupCells} + page::kGroupPackets, 1);
  return true;
}

}  // namespace nmgen
