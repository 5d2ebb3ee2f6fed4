#pragma once

#include <sys/types.h>

#include <cstdint>

#include "../failure.h"
#include "handle.h"

// What of the `xdp` backend runs in the kernel, and the memory that it shares with the queue.
namespace nmgen::xdp {

// Frames are numbered; frame k lies in slot k mod slots. All of this is written by one thread: the queue's own, in
// user mode or within its system call.
struct Cursor {
  uint64_t next;   // the first that was not given to the interface
  uint64_t end;    // the first that is not filled yet
  uint64_t sent;   // the first that the interface has not accepted
  uint32_t bytes;  // of the frames that the kernel hands to the program
  uint32_t cpu;    // where the program ran last
  int32_t error;   // the interface's last refusal (-errno); 0: it accepted, or was full
};

// One value of a BPF map, mapped into this process: the cursor, the frames' lengths, the frames.
class Arena {
 public:
  static constexpr uint32_t kLengths = 64, kAlign = 64,
                            kMaxBytes = 4u << 20;  // of a value before Linux 6.9: KMALLOC_MAX
  Arena() = default;
  Arena(Arena&& other) noexcept { *this = std::move(other); }
  Arena& operator=(Arena&& other) noexcept;
  ~Arena();

  static Expected<Arena> create(uint32_t slots, uint32_t frame_bytes);
  // How many frames of this length fit, a power of two, at most `slots`.
  static uint32_t fitting(uint32_t slots, uint32_t frame_bytes);

  int map() const { return map_.get(); }
  uint32_t slots() const { return slots_; }
  uint32_t stride() const { return stride_; }
  uint32_t frames_at() const { return kLengths + slots_ * static_cast<uint32_t>(sizeof(uint32_t)); }
  Cursor& cursor() const { return *reinterpret_cast<Cursor*>(memory_); }
  uint32_t& length(uint32_t slot) const { return reinterpret_cast<uint32_t*>(memory_ + kLengths)[slot]; }
  uint8_t* frame(uint32_t slot) const { return memory_ + frames_at() + size_t{slot} * stride_; }

 private:
  Handle map_;
  uint8_t* memory_ = nullptr;
  size_t bytes_ = 0;
  uint32_t slots_ = 0, stride_ = 0;
};

// The XDP program: makes of the page that it is given the next frame of the arena, and redirects it to entry 0 of the
// device map. Where no frame is left, it drops the page.
Expected<Handle> load_sender(const Arena& arena, int devices);

// Follows the tracepoint xdp:xdp_devmap_xmit, by which the kernel tells how many frames of a bulk the interface
// accepted: moves the cursor on, or back to the first one refused.
Expected<Handle> attach_witness(const Arena& arena);

// Enters a program into the kernel's XDP dispatcher, by putting it on the loopback of a network namespace of our own,
// or where that is not allowed (CAP_SYS_ADMIN), on a tap that nobody uses. BPF_PROG_RUN does so for each call, and
// waits for all CPUs twice (26 ms, bpf_dispatcher_change_prog) unless it is in.
class Residence {
 public:
  static Expected<Residence> of(int program);

 private:
  Handle place_, link_;
};

// Calls a program with live frames, `count` times; 0, or -errno.
int run_live(int program, const uint8_t* frame, uint32_t bytes, uint32_t count);
// Does this kernel have live frames, for this user? If not: -errno.
int try_live();

}  // namespace nmgen::xdp
