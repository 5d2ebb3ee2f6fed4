// However a loop comes by its frames (one after the other, or ahead of their turns; over buffers that held others),
// they are those of `render_packets`.

#include <algorithm>

#include "../checksum.h"
#include "../signature.h"
#include "../tx_loop.h"
#include "support.h"

namespace nmgen::test {
namespace {

using Bytes = std::vector<uint8_t>;

// Keeps what it is given, and lends its buffers in an order in which they meet one stream after the other.
class Keeper final : public TxQueue {
 public:
  Keeper() : buffers_(kBuffers, Bytes(kMaxFrame)) {
    for (Bytes& buffer : buffers_) all_.push_back({buffer.data(), 0, kNothing});
    refill();
  }
  std::span<Frame> all() override { return all_; }
  void filled() override {}
  uint32_t commit(uint32_t n, bool) override {
    for (uint32_t j = 0; j < n; j++) taken.emplace_back(frames[j].data, frames[j].data + frames[j].length);
    at_ = (at_ + n) % (kBuffers - kMaxBurst);
    refill();
    return n;
  }
  void refill() override { frames = &all_[at_], room = kMaxBurst; }
  std::vector<Bytes> taken;

 private:
  static constexpr uint32_t kBuffers = 2 * kMaxBurst + 7;
  std::vector<Bytes> buffers_;
  std::vector<Frame> all_;
  uint32_t at_ = 0;
};

std::vector<Bytes> rendered(const Plan& plan, const Stream& s) {
  const Bytes bytes = render_packets(plan, s.id, 0, static_cast<uint32_t>(s.limit));
  std::vector<Bytes> frames;
  for (size_t at = 0; at < bytes.size();) {
    const size_t length = bytes[at] | static_cast<size_t>(bytes[at + 1]) << 8;
    frames.emplace_back(&bytes[at + 2], &bytes[at + 2] + length);
    at += 2 + length;
  }
  return frames;
}

// Frames whose first byte names their stream, of up to three lengths, in some of which more than the length differs.
Stream some_stream(Random& random, uint32_t id, uint32_t longest) {
  Stream s = plain_stream(id, static_cast<uint32_t>(random.between(40, longest)));
  if (random.chance(2)) add_lengths(s, {static_cast<uint32_t>(random.between(40, longest)), longest});
  for (Template& t : s.templates) {
    put16(&t.bytes[16], static_cast<uint16_t>(t.bytes.size()));
    if (random.chance(4)) t.bytes[t.bytes.size() - 1] = static_cast<uint8_t>(random.next());
  }
  s.fields = {random_field(random, 20, 4)};
  if (random.chance(2)) s.fields.push_back(random_field(random, 30, 2));
  s.limit = random.between(1, 300);
  return s;
}

// Time and its compensator are what no two runs agree on.
Bytes without_time(const Stream& s, Bytes frame) {
  if (s.is_signed) std::fill_n(frame.begin() + s.signature + 8, kSignatureBytes - 8, uint8_t{0});
  return frame;
}

bool is_sound(const Stream& s, const Bytes& frame) {
  uint64_t sum = 0;
  for (uint32_t at = 0; at < kSignatureBytes; at += 2) sum += get16(&frame[s.signature + at]);
  return !s.is_signed || fold(sum) == 0xffff;
}

void check_plan(const Plan& plan) {
  Keeper queue;
  std::vector<page::Word> page(page::kHeaderCells + plan.streams.size() * page::kTxStreamCells);
  page[page::kGo] = 1;
  TxLoop(queue, plan, page.data()).run();
  for (const Stream& s : plan.streams) {
    std::vector<Bytes> own;
    std::ranges::copy_if(queue.taken, std::back_inserter(own), [&](const Bytes& f) { return f[0] == (0x40 | s.id); });
    const std::vector<Bytes> expected = rendered(plan, s);
    CHECK_EQ(own.size(), expected.size());
    for (size_t k = 0; k < own.size(); k++) {
      CHECK_EQ(without_time(s, own[k]) == without_time(s, expected[k]), true, "packet " + text(k));
      CHECK(is_sound(s, own[k]));
    }
    const page::Word* cells = &page[page::kHeaderCells + s.id * size_t{page::kTxStreamCells}];
    CHECK_EQ(cells[page::kTxPackets], s.limit);
  }
}

TEST(ahead_streams_in_turn_send_what_each_would_alone) {
  Random random{11};
  const uint64_t rounds = 60 / kSlowdown;
  uint64_t ahead = 0;  // frames that differ far behind their heads are not
  for (uint64_t round = 0; round < rounds; round++) {
    std::vector<Stream> streams;
    std::vector<uint32_t> slots;
    for (uint32_t id = 0, count = static_cast<uint32_t>(random.between(2, 9)); id < count; id++) {
      streams.push_back(some_stream(random, id, random.chance(2) ? 60 : 200));
      for (uint64_t turns = random.between(1, 3); turns > 0; turns--) slots.push_back(id);
    }
    Plan plan = plan_of(std::move(streams));
    plan.lanes = {lane_of(slots)};
    const Plan read = decoded(plan);
    ahead += read.ahead;
    check_plan(read);
  }
  CHECK(ahead > rounds / 4 && ahead < rounds);
}

TEST(ahead_sizes_of_one_stream_share_their_buffers) {
  Random random{12};
  for (uint32_t round = 0; round < 40 / kSlowdown; round++) {
    Plan plan = plan_of({some_stream(random, 0, 200)});
    plan.lanes = {lane_of({0})};
    const Plan read = decoded(plan);
    CHECK(!read.ahead);
    check_plan(read);
  }
}

TEST(sizes_of_a_stream_in_which_nothing_varies_stay_what_they_are) {
  for (const bool is_signed : {false, true}) {
    Stream s = plain_stream(0, 64);
    add_lengths(s, {100, 80});
    for (Template& t : s.templates) put16(&t.bytes[16], static_cast<uint16_t>(t.bytes.size()));
    if (is_signed) sign(s, 46);
    s.limit = 300;
    Plan plan = plan_of({s});
    plan.lanes = {lane_of({0})};
    check_plan(decoded(plan));
  }
}

// Like the first, but for bytes here and there, keys and the beginnings of ranges.
Stream another(Random& random, const Stream& first, uint32_t id) {
  Stream s = first;
  s.id = id;
  s.templates[0].bytes[0] = static_cast<uint8_t>(0x40 | id);
  s.templates[0].bytes[36] = static_cast<uint8_t>(random.next());
  for (Site& site : s.templates[0].sites) site.base = static_cast<uint32_t>(random.below(0x10000));
  for (Field& f : s.fields) {
    if (f.op != FieldOp::kInc) f.key = random.next();
    f.low = random.below(1000);
  }
  s.limit = random.between(1, 300);
  return s;
}

Field ranging(Random& random, uint32_t offset, uint32_t bytes, std::vector<SumEntry> sums) {
  Field f = whole_field(offset, bytes, random.chance(2) ? FieldOp::kInc : FieldOp::kRandom);
  f.size = random.pick<uint64_t>({1, 7, 256, 60'000});
  f.step = random.below(4);
  if (f.op == FieldOp::kInc) f.every = random.between(1, 3);
  f.sums = std::move(sums);
  return f;
}

TEST(abreast_streams_send_what_each_would_alone) {
  Random random{13};
  for (uint32_t round = 0; round < 60 / kSlowdown; round++) {
    Stream first = plain_stream(0, static_cast<uint32_t>(random.between(64, 200)));
    const bool are_signed = random.chance(2), in_rounds = random.chance(2);
    first.templates[0].sites = {{.offset = 40, .base = 1, .zero_is_ones = random.chance(2)}};
    first.fields = {ranging(random, 20, 4, {{0, 0}}), ranging(random, 31, 2, {{0, 1}})};
    if (random.chance(2)) first.fields.push_back(ranging(random, 44, 2, {}));
    std::vector<Stream> streams;
    std::vector<uint32_t> slots;
    for (uint32_t id = 0, count = static_cast<uint32_t>(random.between(2, 40)); id < count; id++) {
      streams.push_back(another(random, first, id));
      if (are_signed) sign(streams.back(), 46);
      for (uint64_t turns = in_rounds ? 1 : random.between(1, 3); turns > 0; turns--) slots.push_back(id);
    }
    Plan plan = plan_of(std::move(streams), 3, 1);
    plan.lanes = {lane_of(slots)};
    const Plan read = decoded(plan);
    CHECK(read.abreast && !read.ahead);
    check_plan(read);
  }
}

TEST(abreast_are_only_streams_that_are_alike) {
  Random random{14};
  const auto is_abreast = [&](auto change) {
    Stream first = plain_stream(0, 60);
    first.fields = {whole_field(20, 4, FieldOp::kRandom)};
    first.fields[0].size = 100;
    Stream second = another(random, first, 1);
    change(second);
    Plan plan = plan_of({first, second});
    plan.lanes = {lane_of({0, 1})};
    return decoded(plan).abreast;
  };
  CHECK(is_abreast([](Stream&) {}));
  CHECK(!is_abreast([](Stream& s) { s.fields[0].size = 101; }));
  CHECK(!is_abreast([](Stream& s) { s.fields[0].offset = 24; }));
  CHECK(!is_abreast([](Stream& s) { s.fields[0].every = 2; }));
  CHECK(!is_abreast([](Stream& s) { s.fields.clear(); }));
  CHECK(!is_abreast([](Stream& s) { s.templates[0].bytes.resize(61); }));
  CHECK(!is_abreast([](Stream& s) { sign(s, 42); }));
}

// A field far behind the head, a CRC: these are made in their turns.
TEST(ahead_is_only_for_what_lies_in_the_head) {
  Stream near = plain_stream(0, 120), far = plain_stream(1, 120);
  near.fields = {whole_field(56, 4, FieldOp::kInc)};
  far.fields = {whole_field(100, 4, FieldOp::kInc)};
  near.limit = far.limit = 100;
  Plan plan = plan_of({near, far});
  plan.lanes = {lane_of({0, 1})};
  CHECK(!decoded(plan).ahead);
  check_plan(decoded(plan));
}

}  // namespace
}  // namespace nmgen::test
