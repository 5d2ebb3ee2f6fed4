#include "account.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "checksum.h"
#include "histogram.h"

namespace nmgen {
namespace {

constexpr uint64_t kMaxPlaces = 1 << 22;  // of all shards: 8 bytes each
constexpr uint64_t kMaxOrders = 1 << 18;  // the same: 300 bytes each

Plan plan_of(const Stream& stream, uint64_t stride, uint64_t shard) {
  const Stream& account = *stream.account;
  return {stride, (shard + account.numbers[0].places[0]) % stride, 0, {account}, {}};
}

}  // namespace

Groups::Groups(const Stream& stream, uint64_t stride, uint64_t shard)
    : count_(stream.groups),
      plan_(plan_of(stream, stride, shard)),
      states_(make_states(plan_)),
      frame_bytes_(plan_.streams[0].templates[0].bytes.size()),
      frames_(kMaxBurst * frame_bytes_) {
  for (size_t j = 0; j < kMaxBurst; j++) data_[j] = frames_.data() + j * frame_bytes_;
  fill(0);
}

void Groups::fill(uint64_t first) {
  const Template* templates[kMaxBurst];
  StreamState& state = states_[0];
  choose_templates(state, first, kMaxBurst, templates);
  for (size_t j = 0; j < kMaxBurst; j++) std::memcpy(data_[j], templates[j]->bytes.data(), frame_bytes_);
  Group burst{&state, first, kMaxBurst, 0, data_, templates};
  if (has_work(state)) render_(burst);
  for (size_t j = 0; j < kMaxBurst; j++) {
    uint64_t sum = 0;
    for (size_t at = 0; at < frame_bytes_; at += 8) sum += get64(data_[j] + at);
    block_[j] = static_cast<uint32_t>(std::min<uint64_t>(sum, count_ - 1));
  }
  first_ = first;
}

void tally_groups(const Plan& plan, uint64_t first, uint64_t count, std::span<page::Word> counts) {
  const Stream& stream = plan.streams[0];
  Groups groups(stream, plan.stride, plan.shard_of(stream));
  for (uint64_t k = first; k < first + count; k++) counts[groups.of(k)]++;
}

GroupCounts::GroupCounts(const Stream& stream, page::Word* cells, page::Word* histograms)
    : stream_(stream), cells_(cells), histograms_(histograms) {
  const uint64_t stride = stream.stride, packets = stream.period / std::gcd(stream.period, stride);
  const bool ordered = stream.period && packets * stride <= kMaxPlaces && stream.groups * stride <= kMaxOrders;
  for (uint64_t residue = 0; residue < stride; residue++) {
    shards_.push_back(std::make_unique<Shard>(stream, residue));
    if (ordered) learn(*shards_.back(), packets);
  }
}

void GroupCounts::learn(Shard& shard, uint64_t packets) {
  shard.each.resize(stream_.groups);
  shard.orders.resize(stream_.groups);
  for (uint64_t k = 0; k < packets; k++) {
    const uint32_t group = shard.groups.of(k);
    shard.period.push_back({group, shard.each[group]++});
  }
}

void GroupCounts::arrive(Sequence::Arrival how, uint64_t i, uint64_t sent_ns, uint64_t latency_ns,
                         bool is_timed) {
  const uint64_t stride = stream_.stride, k = stride == 1 ? i : i / stride;
  Shard& shard = *shards_[stride == 1 ? 0 : i % stride];
  const uint64_t turn = shard.period.empty() ? 0 : k / shard.period.size();
  const Place* place = shard.period.empty() ? nullptr : &shard.period[k - turn * shard.period.size()];
  const uint32_t group = place ? place->group : shard.groups.of(k);
  page::Word* const cells = cells_of(group);
  page::add(cells + page::kGroupPackets, 1);
  if (how == Sequence::Arrival::kDuplicate) return page::add(cells + page::kGroupDuplicates, 1);
  if (how == Sequence::Arrival::kStale) return page::add(cells + page::kGroupStale, 1);
  if (how == Sequence::Arrival::kReordered) page::add(cells + page::kGroupReordered, 1);
  if (is_timed) time(group, latency_ns);
  if (place) shard.orders[group].arrive(turn * shard.each[group] + place->rank, sent_ns);
}

void GroupCounts::time(uint32_t group, uint64_t latency_ns) {
  page::Word* const cells = cells_of(group);
  page::add(cells + page::kGroupLatencyCount, 1);
  page::add(cells + page::kGroupLatencySum, latency_ns);
  page::raise(cells + page::kGroupLatencyNotMin, ~latency_ns);
  page::raise(cells + page::kGroupLatencyMax, latency_ns);
  if (histograms_) histogram::record(histograms_ + group * size_t{histogram::kCells}, latency_ns);
}

void GroupCounts::finish() {
  for (const auto& shard : shards_)
    for (uint32_t group = 0; group < shard->orders.size(); group++) {
      Order& order = shard->orders[group];
      page::Word* const cells = cells_of(group);
      order.finish();
      const Losses& losses = order.losses();
      page::add(cells + page::kGroupGaps, losses.gaps);
      page::raise(cells + page::kGroupLongestGap, losses.longest_gap);
      page::raise(cells + page::kGroupOutageNs, losses.outage_ns);
      page::raise(cells + page::kGroupHeadNs, losses.head_ns);
      page::raise(cells + page::kGroupNewestNs, order.newest_ns());
      page::add(cells + page::kGroupExpected, order.expected());
      page::set(cells + page::kGroupOrdered, 1);
    }
}

}  // namespace nmgen
