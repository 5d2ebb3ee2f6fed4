#include "xdp_program.h"

#ifdef NMGEN_XDP

#include <bpf/bpf.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <string>
#include <thread>

#include "../log.h"
#include "xdp_assembler.h"

namespace nmgen::xdp {
namespace {

constexpr uint32_t kLoopback = 1;   // the index of `lo` in each namespace
constexpr uint32_t kShortest = 14;  // ETH_HLEN: what bpf_xdp_adjust_tail leaves at least
// DEV_MAP_BULK_SIZE of the kernel: so many frames are given to an interface at once. As long as a batch is one bulk,
// none waits behind a bulk that was refused, and none overtakes another.
constexpr uint32_t kBatch = 16;

Failure failed(const std::string& what, int error) {
  return {"xdp-failed", what + ": " + strerror(error < 0 ? -error : error),
          "`ulimit -l unlimited` gives locked memory; NMGEN_LOG=debug shows what the kernel said"};
}

// What the verifier says is only asked for where it refuses: it is long, and a buffer that is too short is an error.
Expected<Handle> load(bpf_prog_type type, const char* name, const Assembler& assembler) {
  const std::vector<bpf_insn>& code = assembler.code();
  Handle program(bpf_prog_load(type, name, "MIT", code.data(), code.size(), nullptr));
  if (program) return program;
  const int error = errno;
  std::string said(1 << 16, '\0');
  LIBBPF_OPTS(bpf_prog_load_opts, options, .log_level = 1, .log_size = static_cast<uint32_t>(said.size()),
              .log_buf = said.data());
  Handle(bpf_prog_load(type, name, "MIT", code.data(), code.size(), &options));
  log_append(said.c_str());
  return failed(std::string("the kernel refuses the program ") + name, error);
}

}  // namespace

Arena& Arena::operator=(Arena&& other) noexcept {
  std::swap(map_, other.map_);
  std::swap(memory_, other.memory_);
  std::swap(bytes_, other.bytes_);
  std::swap(slots_, other.slots_);
  std::swap(stride_, other.stride_);
  return *this;
}

Arena::~Arena() {
  if (memory_) munmap(memory_, bytes_);
}

namespace {
constexpr uint32_t rounded(uint32_t bytes, uint32_t to) { return (bytes + to - 1) / to * to; }
}  // namespace

uint32_t Arena::fitting(uint32_t slots, uint32_t frame_bytes) {
  const uint32_t each = rounded(frame_bytes, kAlign) + sizeof(uint32_t);
  return std::min(slots, std::bit_floor((kMaxBytes - kLengths) / each));
}

Expected<Arena> Arena::create(uint32_t slots, uint32_t frame_bytes) {
  Arena arena;
  arena.slots_ = fitting(slots, frame_bytes);
  arena.stride_ = rounded(frame_bytes, kAlign);
  const auto page = static_cast<uint32_t>(sysconf(_SC_PAGESIZE));
  arena.bytes_ = rounded(arena.frames_at() + arena.slots_ * arena.stride_, page);
  LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);
  arena.map_ = Handle(bpf_map_create(BPF_MAP_TYPE_ARRAY, "nmgen_frames", sizeof(uint32_t),
                                     static_cast<uint32_t>(arena.bytes_), 1, &options));
  if (!arena.map_) return failed("there is no memory for the frames", errno);
  void* memory = mmap(nullptr, arena.bytes_, PROT_READ | PROT_WRITE, MAP_SHARED, arena.map(), 0);
  if (memory == MAP_FAILED) return failed("the frames cannot be mapped", errno);
  arena.memory_ = static_cast<uint8_t*>(memory);
  return arena;
}

Expected<Handle> load_sender(const Arena& arena, int devices) {
  constexpr int kDrop = XDP_DROP;
  Assembler a;
  a.move(R6, R1);
  a.value_address(R7, arena.map());
  a.load(BPF_DW, R8, R7, offsetof(Cursor, next));
  a.load(BPF_DW, R1, R7, offsetof(Cursor, end));
  const auto none_left = a.jump(BPF_JGE, R8, R1);
  a.call(BPF_FUNC_get_smp_processor_id);
  a.store(BPF_W, R7, offsetof(Cursor, cpu), R0);

  a.move(R9, R8);
  a.calculate(BPF_AND, R9, static_cast<int32_t>(arena.slots() - 1));
  a.move(R1, R9);
  a.calculate(BPF_LSH, R1, 2);
  a.calculate(BPF_ADD, R1, R7);
  a.load(BPF_W, R1, R1, Arena::kLengths);
  const auto too_long = a.jump(BPF_JGT, R1, static_cast<int32_t>(arena.stride()));
  const auto too_short = a.jump(BPF_JLT, R1, static_cast<int32_t>(kShortest));
  a.store(BPF_DW, R10, -8, R1);

  // All pages are as long as the longest frame.
  a.load(BPF_W, R2, R7, offsetof(Cursor, bytes));
  const auto as_long = a.jump(BPF_JEQ, R1, R2);
  a.calculate(BPF_SUB, R1, R2);
  a.move(R2, R1);
  a.move(R1, R6);
  a.call(BPF_FUNC_xdp_adjust_tail);
  const auto not_cut = a.jump(BPF_JNE, R0, 0);
  a.land(as_long);

  // All of the frame is written, though the page may hold it: its last receiver may have changed it since.
  a.move(R1, R6);
  a.set(R2, 0);
  a.calculate(BPF_MUL, R9, static_cast<int32_t>(arena.stride()));
  a.move(R3, R7);
  a.calculate(BPF_ADD, R3, R9);
  a.calculate(BPF_ADD, R3, static_cast<int32_t>(arena.frames_at()));
  a.load(BPF_DW, R4, R10, -8);
  a.call(BPF_FUNC_xdp_store_bytes);

  a.calculate(BPF_ADD, R8, 1);
  a.store(BPF_DW, R7, offsetof(Cursor, next), R8);
  a.map_handle(R1, devices);
  a.set(R2, 0);
  a.set(R3, kDrop);
  a.call(BPF_FUNC_redirect_map);
  a.exit();
  for (const auto& jump : {none_left, too_long, too_short, not_cut}) a.land(jump);
  a.set(R0, kDrop);
  a.exit();
  return load(BPF_PROG_TYPE_XDP, "nmgen_send", a);
}

// What it is told of may be another's: only on the CPU where the program has just run, whose batch nothing interrupts
// (softirqs are off), and for as many frames as are under way is it about ours.
Expected<Handle> attach_witness(const Arena& arena) {
  enum { kSent = 2, kDrops = 3, kError = 4 };  // arguments of the tracepoint, include/trace/events/xdp.h
  Assembler a;
  const auto argument = [&](Register to, int number) {  // 32 bits each
    a.load(BPF_DW, to, R6, static_cast<int16_t>(number * 8));
    a.calculate(BPF_LSH, to, 32);
    a.calculate(BPF_ARSH, to, 32);
  };
  a.move(R6, R1);
  a.value_address(R7, arena.map());
  a.call(BPF_FUNC_get_smp_processor_id);
  a.load(BPF_W, R1, R7, offsetof(Cursor, cpu));
  const auto elsewhere = a.jump(BPF_JNE, R0, R1);
  argument(R8, kSent);
  argument(R9, kDrops);
  a.load(BPF_DW, R1, R7, offsetof(Cursor, sent));
  a.load(BPF_DW, R2, R7, offsetof(Cursor, next));
  a.calculate(BPF_ADD, R1, R8);
  a.calculate(BPF_SUB, R2, R9);
  const auto others = a.jump(BPF_JNE, R1, R2);  // sent + accepted == next - refused
  a.store(BPF_DW, R7, offsetof(Cursor, sent), R1);
  a.store(BPF_DW, R7, offsetof(Cursor, next), R1);
  argument(R1, kError);
  a.store(BPF_W, R7, offsetof(Cursor, error), R1);
  a.land(elsewhere);
  a.land(others);
  a.set(R0, 0);
  a.exit();
  auto program = load(BPF_PROG_TYPE_RAW_TRACEPOINT, "nmgen_witness", a);
  if (!program) return program.failure();
  Handle link(bpf_raw_tracepoint_open("xdp_devmap_xmit", program->get()));
  if (!link) return failed("the tracepoint xdp:xdp_devmap_xmit cannot be followed", errno);
  return link;
}

namespace {

// A thread of its own: this one stays in its namespace. 0, or an errno.
int live_in_a_namespace(int program, Handle& space, Handle& link) {
  int error = 0;
  std::thread([&] {
    LIBBPF_OPTS(bpf_link_create_opts, options, .flags = XDP_FLAGS_SKB_MODE);
    if (unshare(CLONE_NEWNET) == 0) {
      space = Handle(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
      link = Handle(bpf_link_create(program, kLoopback, BPF_XDP, &options));
    }
    error = errno;
  }).join();
  return space && link ? 0 : error;
}

// A tap is there for as long as its descriptor, however the process ends. It is down, so that nothing ever comes by.
int live_on_a_tap(int program, Handle& tap, Handle& link) {
  tap = Handle(::open("/dev/net/tun", O_RDWR | O_CLOEXEC));
  ifreq request{};
  request.ifr_flags = IFF_TAP | IFF_NO_PI;
  std::strcpy(request.ifr_name, "nmgenxdp%d");
  if (!tap || ioctl(tap.get(), TUNSETIFF, &request)) return errno;
  LIBBPF_OPTS(bpf_link_create_opts, options, .flags = XDP_FLAGS_SKB_MODE);
  link = Handle(bpf_link_create(program, static_cast<int>(if_nametoindex(request.ifr_name)), BPF_XDP, &options));
  return link ? 0 : errno;
}

}  // namespace

Expected<Residence> Residence::of(int program) {
  Residence residence;
  if (live_in_a_namespace(program, residence.place_, residence.link_) == 0) return residence;
  if (const int error = live_on_a_tap(program, residence.place_, residence.link_))
    return failed("the program finds neither a network namespace of its own nor a tap (/dev/net/tun)", error);
  return residence;
}

int run_live(int program, const uint8_t* frame, uint32_t bytes, uint32_t count) {
  LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = bytes, .repeat = static_cast<int>(count),
              .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = kBatch);
  return bpf_prog_test_run_opts(program, &options);
}

int try_live() {
  Assembler a;
  a.set(R0, XDP_DROP);
  a.exit();
  auto program = load(BPF_PROG_TYPE_XDP, "nmgen_try", a);
  if (!program) return -errno;
  const uint8_t frame[64] = {};
  return run_live(program->get(), frame, sizeof frame, 1);
}

}  // namespace nmgen::xdp

#endif
