#pragma once

#include <memory>
#include <vector>

#include "../backend.h"
#include "netmap_ring.h"

namespace nmgen::netmap {

// Receives from one ring or several: where a port has more RX rings than the run has queues, none may be left unread.
class Rx final : public RxQueue {
 public:
  explicit Rx(uint32_t batch) : batch_(batch) {}
  void add(std::unique_ptr<Descriptor> descriptor, const std::string& port, By by);

  std::span<const Frame> peek() override;
  void release(uint32_t n) override;

  uint64_t received() const { return received_.get(); }

 private:
  struct Source {
    std::unique_ptr<OpenRing> ring;
    uint32_t released;  // slots that the kernel has not been told of
  };
  void look(Source& source);
  uint32_t gather(OpenRing& ring);
  // The frame that begins at slot `from`, in `slots` slots; false where its end has not arrived.
  bool take(OpenRing& ring, uint32_t from, uint32_t available, Frame& frame, uint32_t& slots);
  Frame join(OpenRing& ring, uint32_t from, uint32_t slots);

  std::vector<Source> sources_;
  uint32_t batch_;
  uint32_t current_ = 0;  // the source that the frames are of
  Frame frames_[kMaxBurst];
  uint32_t slots_[kMaxBurst];  // of each frame
  uint32_t peeked_ = 0;
  std::vector<uint8_t> joined_;  // room for frames of several slots, once the first has come
  uint32_t joins_ = 0;
  Count received_;
};

}  // namespace nmgen::netmap
