#include <algorithm>

#include "backend.h"
#include "plan_parts.h"

namespace nmgen::decode {
namespace {

constexpr uint32_t kMinFrame = 14;
constexpr uint32_t kZeroIsOnes = 1, kBad = 2, kCrc32c = 4, kHidden = 8;

// `after` is what keeps the order: a value may only enter sums that are finished later.
Site read_site(Reader& in, size_t length, uint32_t after, uint32_t count) {
  Site site{};
  site.offset = in.u32();
  site.base = in.u32();
  const uint32_t flags = in.u32();
  site.zero_is_ones = flags & kZeroIsOnes;
  site.bad = flags & kBad;
  site.crc32c = flags & kCrc32c;
  site.hidden = flags & kHidden;
  site.start = in.u32();
  site.end = in.u32();
  site.sums = read_sums(in);
  in.require(flags < 16 && !(site.hidden && site.crc32c), "a checksum has an unknown kind");
  in.require(site.offset <= length - site.bytes() && site.base <= 0xffff, "a checksum lies outside its frame");
  in.require(site.start <= site.end && site.end <= length, "a checksum covers more than its frame");
  in.require(!site.crc32c || (site.start <= site.offset && site.offset + 4 <= site.end),
             "a CRC lies outside of what it covers");
  for (const SumEntry& sum : site.sums)
    in.require(sum.site > after && sum.site < count, "a checksum counts in one that is finished before it");
  return site;
}

}  // namespace

std::vector<SumEntry> read_sums(Reader& in) {
  std::vector<SumEntry> sums;
  for (uint32_t n = in.count(8); n > 0 && in.ok; n--) sums.push_back({in.u32(), in.u32()});
  return sums;
}

Template read_template(Reader& in, uint32_t id) {
  Template t{.id = id, .bytes = in.blob(), .sites = {}};
  in.require(t.bytes.size() >= kMinFrame && t.bytes.size() <= kMaxFrame, "a frame's length is out of range");
  uint32_t n = in.count(24);
  in.require(n <= kMaxSites, "a frame has too many checksums");
  for (uint32_t i = 0; in.ok && i < n; i++) t.sites.push_back(read_site(in, t.bytes.size(), i, n));
  if (!in.ok) return t;  // what follows trusts the numbers of the sites
  for (const Site& site : t.sites)
    for (const SumEntry& sum : site.sums) in.require(!t.sites[sum.site].crc32c, "a CRC is no sum");
  return t;
}

// All frames of a stream share the order in which their checksums are finished, and into which sums they go.
bool same_sites(const Template& a, const Template& b) {
  return std::ranges::equal(a.sites, b.sites, [](const Site& x, const Site& y) {
    auto same = [](const SumEntry& p, const SumEntry& q) { return p.site == q.site && p.high == q.high; };
    return x.crc32c == y.crc32c && x.hidden == y.hidden && x.bad == y.bad && x.zero_is_ones == y.zero_is_ones &&
           std::ranges::equal(x.sums, y.sums, same);
  });
}

}  // namespace nmgen::decode
