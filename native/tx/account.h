#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "page.h"
#include "plan.h"
#include "render.h"
#include "sequence.h"

namespace nmgen {

// Which group each packet of a shard of a stream is in: see Account in plan.ts. Its number stands in a frame that is
// rendered as any other, 64 packets at a time.
class Groups {
 public:
  // `shard`: packet k is the stream's packet k * stride + shard.
  Groups(const Stream& stream, uint64_t stride, uint64_t shard);
  Groups(const Groups&) = delete;
  uint32_t of(uint64_t k) {
    if (k - first_ >= kMaxBurst) fill(k / kMaxBurst * kMaxBurst);
    return block_[k - first_];
  }

  static constexpr size_t kMaxFrameBytes = 256;

 private:
  void fill(uint64_t first);

  uint32_t count_;
  Plan plan_;
  std::vector<StreamState> states_;
  RenderFields render_ = choose_render();
  size_t frame_bytes_;
  uint64_t first_ = 0;
  uint32_t block_[kMaxBurst];
  std::vector<uint8_t> frames_;
  uint8_t* data_[kMaxBurst];
};

// Adds up how many of the shard's packets first..first+count-1 of the plan's first stream are in each group.
void tally_groups(const Plan& plan, uint64_t first, uint64_t count, std::span<page::Word> counts);

// What a receiver counts of the groups of one stream. Numbers that are missing are told from those that come later by
// the packet's place among those of its group, which is known where groups come again in the same order (`period`).
class GroupCounts {
 public:
  // `cells`: a block of the page for each group; `histograms`: one for each, or null.
  GroupCounts(const Stream& stream, page::Word* cells, page::Word* histograms);
  // Packet i, in the judgement of its stream's sequence; `is_timed`: its latency counts.
  void arrive(Sequence::Arrival how, uint64_t i, uint64_t sent_ns, uint64_t latency_ns, bool is_timed);
  // Nothing more will come.
  void finish();

 private:
  // A group's sequence is short: 10,000 of them take 3 MB.
  using Order = BasicSequence<512, 4>;
  struct Place {
    uint32_t group;
    uint32_t rank;  // among the packets of its group, in one period
  };
  // Packets with i mod stride == residue.
  struct Shard {
    Groups groups;
    std::vector<Place> period{};   // of all its packets; empty: gaps are not told
    std::vector<uint32_t> each{};  // by group: packets in one period
    std::vector<Order> orders{};   // by group
    Shard(const Stream& stream, uint64_t residue) : groups(stream, stream.stride, residue) {}
  };

  void learn(Shard& shard, uint64_t packets);
  void time(uint32_t group, uint64_t latency_ns);
  page::Word* cells_of(uint32_t group) { return cells_ + group * page::kGroupCells; }

  const Stream& stream_;
  page::Word* cells_;
  page::Word* histograms_;
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace nmgen
