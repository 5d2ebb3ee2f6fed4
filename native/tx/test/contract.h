#pragma once

#include <deque>
#include <memory>

#include "netns.h"
#include "support.h"

// The contract of native/tx/backend.h, held against every device of a list: a new backend adds a line to
// contract_targets.cc, a new term is a CONTRACT in one of the contract_*_test.cc.
namespace nmgen::test {

struct Target {
  const char* uri;
  const char* bad;                            // a URI of this backend that must be refused
  const char* why_nothing_arrives = nullptr;  // null: what is sent is received on the queue of the same number
  const char* peer = nullptr;                 // the device that receives it; null: the same
  const char* why_never_full = nullptr;       // null: when nobody releases, `commit` takes no more
  bool copies = false;  // frames are copied out of the window: more can be under way than it lends
  uint32_t max_frame = kMaxFrame;
  uint32_t window = 0;           // so many frames may be under way: the path drops more
  bool in_kernel = false;        // an interface, of a pair `nmgt0` - `nmgt1` that is made for each case
  const char* before = nullptr;  // a command that this pair needs first

  // Enough to fill what can be filled.
  uint64_t plenty() const { return window ? 20 * window : 1'000'000; }
};

// Those of contract_targets.cc, and what NMGEN_CONTRACT names beside them.
const std::deque<Target>& targets();

inline constexpr const char* kDrops = "what has no room at the other end is dropped there";
// Where a frame bears its number: not in its destination, since a VALE switch holds 0 for the address of its first
// port.
inline constexpr uint32_t kNumberAt = 8;
inline constexpr uint64_t kPatienceNs = 20'000'000'000;

// An open device with a queue each way, or two devices with one each, entered by this thread.
struct Link {
  explicit Link(const Target& target);
  ~Link() { device->leave(); }
  Device& receiver() { return peer ? *peer : *device; }
  void prefill(uint32_t length);
  // Sends n frames with a running number, in windows as they come; returns how many were taken before the ring was
  // full.
  uint64_t send(uint64_t n, uint64_t first);
  // Receives n frames, waiting for them, and checks that their numbers are first, first + 1 ...
  void receive(uint64_t n, uint64_t first);

  std::unique_ptr<Veth> veth;
  bool ready;
  std::unique_ptr<Device> device, peer;
  TxQueue& tx;
  RxQueue& rx;
};

// Skip the case where the target cannot show what it looks at.
void needs_arrival(const Target& target);
void needs_an_end(const Target& target);
void needs_an_interface(const Target& target);

void check_sentence(const Failure& failure);

// A case of each target.
struct Contract {
  Contract(const char* name, void (*body)(const Target&));
};

}  // namespace nmgen::test

#define CONTRACT(name)                                                \
  static void name(const nmgen::test::Target& target);                \
  static const nmgen::test::Contract contract_of_##name(#name, name); \
  static void name(const nmgen::test::Target& target)
