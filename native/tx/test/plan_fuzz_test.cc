// Plans with any damage: what the decoder lets through is rendered, scheduled, sent and received, so that
// AddressSanitizer sees what it should have refused. The seeds are real plans, one of each shape
// (tools/fuzz-seeds.mjs). More in a night than in a build: NMGEN_FUZZ_RUNS=1000000 tools/native-test.sh asan "plan
// fuzz".

#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "../clock.h"
#include "../histogram.h"
#include "../rx_loop.h"
#include "../schedule.h"
#include "../tx_loop.h"
#include "support.h"

namespace nmgen::test {

Plan rich_plan();  // of plan_test.cc

namespace {

using Bytes = std::vector<uint8_t>;
using Page = std::vector<page::Word>;

constexpr uint32_t kFrames = kMaxBurst, kCommits = 3;

// Of each test, for all seeds together; without the variable, what a build can wait for.
uint64_t runs(uint64_t few) {
  const char* asked = std::getenv("NMGEN_FUZZ_RUNS");
  return asked ? std::strtoull(asked, nullptr, 10) : few;
}

struct Seed {
  std::string name;
  Bytes bytes;
};

std::vector<Seed> seeds() {
  std::vector<Seed> list;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator("build/fuzz-seeds", none)) {
    std::ifstream file(entry.path(), std::ios::binary);
    list.push_back({entry.path().filename(), {std::istreambuf_iterator<char>(file), {}}});
  }
  if (list.empty()) skip("the TypeScript is not built, which makes the plans (tools/fuzz-seeds.mjs)");
  list.push_back({"rich", encode(rich_plan())});
  std::ranges::sort(list, {}, &Seed::name);
  return list;
}

// Buffers of the plan's longest frame and no more, but the 64 bytes that each has at least. Says stop after some
// bursts, or where nothing more is due.
class Sink final : public TxQueue {
 public:
  Sink(size_t longest, page::Word* page)
      : page_(page), buffers_(kFrames, Bytes(std::max<size_t>(longest, kMinBuffer))) {
    for (Bytes& buffer : buffers_) all_.push_back({buffer.data(), 0, kNothing});
    due = due_;
    refill();
  }
  std::span<Frame> all() override { return all_; }
  void filled() override {}
  uint32_t commit(uint32_t n, bool) override {
    frames += n;
    room -= n;
    if (++commits_ == kCommits) stop();
    if (room == 0) refill();
    return n;
  }
  void push() override { stop(); }
  void refill() override { frames = all_.data(), room = kMaxBurst; }

 private:
  void stop() { page::set(page_ + page::kStop, 1); }
  page::Word* page_;
  uint32_t commits_ = 0;
  uint64_t due_[kMaxBurst];
  std::vector<Bytes> buffers_;
  std::vector<Frame> all_;
};

// Shows frames once, then says stop.
class Source final : public RxQueue {
 public:
  Source(std::vector<Bytes> frames, page::Word* page) : page_(page), bytes_(std::move(frames)) {
    waits = true;
    for (Bytes& frame : bytes_) frames_.push_back({frame.data(), static_cast<uint32_t>(frame.size()), kNothing});
  }
  std::span<const Frame> peek() override {
    if (shown_) page::set(page_ + page::kStop, 1);
    return shown_ ? std::span<const Frame>() : std::span<const Frame>(frames_);
  }
  void release(uint32_t) override { shown_ = true; }

 private:
  page::Word* page_;
  std::vector<Bytes> bytes_;
  std::vector<Frame> frames_;
  bool shown_ = false;
};

void start(Page& page) {
  page[page::kGo] = page[page::kShared] = 1;
  page[page::kEpochNs] = now_ns() - 1'000'000'000;
}

void send(const Plan& plan) {
  size_t longest = 0;
  for (const Stream& s : plan.streams)
    for (const Template& t : s.templates) longest = std::max(longest, t.bytes.size());
  Page page(page::kHeaderCells + plan.streams.size() * page::kTxStreamCells);
  start(page);
  Sink queue(longest, page.data());
  TxLoop(queue, plan, page.data()).run();
}

void receive(const Plan& plan, std::vector<Bytes> frames) {
  Page page(page::kHeaderCells + plan.streams.size() * (page::kRxStreamCells + histogram::kCells));
  start(page);
  page[page::kHistograms] = plan.streams.size();
  if (!RxLoop::page_fits(plan, page)) return;
  Source queue(std::move(frames), page.data());
  RxLoop(queue, plan, page.data()).run();
}

void schedule(const Plan& plan) {
  Schedule schedule(plan);
  for (uint64_t elapsed : {uint64_t{0}, uint64_t{1'000'000'000}, uint64_t{1} << 62}) {
    if (const Turn turn = schedule.next(elapsed, true); turn.lane) turn.lane->advance(turn.slots);
    schedule.overdue(elapsed);
    schedule.done(elapsed, false);
  }
}

// All that a plan is for. `random` says from where on it is rendered.
void use(const Plan& plan, Random& random) {
  std::vector<Bytes> frames;
  for (size_t s = 0; s < plan.streams.size(); s++) {
    Painter painter(plan, s);
    const uint64_t first = random.next() >> random.below(64);
    const bool is_signed = plan.streams[s].is_signed;
    for (auto frame : is_signed ? painter.paint_stamped(first, 20, now_ns()) : painter.paint(first, 20))
      frames.emplace_back(frame.begin(), frame.end());
  }
  schedule(plan);
  send(plan);
  if (random.chance(8)) receive(plan, std::move(frames));  // its page has 200 KiB a stream
}

// What is being tried, for the one who has to repeat it.
char current[128];

[[noreturn]] void say_hang(int) {
  const char words[] = "not ok plan fuzz: takes forever: ";
  [[maybe_unused]] auto a = write(1, words, sizeof words - 1);
  [[maybe_unused]] auto b = write(1, current, strlen(current));
  _exit(1);
}

// Damaged plans of all tests pass through here; says how many of them were plans.
class Tries {
 public:
  Tries() { old_ = std::signal(SIGALRM, say_hang); }
  ~Tries() { alarm(0), std::signal(SIGALRM, old_); }
  void attempt(const Seed& seed, const Bytes& bytes) {
    snprintf(current, sizeof current, "%s, try %llu\n", seed.name.c_str(), static_cast<unsigned long long>(made));
    alarm(60);  // against hanging, not about speed
    made++;
    auto plan = decode_plan(bytes);
    if (!plan) return;
    decoded++;
    use(*plan, random_);
  }
  uint64_t made = 0, decoded = 0;

 private:
  Random random_{5};
  void (*old_)(int);
};

constexpr size_t kApart = 16;

void try_byte(Tries& tries, Random& random, const Seed& seed, size_t at, uint64_t times) {
  const uint8_t odd[] = {0xff, 0, 0x80, 0x7f, 1};
  Bytes bytes = seed.bytes;
  for (uint64_t n = 0; n < times; n++) {
    const uint8_t value = random.chance(2) ? odd[random.below(std::size(odd))] : static_cast<uint8_t>(random.next());
    bytes[at] = times == 255 ? static_cast<uint8_t>(seed.bytes[at] + 1 + n) : value;
    tries.attempt(seed, bytes);
  }
}

TEST(plan_fuzz_each_byte_of_each_shape) {
  const std::vector<Seed> all = seeds();
  Random random{1};
  Tries tries;
  size_t total = 0;
  for (const Seed& seed : all) total += seed.bytes.size();
  const uint64_t times = std::clamp<uint64_t>(runs(0) / total, 1, 255);
  for (const Seed& seed : all) CHECK(decode_plan(seed.bytes));
  // Where AddressSanitizer looks on, each byte is tried at least once; on a busy machine, as many as time allows. The
  // others would not see a byte read beyond its end.
  const bool watched = kSlowdown == 4;
  const uint64_t until = std::getenv("NMGEN_FUZZ_RUNS") ? ~0ull : now_ns() + (watched ? 30 : 4) * 1'000'000'000ull;
  const size_t rounds = watched ? kApart : 1;
  for (size_t round = 0; round < rounds && now_ns() < until; round++)
    for (const Seed& seed : all)
      for (size_t at = round; at < seed.bytes.size(); at += kApart) try_byte(tries, random, seed, at, times);
  CHECK(tries.decoded > tries.made / 20 && tries.decoded < tries.made);
}

TEST(plan_fuzz_each_length_of_each_shape) {
  for (const Seed& seed : seeds())
    for (size_t length = 0; length < seed.bytes.size(); length++)
      CHECK(!decode_plan(Bytes(seed.bytes.begin(), seed.bytes.begin() + static_cast<ptrdiff_t>(length))));
}

void put_word(Random& random, Bytes& bytes) {
  const uint64_t odd[] = {0,          1,          2,          9212,       0xffff,     0x10000,
                          0x7fffffff, 0x80000000, 0xffffffff, 1ull << 62, 1ull << 63, ~0ull};
  const size_t size = random.chance(2) ? 4 : 8, at = random.below(bytes.size()) / 4 * 4;
  const uint64_t word = random.chance(3) ? random.next() >> random.below(64) : odd[random.below(std::size(odd))];
  for (size_t b = 0; b < size && at + b < bytes.size(); b++) bytes[at + b] = static_cast<uint8_t>(word >> 8 * b);
}

Bytes::iterator place(Random& random, Bytes& bytes) {
  return bytes.begin() + static_cast<ptrdiff_t>(random.below(bytes.size() + 1) / 4 * 4);
}

void mutate(Random& random, Bytes& bytes, const Bytes& other) {
  if (bytes.empty()) bytes = other;
  auto at = place(random, bytes);
  const auto rest = static_cast<size_t>(bytes.end() - at);
  const size_t from = random.below(other.size()) / 4 * 4;
  const size_t part = std::min(other.size() - from, random.between(1, 64));
  switch (random.below(7)) {
    case 0:
      bytes[random.below(bytes.size())] ^= static_cast<uint8_t>(1 << random.below(8));
      break;
    case 1:
      bytes[random.below(bytes.size())] = static_cast<uint8_t>(random.next());
      break;
    case 2:  // a piece of another plan, in place of what stood there
      std::copy_n(other.begin() + static_cast<ptrdiff_t>(from), std::min(part, rest), at);
      break;
    case 3:
      bytes.insert(at, other.begin() + static_cast<ptrdiff_t>(from),
                   other.begin() + static_cast<ptrdiff_t>(from + part));
      break;
    case 4:
      bytes.erase(at, at + static_cast<ptrdiff_t>(std::min(rest, random.between(1, 16) * 4)));
      break;
    default:
      put_word(random, bytes);
  }
}

TEST(plan_fuzz_many_changes_at_once) {
  const std::vector<Seed> all = seeds();
  Random random{2};
  Tries tries;
  for (uint64_t left = runs(kSlowdown == 4 ? 10'000 : 2'000); left > 0; left--) {
    const Seed& seed = all[random.below(all.size())];
    Bytes bytes = seed.bytes;
    for (uint64_t times = random.between(1, 4); times > 0; times--)
      mutate(random, bytes, all[random.below(all.size())].bytes);
    tries.attempt(seed, bytes);
  }
  CHECK(tries.decoded > tries.made / 50);
}

}  // namespace
}  // namespace nmgen::test
