// What a burst of a TX loop holds: its frames, and what varies in them.

#include <algorithm>

#include "clock.h"
#include "signature.h"
#include "tx_loop.h"

namespace nmgen {

void TxLoop::compose_one(StreamState& stream, uint32_t n) {
  Group& g = groups_[0];
  g = {&stream, stream.next, n, 0, data_, templates_};
  stream.next += n;
  group_count_ = 1;
  Frame* frames = queue_.frames;
  if (one_template_) {
    if (queue_.disturbed || undressed_) restore(stream, n);
    g.bytes = n * static_cast<uint64_t>(frames[0].length);
    if (untouched_) return;
#pragma GCC unroll 8
    for (uint32_t j = 0; j < n; j++) data_[j] = frames[j].data;
    templates_[0] = &stream.stream->templates[0];
    return;
  }
  if (stream.sizes.cycle && !queue_.disturbed && !undressed_) return compose_sizes(g);
  choose_templates(stream, g.k, n, templates_);
  for (uint32_t j = 0; j < n; j++) {
    const Template& t = *templates_[j];
    if (undressed_ && frames[j].holds == kNothing) undressed_--;
    resized_ |= dress(frames[j], t);
    data_[j] = frames[j].data;
    g.bytes += t.bytes.size();
  }
}

// Every buffer holds the only ground there is: it gets a length, and the rest lies in the words.
void TxLoop::compose_sizes(Group& g) {
  const SizeTable& sizes = g.stream->sizes;
  const size_t at = g.k % sizes.cycle;
  const uint32_t* const lengths = &sizes.lengths[at];
  Frame* const frames = queue_.frames;
  uint8_t** const data = data_;
#pragma GCC unroll 8
  for (size_t j = 0; j < g.n; j++) {
    data[j] = frames[j].data;
    frames[j].length = lengths[j];
  }
  g.columns = &sizes.columns[at];
  g.bytes = sizes.bytes[at + g.n] - sizes.bytes[at];
  resized_ = true;
}

void TxLoop::restore(const StreamState& stream, uint32_t n) {
  for (uint32_t j = 0; j < n; j++) {
    if (undressed_ && queue_.frames[j].holds == kNothing) undressed_--;
    resized_ |= dress(queue_.frames[j], stream.stream->templates[0]);
  }
}

// Several streams share the burst: gather each one's packets, so that its fields are still computed as arrays.
void TxLoop::compose_mix(uint32_t n) {
  for (uint32_t p = 0; p < n; p++) {
    uint8_t& g = group_of_[picks_[p]];
    if (g == kNoGroup) {
      g = static_cast<uint8_t>(group_count_++);
      groups_[g] = {&streams_[picks_[p]], 0, 0, 0, nullptr, nullptr};
    }
    group_at_[p] = g;
    groups_[g].n++;
  }
  uint32_t at = 0;
  for (uint32_t g = 0; g < group_count_; g++) {
    Group& group = groups_[g];
    group.data = data_ + at;
    group.templates = templates_ + at;
    group.k = group.stream->next - group.n;
    choose_templates(*group.stream, group.k, group.n, group.templates);
    at += group.n;
    group.n = 0;
  }
  for (uint32_t p = 0; p < n; p++) {
    Group& group = groups_[group_at_[p]];
    const Template& t = *group.templates[group.n];
    resized_ |= dress(queue_.frames[p], t);
    group.data[group.n++] = queue_.frames[p].data;
    group.bytes += t.bytes.size();
    group_of_[picks_[p]] = kNoGroup;
  }
}

void TxLoop::render(uint32_t n) {
  if (abreast_) return render_abreast(n);
  if (ahead_) return stamp_ahead(n);
  if (any_crc_) stamp_groups(true);
  for (uint32_t g = 0; g < group_count_; g++)
    if (has_work(*groups_[g].stream)) write_fields(render_fields_, groups_[g]);
  if (any_signed_) stamp_groups(false);  // just before the commit
}

// A signature adds nothing to a sum and is written last; a CRC covers it and needs it first.
void TxLoop::stamp_groups(bool has_crc) {
  const uint64_t now = stamp_now();
  for (uint32_t g = 0; g < group_count_; g++) {
    const Stream& s = *groups_[g].stream->stream;
    if (s.is_signed && s.has_crc == has_crc) stamp(groups_[g], now);
  }
}

// A device that waits for the time sends at that time, and what comes too late for it, at once.
uint64_t TxLoop::stamp_now() {
  stamped_ = now_ns();
  if (lead_) stamped_ = std::max(stamped_, queue_.epoch_ns + due_times_[0]);
  return stamp_of(run_, plan_.sample ? (stamped_ & ~kAlone) | (alone_ ? kAlone : 0) : stamped_);
}

}  // namespace nmgen
