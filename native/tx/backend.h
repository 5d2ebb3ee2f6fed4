#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "failure.h"

// Two kinds of device exist: those that lend buffers and those with slots that stay put. One interface serves
// both without a copy: a queue shows a window of frames it lends; the loop fills the first n and commits them.
namespace nmgen {

inline constexpr uint32_t kMaxBurst = 64;
// Bytes of a buffer: a 9,216-byte frame without its FCS, and room for the widest store at its end.
inline constexpr uint32_t kMaxFrame = 9212;
// What each buffer has at least, however short the frame: ahead.h copies so many bytes without asking.
inline constexpr uint32_t kMinBuffer = 64;
inline constexpr uint32_t kVlanBytes = 4;
inline constexpr uint32_t kNothing = ~0u;
inline constexpr uint64_t kAtOnce = ~0ull;  // when a frame is due that nobody has a time for

struct Frame {
  uint8_t* data;
  uint32_t length;  // bytes, without FCS
  uint32_t holds;   // which template the buffer was filled with (kNothing: none), kept by the loop
};

class TxQueue {
 public:
  virtual ~TxQueue() = default;
  // Every frame that the queue can ever lend, for filling before the run; `filled` takes their lengths over.
  virtual std::span<Frame> all() = 0;
  virtual void filled() = 0;
  // Sends the first n frames of the window; `resized`: a length in it may have changed since its last
  // commit. Returns how many were taken; the window moves on by that many.
  virtual uint32_t commit(uint32_t n, bool resized) = 0;
  // Looks for buffers that came back; call it when the window is empty.
  virtual void refill() = 0;
  // Nothing more is due for now: what was committed must leave, however little it is. So `commit` may gather
  // several bursts for one system call. The window keeps its frames.
  virtual void push() {}
  // Pushes out what the device still holds back, and waits (bounded) until it has left.
  virtual void flush() {}
  // Tells the frames that `commit` took and that never left, for the device is gone or full.
  virtual void unsent(const std::function<void(const Frame&)>&) {}
  // Bytes that each of its frames can hold.
  virtual uint32_t max_frame() const { return kMaxFrame; }

  Frame* frames = nullptr;  // the window: frames[0] .. frames[room - 1], at most kMaxBurst
  uint32_t room = 0;
  // Somebody else may have taken a buffer in exchange for another: `holds` must be looked at before each packet.
  bool disturbed = false;
  // Where a queue wants it: room for kMaxBurst times, which the loop sets before each commit. When the frames are
  // due, in ns since the run's start; those without a schedule are due when they are made.
  uint64_t* due = nullptr;
  // Of a device that sends each frame itself when it is due: how long before that it wants it, ns; else 0. Where all
  // that the loop sends has a schedule it says since when `due` counts, in the time of `now_ns`.
  uint64_t lead_ns = 0, epoch_ns = 0;
  // Set by the queue when it will never take a frame again, for its device is gone. Its window is empty from then on,
  // and so the loop looks here only where it waits for room.
  std::optional<Failure> failure;
};

class RxQueue {
 public:
  virtual ~RxQueue() = default;
  // Shows up to kMaxBurst received frames, to be read before `release`.
  virtual std::span<const Frame> peek() = 0;
  virtual void release(uint32_t n) = 0;

  // Where the device tells: when each of the peeked frames arrived, in the time of `now_ns`.
  const uint64_t* arrived = nullptr;
  // What it shows has waited for us, as in a file: nothing is to be thrown away for having come before the start.
  bool waits = false;
  // Set by the queue when nothing will ever come again: its device is gone. The loop ends.
  std::optional<Failure> failure;
};

class Device {
 public:
  virtual ~Device() = default;
  virtual uint32_t tx_queues() const = 0;
  virtual uint32_t rx_queues() const = 0;
  virtual TxQueue* tx(uint32_t queue) = 0;
  virtual RxQueue* rx(uint32_t queue) = 0;
  // A queue's loop begins and ends on this thread (DPDK wants its threads registered).
  virtual void enter() {}
  virtual void leave() {}
  // Bits per second, 0: the device has no line speed.
  virtual uint64_t link_bps() const { return 0; }
  virtual std::map<std::string, std::string> facts() const { return {}; }
  virtual std::map<std::string, uint64_t> counters() const { return {}; }
};

struct Argument {  // of a device's URI, for the user to read
  const char* name;
  const char* doc;
};

struct OpenRequest {
  std::string device;  // what stands after `backend:`, arguments included
  uint32_t tx_queues = 1;
  uint32_t rx_queues = 1;
  uint32_t max_frame = kMaxFrame;  // the longest frame that the run will send here
  std::vector<std::string> args;
  std::vector<std::string> devices;  // every device of the run on this backend
};

struct Backend {
  const char* name;
  const char* doc;
  std::span<const Argument> arguments;
  // Can it run here and now? If not: why, and the one command that would make it so.
  std::optional<Failure> (*probe)();
  Expected<std::unique_ptr<Device>> (*open)(const OpenRequest&);
};

// A backend registers itself: adding one is adding a file.
std::vector<const Backend*>& backends();
struct Register {
  explicit Register(const Backend* backend) { backends().push_back(backend); }
};

// `key=value` pairs after the first comma of a device string.
std::map<std::string, std::string> device_arguments(std::string_view device);

// One argument as a backend reads it: a whole number from min to max, or the index of one of the choices.
struct Setting {
  const char* key;
  uint32_t* value;
  uint32_t min = 0, max = 0;
  std::vector<const char*> choices = {};
};
// Reads the arguments of `backend:device`; a key that is not among the settings, or a bad value, is a failure.
std::optional<Failure> read_settings(const char* backend, std::string_view device,
                                     const std::vector<Setting>& settings);
Expected<std::unique_ptr<Device>> open_device(std::string_view uri, OpenRequest request);

}  // namespace nmgen
