#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "backend.h"

// A port that has an address of its own answers for it while it runs, as a host does: ARP requests (RFC 826), neighbour
// solicitations (RFC 4861) and pings (RFC 792, RFC 4443). A device under test that asks who the port is, is told.
namespace nmgen {

struct Owner {
  std::array<uint8_t, 6> mac{};
  std::vector<std::array<uint8_t, 4>> ipv4;
  std::vector<std::array<uint8_t, 16>> ipv6;
};

// Writes the answer to a request for one of the owner's addresses; returns its bytes, 0 where there is nothing to
// answer. `reply` has room for kMaxFrame.
uint32_t answer_to(const Owner& owner, std::span<const uint8_t> frame, uint8_t* reply);

// May the frame be what a neighbour says of itself (ARP, or ICMPv6 without extension headers)?
bool may_name_neighbour(std::span<const uint8_t> frame);

// A TX queue has one user at a time. So answers wait here until whoever has queue 0 sends them: its TX loop for as long
// as it runs, before and after it the receiver that made them.
class Answerer {
 public:
  Answerer(Owner owner, TxQueue& queue) : owner_(std::move(owner)), queue_(queue) {}

  // Of a receiver: answers the frame if it is a request for us; false: it is none. What finds no room is not answered,
  // as by a host that is busy.
  bool take(const Frame& frame);
  bool waiting() const { return waiting_.load(std::memory_order_relaxed) != 0; }
  // Of a receiver: sends what waits if nobody has the queue.
  void send_if_free();

  // The queue is the caller's for as long as the lock lives.
  std::unique_lock<std::mutex> claim() { return std::unique_lock(queue_in_use_); }
  // Of who has the queue: sends what waits. Returns how many buffers lost their template for it.
  uint32_t send();
  // Before a run, by the thread that opened the device: sends a frame; false: there is no room now.
  bool send(std::span<const uint8_t> frame);

 private:
  bool put(std::span<const uint8_t> frame, uint32_t& undressed);

  static constexpr uint32_t kMostWaiting = 64;
  struct Answer {
    uint32_t length;
    uint8_t bytes[kMaxFrame];
  };

  const Owner owner_;
  TxQueue& queue_;
  std::mutex queue_in_use_;
  std::mutex box_in_use_;
  std::atomic<uint32_t> waiting_ = 0;  // changes under box_in_use_ only
  std::unique_ptr<Answer[]> box_{new Answer[kMostWaiting + 1]};
};

}  // namespace nmgen
