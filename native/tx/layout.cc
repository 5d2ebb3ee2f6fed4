#include "layout.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>

#include "checksum.h"
#include "plan.h"
#include "signature.h"

namespace nmgen {
namespace {

constexpr uint32_t kWord = 8;

// Bytes from..to-1, which must lie in one word.
struct Item {
  uint32_t from, to;
};

bool is_storable(const Stream& s) {
  auto stands_still = [&](size_t site) {
    return std::ranges::all_of(
        s.templates, [&](const Template& t) { return t.sites[site].offset == s.templates[0].sites[site].offset; });
  };
  std::vector<size_t> sites(s.templates[0].sites.size());
  std::iota(sites.begin(), sites.end(), size_t{0});
  return !s.has_crc && std::ranges::all_of(sites, stands_still) &&
         std::ranges::none_of(s.templates[0].sites, &Site::crc32c) && std::ranges::none_of(s.fields, &Field::clipped);
}

std::vector<Item> items_of(const Stream& s) {
  std::vector<Item> items;
  for (const Field& f : s.fields) items.push_back({f.offset, f.offset + f.bytes});
  for (const Site& site : s.templates[0].sites)
    if (!site.hidden) items.push_back({site.offset, site.offset + site.bytes()});
  return items;
}

const Template& longest_of(const Stream& s) {
  return *std::ranges::max_element(s.templates, {}, [](const Template& t) { return t.bytes.size(); });
}

// Bytes in which the templates differ; of a signature, which is written as a whole, none.
std::vector<Item> differences(const Stream& s) {
  const std::vector<uint8_t>& longest = longest_of(s).bytes;
  std::vector<bool> differs(longest.size(), false);
  for (const Template& t : s.templates)
    for (size_t at = 0; at < t.bytes.size(); at++)
      if (t.bytes[at] != longest[at]) differs[at] = true;
  std::vector<Item> items;
  for (uint32_t at = 0; at < differs.size(); at++)
    if (differs[at] && !(s.is_signed && at - s.signature < kSignatureBytes)) items.push_back({at, at + 1});
  return items;
}

// Where a word that begins with `item` may stand: not over the frame's end, nor over a signature, which is written
// apart. It may begin earlier, but not before `after`, where the word before it ends.
std::optional<uint32_t> stand(const Stream& s, const Item& item, uint32_t after, uint32_t shortest) {
  const bool before = s.is_signed && item.from < s.signature;
  const uint32_t first = s.is_signed && !before ? std::max(after, s.signature + kSignatureBytes) : after;
  const uint32_t end = before ? std::min(shortest, s.signature) : shortest;
  if (end < kWord) return std::nullopt;
  const uint32_t at = std::min(item.from, end - kWord);
  if (at < first || item.to > at + kWord) return std::nullopt;
  return at;
}

// Each word begins with the first item that no word before it holds.
std::vector<uint32_t> words_onwards(const Stream& s, const std::vector<Item>& items, uint32_t shortest) {
  std::vector<uint32_t> offsets;
  uint32_t end = 0;  // behind the last item
  for (const Item& item : items) {
    if (!offsets.empty() && item.to <= offsets.back() + kWord) {
      end = std::max(end, item.to);
      continue;
    }
    if (item.from < end) return {};
    const auto at = stand(s, item, end, shortest);
    if (!at || offsets.size() == kMaxWords) return {};
    offsets.push_back(*at);
    end = item.to;
  }
  return offsets;
}

// Each word ends with the last item that no word behind it holds: where a signature follows, there is no room onwards.
std::vector<uint32_t> words_backwards(const Stream& s, const std::vector<Item>& items, uint32_t shortest) {
  std::vector<uint32_t> offsets;  // falling
  uint32_t next = shortest;       // where the word behind the latest one begins
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    if (!offsets.empty() && item->from >= offsets.back()) {
      if (item->to > std::min(offsets.back() + kWord, next)) return {};
      continue;
    }
    const bool behind = s.is_signed && item->from >= s.signature;
    const uint32_t first = behind ? s.signature + kSignatureBytes : 0;
    const uint32_t at = item->to < first + kWord ? first : item->to - kWord;
    const uint32_t end = s.is_signed && !behind ? std::min(shortest, s.signature) : shortest;
    const bool across = !offsets.empty() && item->to > offsets.back();
    if (across || item->from < at || at + kWord > end || offsets.size() == kMaxWords) return {};
    if (!offsets.empty()) next = offsets.back();
    offsets.push_back(at);
  }
  std::ranges::reverse(offsets);
  return offsets;
}

// Offsets of words that hold all items; none where some lie across others, or there is no room.
std::vector<uint32_t> words_for(const Stream& s, std::vector<Item> items, uint32_t shortest) {
  std::ranges::sort(items, {}, &Item::from);
  const std::vector<uint32_t> offsets = words_onwards(s, items, shortest);
  return offsets.empty() ? words_backwards(s, items, shortest) : offsets;
}

Place place_of(const std::vector<uint32_t>& offsets, uint32_t from, uint32_t to) {
  // The last word that begins at or before it: a later store covers what an earlier one had there.
  const auto behind = std::ranges::upper_bound(offsets, from);
  const uint32_t word = static_cast<uint32_t>(behind - offsets.begin()) - 1;
  return {word, 8 * (offsets[word] + kWord - to)};
}

void share_ground(Stream& s) {
  const Template& longest = longest_of(s);
  const uint32_t id = longest.id;
  const auto ground = std::make_shared<const std::vector<uint8_t>>(longest.bytes);
  for (Template& t : s.templates) t.id = id, t.ground = ground;
}

// The bits of each word that packets differ in.
std::vector<uint64_t> masks_of(const Stream& s) {
  std::vector<uint64_t> masks(s.layout.offsets.size(), 0);
  for (size_t f = 0; f < s.layout.fields.size(); f++)
    masks[s.layout.fields[f].word] |= s.fields[f].ones() << s.layout.fields[f].shift;
  for (const Place& place : s.layout.sites)
    if (place.word != kNowhere) masks[place.word] |= 0xffffull << place.shift;
  return masks;
}

void fill_bases(Stream& s) {
  const std::vector<uint64_t> masks = masks_of(s);
  for (Template& t : s.templates) {
    for (size_t w = 0; w < masks.size(); w++) t.bases.push_back(get64(&t.bytes[s.layout.offsets[w]]) & ~masks[w]);
    for (const Site& site : t.sites) t.bases.push_back(site.base);
  }
}

std::vector<uint32_t> find_words(Stream& s) {
  const auto length_of = [](const Template& t) { return t.bytes.size(); };
  const uint32_t shortest = static_cast<uint32_t>(std::ranges::min_element(s.templates, {}, length_of)->bytes.size());
  const std::vector<Item> items = items_of(s);
  if (s.templates.size() > 1) {
    std::vector<Item> all = differences(s);
    all.insert(all.end(), items.begin(), items.end());
    const std::vector<uint32_t> offsets = words_for(s, all, shortest);
    if (!offsets.empty()) return share_ground(s), offsets;
  }
  return words_for(s, items, shortest);
}

void place_all(Stream& s) {
  const std::vector<uint32_t>& offsets = s.layout.offsets;
  for (const Field& f : s.fields) {
    s.layout.fields.push_back(place_of(offsets, f.offset, f.offset + f.bytes));
    s.layout.fields.back().shift += f.shift;
  }
  for (const Site& site : s.templates[0].sites)
    s.layout.sites.push_back(site.hidden ? Place{} : place_of(offsets, site.offset, site.offset + site.bytes()));
}

}  // namespace

void lay_out(Stream& s) {
  // Where no field varies nothing is ever stored: each size needs a template of its own.
  if (is_storable(s) && !s.fields.empty()) s.layout.offsets = find_words(s);
  if (!s.layout.offsets.empty()) place_all(s);
  fill_bases(s);
}

}  // namespace nmgen
