#include "rx_loop.h"

#include "clock.h"

namespace nmgen {
namespace {

constexpr uint32_t kClockEvery = 4096;  // looks between two clock readings for the dead man's handle

}  // namespace

void RxLoop::run() {
  page::publish(page_ + page::kState, page::kReady);
  uint32_t idle = 0;
  for (uint32_t looks = 1; page::get(page_ + page::kStop) == 0 && !(tap_ && tap_->full()); looks++) {
    if (looks % kClockEvery == 0 && page::unattended(page_, now_ns())) break;
    if (epoch_ == 0 && queue_.waits && page::acquire(page_ + page::kGo) == 0) {
      wait_a_moment(++idle, true);
      continue;
    }
    std::span<const Frame> frames = queue_.peek();
    // In this order: what was fetched before the word to go was given cannot be of this run. The other way round a
    // thread that loses its CPU in between would throw the first burst away.
    if (epoch_ == 0 && page::acquire(page_ + page::kGo)) {
      run_ = page::get(page_ + page::kRun);
      epoch_ = page::get(page_ + page::kEpochNs);
      page::publish(page_ + page::kState, page::kRunning);
    }
    if (answerer_ && answerer_->waiting()) answerer_->send_if_free();
    if (frames.empty()) {
      if (queue_.failure) break;
      page::add(page_ + page::kIdles, 1);
      wait_a_moment(++idle, page::get(page_ + page::kShared) != 0);
      continue;
    }
    idle = 0;
    if (epoch_)
      tap_ ? tap(frames) : take(frames, queue_.arrived);
    else if (answerer_)  // what comes before the start is no part of the run
      answer_early(frames);
    queue_.release(static_cast<uint32_t>(frames.size()));
  }
  for (const Receiver& r : receivers_) sum_up(r);
  page::publish(page_ + page::kState, page::kDone);
}

// What is missing now will never come.
void RxLoop::sum_up(const Receiver& r) {
  if (r.asked && r.asked->groups) r.asked->groups->finish();
  for (uint64_t shard = 0; r.stream->is_signed && shard < r.stream->stride; shard++) {
    Sequence& sequence = r.sequences[shard];
    sequence.finish();
    const Losses& losses = sequence.losses();
    page::add(r.cells + page::kGaps, losses.gaps);
    page::raise(r.cells + page::kLongestGap, losses.longest_gap);
    page::raise(r.cells + page::kOutageNs, losses.outage_ns);
    page::raise(r.cells + page::kHeadNs, losses.head_ns);
    page::raise(r.cells + page::kNewestNs, sequence.newest_ns());
    page::add(r.cells + page::kExpected, sequence.expected());
  }
}

void RxLoop::answer_early(std::span<const Frame> frames) {
  for (const Frame& frame : frames) answerer_->take(frame);
}

void RxLoop::tap(std::span<const Frame> frames) {
  const uint64_t* arrived = queue_.arrived;
  const auto wanted = tap_->take(frames, arrived, queue_.waits, page_ + page::kStop);
  if (!wanted.empty()) take(wanted, arrived);
}

}  // namespace nmgen
