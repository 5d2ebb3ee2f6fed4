#include "support.h"

#include <bit>
#include <cstring>

#include "../checksum.h"
#include "../signature.h"

namespace nmgen::test {
namespace {

class Writer {
 public:
  template <typename T>
  void number(T value) {
    const auto* at = reinterpret_cast<const uint8_t*>(&value);
    bytes.insert(bytes.end(), at, at + sizeof value);
  }
  void u32(uint64_t value) { number(static_cast<uint32_t>(value)); }
  void u64(uint64_t value) { number(value); }
  void blob(const std::vector<uint8_t>& value) {
    u32(value.size());
    bytes.insert(bytes.end(), value.begin(), value.end());
  }
  template <typename T, typename Write>
  void list(const std::vector<T>& items, Write write) {
    u32(items.size());
    for (const T& item : items) write(item);
  }
  std::vector<uint8_t> bytes;
};

// A field whose `draw` is 0 has one of its own.
void write_field(Writer& out, const Field& f, uint32_t index) {
  for (uint32_t value : {f.offset, f.bytes, f.shift, f.bits, static_cast<uint32_t>(f.op)}) out.u32(value);
  out.u32(f.draw ? f.draw : 1000 + index);
  out.u32(f.numbers);
  out.u32(f.high | f.shuffled << 1 | f.has_digit << 2 | f.has_hash << 3 | f.wide << 4 | f.clipped << 5);
  out.u32(f.from), out.u32(f.to);
  const uint64_t size = f.op == FieldOp::kList && !f.values.empty() && !f.has_digit ? f.values.size() : f.size;
  const uint64_t size_high = f.wide ? f.size_high : size == 0;
  out.number(f.low);
  out.u64(size), out.u64(size_high);
  out.number(f.scale);
  for (uint64_t value : {f.step, f.every, f.key}) out.u64(value);
  out.u64(f.has_digit ? f.div.by : 1), out.u64(f.has_digit ? f.mod.by : 0);
  out.u64(f.hash.key), out.u64(f.hash.size);
  out.number(f.hash.scale), out.number(f.hash.low);
  out.list(f.values, [&](uint64_t value) { out.u64(value); });
  out.list(f.segments, [&](const Segment& s) { out.number(s.from), out.number(s.low); });
  out.list(f.columns, [&](const Column& c) {
    for (uint64_t value : {c.threshold, c.first, c.count}) out.u64(value);
    out.u32(c.other), out.u32(c.falling);
  });
  out.list(f.sums, [&](const SumEntry& sum) { out.u32(sum.site), out.u32(sum.high); });
}

void write_site(Writer& out, const Site& site) {
  out.u32(site.offset);
  out.u32(site.base);
  out.u32((site.zero_is_ones ? 1 : 0) | (site.bad ? 2 : 0) | (site.crc32c ? 4 : 0) | (site.hidden ? 8 : 0));
  out.u32(site.start);
  out.u32(site.end);
  out.list(site.sums, [&](const SumEntry& sum) { out.u32(sum.site), out.u32(sum.high); });
}

void write_stream(Writer& out, const Stream& s) {
  out.u32(s.id);
  out.u32(s.stride);
  out.u32(s.histogram);
  out.u32(s.is_signed);
  out.u32(s.signature);
  out.u64(s.limit);
  out.list(s.numbers, [&](const Numbers& n) {
    out.u32(n.cycle);
    out.list(n.places, [&](uint32_t place) { out.u32(place); });
  });
  out.list(s.templates, [&](const Template& t) {
    out.blob(t.bytes);
    out.list(t.sites, [&](const Site& site) { write_site(out, site); });
  });
  out.list(s.sequence, [&](uint32_t index) { out.u32(index); });
  out.u32(s.sizes.on);
  out.u64(s.sizes.key);
  out.list(s.sizes.columns, [&](const SizeColumn& c) { out.u64(c.threshold), out.u32(c.other); });
  uint32_t index = 0;
  out.list(s.fields, [&](const Field& field) { write_field(out, field, index++); });
  out.u32(s.match.offset);
  out.blob(s.match.value);
  out.blob(s.match.mask);
  out.u32(s.account != nullptr);
  if (!s.account) return;
  out.u32(s.groups);
  out.u64(s.period);
  write_stream(out, *s.account);
  out.u32(s.keys.on);
  out.list(s.keys.offsets, [&](uint32_t offset) { out.u32(offset); });
  out.blob(s.keys.masks);
  out.blob(s.keys.values);
}

}  // namespace

std::vector<uint8_t> encode(const Plan& plan) {
  Writer out;
  out.u32(0x50474d4e);
  out.u32(8);
  for (uint64_t value : {plan.stride, plan.shard, plan.duration_ns}) out.u64(value);
  out.u32(static_cast<uint32_t>(plan.pacing.policy));
  out.u32(plan.pacing.burst);
  out.u64(plan.pacing.late_ns);
  out.number(plan.pacing.catch_up);
  out.u32(plan.sample);
  out.list(plan.streams, [&](const Stream& stream) { write_stream(out, stream); });
  out.list(plan.lanes, [&](const Lane& lane) {
    out.u32(static_cast<uint32_t>(lane.shape));
    for (double value : {lane.period_ns, lane.start_ns, lane.for_ns}) out.number(value);
    out.u32(lane.open_ended);
    out.u32(lane.tight);
    out.u64(lane.burst);
    for (double value : {lane.from_pns, lane.to_pns, lane.over_ns}) out.number(value);
    out.u64(lane.key);
    out.number(lane.cycle_ns);
    out.list(lane.offsets, [&](double offset) { out.number(offset); });
    out.list(lane.after, [&](uint32_t other) { out.u32(other); });
    auto write_slot = [&](uint32_t slot) { out.u32(slot); };
    out.list(lane.slots, write_slot);
    out.list(lane.cycles, [&](const std::vector<uint32_t>& cycle) { out.list(cycle, write_slot); });
  });
  return out.bytes;
}

Plan decoded(const Plan& plan) {
  auto result = decode_plan(encode(plan));
  if (!result) fail(__FILE__, __LINE__, result.failure().message);
  return *result;
}

Stream plain_stream(uint32_t id, uint32_t length) {
  Stream s{};
  s.id = id;
  s.stride = 1;
  s.limit = kNoLimit;
  s.numbers = {{1, {0}}};
  add_lengths(s, {length});
  return s;
}

void add_lengths(Stream& s, const std::vector<uint32_t>& lengths) {
  for (uint32_t length : lengths) {
    s.sequence.push_back(static_cast<uint32_t>(s.templates.size()));
    s.templates.push_back({0, std::vector<uint8_t>(length, static_cast<uint8_t>(0x40 | s.id)), {}});
  }
}

void sign(Stream& s, uint32_t offset) {
  s.is_signed = true;
  s.signature = offset;
  for (Template& t : s.templates) {
    uint8_t* at = &t.bytes[offset];
    std::memset(at, 0, kSignatureBytes);
    put16(at, kSignatureMagic);
    put16(at + 2, static_cast<uint16_t>(s.id));
    put16(at + 16, static_cast<uint16_t>(~fold(kSignatureMagic + s.id)));
  }
}

Plan plan_of(std::vector<Stream> streams, uint64_t stride, uint64_t shard) {
  for (uint32_t s = 0; s < streams.size(); s++) streams[s].histogram = s;
  return {stride, shard, 0, std::move(streams), {}};
}

Lane lane_of(std::vector<uint32_t> slots, double period_ns) {
  Lane lane{};
  lane.shape = period_ns > 0 ? Shape::kSteady : Shape::kLine;
  lane.period_ns = period_ns;
  lane.open_ended = period_ns == 0;
  lane.slots = std::move(slots);
  return lane;
}

Field whole_field(uint32_t offset, uint32_t bytes, FieldOp op) {
  Field f{};
  f.offset = offset;
  f.bytes = bytes;
  f.bits = bytes * 8;
  f.op = op;
  f.size = bytes == 8 ? 0 : 1ull << f.bits;
  f.step = f.every = 1;
  f.scale = 1;
  return f;
}

Field random_field(Random& random, uint32_t offset, uint32_t bytes) {
  Field f = whole_field(offset, bytes, static_cast<FieldOp>(random.below(4)));
  if (random.chance(3)) {
    f.bits = static_cast<uint32_t>(random.between(1, bytes * 8));
    f.shift = static_cast<uint32_t>(random.between(0, bytes * 8 - f.bits));
  }
  const uint64_t highest = f.bits == 64 ? ~0ull : (1ull << f.bits) - 1;
  const std::vector<uint64_t> sizes{1,     2,     3,          255,        256,          1000, 65535,
                                    65536, 65537, 0xffffffff, 1ull << 32, 0x1234567890, 0};
  f.size = random.chance(4) ? random.next() >> random.below(64) : random.pick(sizes);
  if (f.bits < 64 && (f.size == 0 || f.size > highest)) f.size = highest + 1;
  if (f.size == 0 && (f.op == FieldOp::kPermute || f.op == FieldOp::kList)) f.size = 1000;
  f.low = f.size == 0 ? 0 : random.next() % (highest - (f.size - 1) + (highest - (f.size - 1) < ~0ull));
  f.step = f.size == 0 ? random.next() : random.next() % f.size;
  f.every = random.pick<uint64_t>({1, 1, 2, 3, 64, 1000, 1'000'000'007});
  f.key = random.next();
  if (f.op == FieldOp::kList)
    for (uint64_t n = random.between(1, 20); n > 0; n--) f.values.push_back(random.next() & highest);
  return f;
}

std::string describe(const Field& f) {
  const char* names[] = {"inc", "random", "permute", "list", "weighted"};
  return std::string(names[static_cast<size_t>(f.op)]) + " low " + text(static_cast<uint64_t>(f.low)) + " size " +
         text(f.size) + " step " + text(f.step) + " every " + text(f.every) + " key " + text(f.key) + " at " +
         text(f.offset) + "+" + text(f.bytes) + ", bits " + text(f.bits) + "<<" + text(f.shift);
}

Painter::Painter(const Plan& plan, size_t stream, RenderFields render)
    : plan_(plan), states_(make_states(plan_)), state_(states_[stream]), render_(render) {}

Painter::Frames Painter::paint(uint64_t k, uint32_t n) {
  uint8_t* data[kMaxBurst];
  const Template* templates[kMaxBurst];
  Frames frames;
  choose_templates(state_, k, n, templates);
  for (uint32_t j = 0; j < n; j++) {
    std::vector<uint8_t>& buffer = buffers_[j][templates[j]];
    if (buffer.empty()) buffer = templates[j]->bytes;
    data[j] = buffer.data();
    frames.emplace_back(buffer);
  }
  Group group{&state_, k, n, 0, data, templates};
  render_(group);
  return frames;
}

Painter::Frames Painter::paint_stamped(uint64_t k, uint32_t n, uint64_t time_ns) {
  Frames frames = paint(k, n);
  uint8_t* data[kMaxBurst];
  for (uint32_t j = 0; j < n; j++) data[j] = const_cast<uint8_t*>(frames[j].data());
  stamp({&state_, k, n, 0, data, nullptr}, time_ns);
  return frames;
}

uint64_t read_bits(const Field& f, std::span<const uint8_t> frame) {
  uint64_t value = 0;
  for (uint32_t b = 0; b < f.bytes; b++) value = value << 8 | frame[f.offset + b];
  return (value & f.mask()) >> f.shift;
}

std::unique_ptr<Device> open_or_fail(const std::string& uri, uint32_t tx_queues, uint32_t rx_queues,
                                     uint32_t max_frame) {
  auto device = open_device(uri, {.device = {},
                                  .tx_queues = tx_queues,
                                  .rx_queues = rx_queues,
                                  .max_frame = max_frame,
                                  .args = {},
                                  .devices = {uri.substr(uri.find(':') + 1)}});
  if (!device) fail(__FILE__, __LINE__, uri + ": " + device.failure().message);
  return std::move(*device);
}

}  // namespace nmgen::test
