#include <algorithm>

#include "checksum.h"
#include "crc32c.h"
#include "plan_parts.h"
#include "signature.h"

namespace nmgen::decode {
namespace {

// Does something that varies from packet to packet lie in a CRC's range? `varying` tells which sites do.
bool crc_varies(const Stream& s, const Site& crc, const std::vector<bool>& varying) {
  auto inside = [&](uint32_t offset, uint32_t bytes) { return offset < crc.end && offset + bytes > crc.start; };
  const std::vector<Site>& sites = s.templates[0].sites;
  for (size_t i = 0; i < sites.size(); i++)
    if (varying[i] && !sites[i].hidden && inside(sites[i].offset, sites[i].bytes())) return true;
  return (s.is_signed && inside(s.signature, kSignatureBytes)) ||
         std::ranges::any_of(s.fields, [&](const Field& f) { return inside(f.offset, f.stored()); });
}

// Which checksums differ from packet to packet: a field reaches them, or another such checksum does.
std::vector<bool> varying_sites(const Stream& s) {
  const std::vector<Site>& sites = s.templates[0].sites;
  std::vector<bool> varying(sites.size(), false);
  for (const Field& f : s.fields)
    for (const SumEntry& e : f.sums) varying[e.site] = true;
  for (size_t i = 0; i < sites.size(); i++) {
    if (sites[i].crc32c) varying[i] = crc_varies(s, sites[i], varying);
    if (varying[i])
      for (const SumEntry& e : sites[i].sums) varying[e.site] = true;
  }
  return varying;
}

// The value of a site that never changes is written once, and counts in the sums around it as any other bytes do.
void finish_constant_site(Template& t, const Site& site) {
  uint8_t* at = t.bytes.data() + site.offset;
  const uint8_t* bytes = t.bytes.data();
  const uint32_t right = site.crc32c ? crc32c(bytes + site.start, site.end - site.start, site.offset - site.start)
                                     : finish(site.base, site.zero_is_ones);
  const uint32_t sent = site.bad ? spoil(right) : right;
  if (site.crc32c)
    put32(at, sent);
  else if (!site.hidden)
    put16(at, static_cast<uint16_t>(sent));
  for (const SumEntry& e : site.sums)
    t.sites[e.site].base = fold(t.sites[e.site].base + (static_cast<uint64_t>(sent) << (e.high ? 8 : 0)));
}

}  // namespace

// A checksum that nothing varying reaches is the same in every packet: finish it in the template.
void finish_constant_sites(Stream& s) {
  const std::vector<bool> varying = varying_sites(s);
  std::vector<uint32_t> places(varying.size());  // where each one is found afterwards
  for (uint32_t site = 0, next = 0; site < varying.size(); site++) {
    places[site] = next;
    next += varying[site];
    s.has_crc |= varying[site] && s.templates[0].sites[site].crc32c;
  }
  for (Template& t : s.templates) {
    std::vector<Site> left;
    for (uint32_t site = 0; site < varying.size(); site++) {
      if (!varying[site]) finish_constant_site(t, t.sites[site]);
      // A varying site never counts in a constant one.
      for (SumEntry& e : t.sites[site].sums) e.site = places[e.site];
      if (varying[site]) left.push_back(t.sites[site]);
    }
    t.sites = std::move(left);
  }
  for (Field& f : s.fields)
    for (SumEntry& e : f.sums) e.site = places[e.site];
}

}  // namespace nmgen::decode
