#pragma once

#include <memory>
#include <vector>

#include "../backend.h"
#include "netmap_ring.h"

namespace nmgen::netmap {

// What both kinds of TX queue have in common: when to call the kernel.
class Tx : public TxQueue {
 public:
  Tx(std::unique_ptr<Descriptor> descriptor, const std::string& port, By by, uint32_t batch);
  void push() override;
  void flush() override;
  const OpenRing& ring() const { return ring_; }
  uint64_t sent() const { return sent_.get(); }        // frames that the kernel has been given
  uint64_t pending() const { return pending_.get(); }  // slots of them that it has not given back

 protected:
  // Gives the kernel what was committed, and takes back what it is done with.
  bool sync(int wait_ms = 0);
  // Slots [first, last) are ours again.
  virtual void came_back(uint32_t, uint32_t) {}

  OpenRing ring_;
  uint32_t batch_;          // slots between two system calls
  const bool adapts_;       // nobody asked for a batch of that size
  uint32_t committed_ = 0;  // slots since the last sync
  uint32_t frames_ = 0;     // frames in them

 private:
  void adapt();

  Count sent_, pending_;
};

// A queue whose frames are the ring's own buffers, or, where a frame does not fit into one, one that copies.
std::unique_ptr<Tx> make_tx(std::unique_ptr<Descriptor> descriptor, const std::string& port, By by, uint32_t batch,
                            uint32_t max_frame);

}  // namespace nmgen::netmap
