#include "ahead.h"

#include <algorithm>
#include <span>

namespace nmgen {
namespace {

constexpr size_t kHead = Ahead::kHead;

bool fits(const Stream& s) {
  const std::vector<uint32_t>& words = s.layout.offsets;
  return !s.has_crc && (words.empty() ? s.fields.empty() : words.back() + sizeof(uint64_t) <= kHead);
}

std::span<const uint8_t> tail_of(const Template& t) {
  return std::span(t.bytes).subspan(std::min(kHead, t.bytes.size()));
}

bool begins(std::span<const uint8_t> tail, std::span<const uint8_t> longer) {
  return tail.size() <= longer.size() && std::ranges::equal(tail, longer.first(tail.size()));
}

// In this order a tail stands before those that go on from it: from the end on, each ground serves all before it.
std::vector<const std::vector<uint8_t>*> grounds_of(const Plan& plan) {
  std::vector<const Template*> all;
  for (const Stream& s : plan.streams)
    for (const Template& t : s.templates) all.push_back(&t);
  std::ranges::sort(all, [](const Template* a, const Template* b) {
    return std::ranges::lexicographical_compare(tail_of(*a), tail_of(*b));
  });
  std::vector<const std::vector<uint8_t>*> grounds(all.size());
  const Template* ground = nullptr;
  for (size_t i = all.size(); i-- > 0;) {
    if (!ground || !begins(tail_of(*all[i]), tail_of(*all[i + 1]))) ground = all[i];
    // Templates that share their id have tails that agree, and the longest of them has the last word.
    if (!grounds[all[i]->id]) grounds[all[i]->id] = &ground->bytes;
  }
  return grounds;
}

}  // namespace

bool pays_ahead(const Plan& plan) {
  const auto varies = [](const Stream& s) { return !s.fields.empty(); };
  if (plan.lanes.empty() || plan.streams.size() == 1) return false;
  return std::ranges::any_of(plan.streams, varies) && std::ranges::all_of(plan.streams, fits);
}

Ahead::Ahead(const Plan& plan, std::vector<StreamState>& streams, RenderFields render)
    : streams_(streams), render_(render), heads_(streams.size() * kBlock) {
  const size_t length = plan.streams[0].templates[0].bytes.size();
  const auto is_like_the_first = [&](const Stream& s) {
    return s.templates.size() == 1 && s.templates[0].bytes.size() == length;
  };
  if (length > kHead || !std::ranges::all_of(plan.streams, is_like_the_first)) {
    templates_.resize(heads_.size());
    grounds_ = grounds_of(plan);
  }
}

void Ahead::fill(uint32_t stream, uint64_t k) {
  StreamState& state = streams_[stream];
  Head* heads = &heads_[stream * size_t{kBlock}];
  const Template* templates[kBlock];
  uint8_t* data[kBlock];
  for (uint32_t j = 0; j < kBlock; j++) data[j] = heads[j].bytes;
  // One template alone is there from the first time on.
  if (uniform() && k != 0)
    templates[0] = &state.stream->templates[0];
  else
    begin(state, k, heads, templates);
  Group group{&state, k, kBlock, 0, data, templates};
  if (has_work(state)) write_fields(render_, group);
}

void Ahead::begin(const StreamState& state, uint64_t k, Head* heads, const Template** templates) {
  choose_templates(state, k, kBlock, templates);
  for (uint32_t j = 0; j < kBlock; j++) {
    const std::vector<uint8_t>& bytes = templates[j]->bytes;
    std::copy_n(bytes.data(), std::min<size_t>(kHead, bytes.size()), heads[j].bytes);
  }
  if (!uniform()) std::copy_n(templates, kBlock, &templates_[static_cast<size_t>(heads - heads_.data())]);
}

}  // namespace nmgen
