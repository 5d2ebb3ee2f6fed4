#include "tx_loop.h"

#include <algorithm>
#include <map>

#include "burden.h"
#include "clock.h"
#include "signature.h"

namespace nmgen {
namespace {

constexpr uint8_t kNoGroup = 0xff;
constexpr uint64_t kGraceNs = 100'000'000;  // how long past its duration a paced run may catch up
constexpr uint32_t kClockEvery = 16;        // bursts between clock readings where nothing needs the time

}  // namespace

TxLoop::TxLoop(TxQueue& queue, const Plan& plan, page::Word* page, Answerer* answerer)
    : queue_(queue), plan_(plan), page_(page), answerer_(answerer), streams_(make_states(plan)), schedule_(plan) {
  one_template_ = plan.streams.size() == 1 && plan.streams[0].templates.size() == 1;
  any_signed_ = std::ranges::any_of(plan.streams, [](const Stream& s) { return s.is_signed; });
  any_crc_ = std::ranges::any_of(plan.streams, [](const Stream& s) { return s.is_signed && s.has_crc; });
  untouched_ = one_template_ && !any_signed_ && plan.streams[0].fields.empty();
  group_of_.assign(plan.streams.size(), kNoGroup);
  prebuild(plan, streams_);
  if (plan.abreast) abreast_.emplace(plan, streams_);
  in_rounds_ = plan.abreast && !plan.sample && turns_are_rounds();
  if (in_rounds_) last_round_ = std::ranges::min(streams_, {}, &StreamState::limit).limit;
  if (plan.ahead) ahead_.emplace(plan, streams_, render_fields_);
  if (!plan.streams.empty())
    std::ranges::fill(lengths_, static_cast<uint32_t>(plan.streams[0].templates[0].bytes.size()));
  lead_ = schedule_.paced() ? queue.lead_ns : 0;
  late_after_ = plan.pacing.late_ns + lead_;
  page::set(page + page::kLeadNs, lead_);
  if (lead_ || !queue.lead_ns) due_times_ = queue.due;
  if (page::get(page + page::kTimings)) {
    page::Word* const block = cells_of(plan.streams.size());
    timing_.emplace(block);
    if (!due_times_) due_times_ = own_due_times_;
    const size_t entries = page::get(page + page::kDepartures);
    for (size_t s = 0; entries && s < plan.streams.size(); s++)
      departures_.emplace_back(std::span(block + Timing::kCells + s * entries, entries));
  }
  schedule_.retire(streams_);  // this shard may have nothing to send
}

bool TxLoop::page_fits(const Plan& plan, std::span<page::Word> page) {
  if (page.size() < page::kHeaderCells) return false;
  const uint64_t timings = page[page::kTimings], entries = page[page::kDepartures], streams = plan.streams.size();
  if (timings > 1 || entries > page.size() || (entries & (entries - 1))) return false;
  const size_t behind = timings ? Timing::kCells + streams * entries : 0;
  return page.size() >= page::kHeaderCells + streams * page::kTxStreamCells + behind;
}

void TxLoop::run() {
  std::unique_lock<std::mutex> ours;
  if (answerer_) ours = answerer_->claim();
  prefill();
  page::publish(page_ + page::kState, page::kReady);
  if (wait_for_go()) {
    page::publish(page_ + page::kState, page::kRunning);
    send_until_done();
    queue_.flush();
    take_back_unsent();
  }
  page::publish(page_ + page::kState, page::kDone);
}

bool TxLoop::wait_for_go() {
  while (page::acquire(page_ + page::kGo) == 0) {
    if (ended(now_ns())) return false;
    answer();
    sched_yield();
  }
  // The start lies a little ahead, so that all queues begin together.
  run_ = page::get(page_ + page::kRun);
  queue_.epoch_ns = page::get(page_ + page::kEpochNs);
  while (now_ns() + lead_ < queue_.epoch_ns) relax();
  return true;
}

// Every buffer holds a template before the first packet: from then on only what changes is written.
void TxLoop::prefill() {
  if (plan_.lanes.empty()) return;
  const Lane& lane = plan_.lanes[0];
  const std::vector<uint32_t>& slots = lane.cycles.empty() ? lane.slots : lane.cycles[0];
  size_t k = 0;
  for (Frame& frame : queue_.all()) {
    const Stream& s = plan_.streams[slots[k % slots.size()]];
    frame.holds = kNothing;  // a former run may have used the same numbers for other templates
    const Template& t = s.templates[s.sizes.on ? k % s.templates.size() : s.sequence[k % s.sequence.size()]];
    if (ahead_ && !ahead_->uniform())
      ahead_->dress(frame, t);
    else
      dress(frame, t);
    k++;
  }
  queue_.filled();
}

void TxLoop::send_until_done() {
  const uint64_t epoch = page::get(page_ + page::kEpochNs);
  const bool needs_time = schedule_.timed();
  uint64_t start_ticks = 0, start_system_ns = 0;
  now_ = epoch;
  looked_ = now_ns() + lead_;
  if (plan_.duration_ns) give_up_ns_ = epoch + plan_.duration_ns + (needs_time ? kGraceNs : 0);
  for (uint32_t turns = 0; !aborted_; turns++) {
    if (needs_time || turns % kClockEvery == 0 || idles_) read_clock();
    if (needs_time) keep_rate(epoch);
    const uint64_t elapsed = now_ - epoch;
    const bool line_open = plan_.duration_ns == 0 || elapsed < plan_.duration_ns;
    if (ended(now_) || schedule_.done(elapsed, line_open)) break;
    answer();
    Turn turn = schedule_.next(elapsed, line_open);
    if (!turn.lane) {
      if (idles_ == 0) queue_.push();
      idle();
      continue;
    }
    idles_ = 0;
    if (turn.late_ns > late_after_ && !on_time(turn)) continue;
    if (start_ticks == 0) {
      start_system_ns = system_ns();
      start_ticks = ticks();
      page::set(page_ + page::kFirstNs, now_ - turn.late_ns);  // a late start is no higher rate
    }
    send(turn);
  }
  if (in_rounds_) tell_rounds();
  const uint64_t end = now_ns() + lead_;
  if (start_ticks) {
    page::set(page_ + page::kLastNs, end);
    page::set(page_ + page::kCycles, ticks() - start_ticks);
    page::set(page_ + page::kSystemNs, system_ns() - start_system_ns);
  }
  const uint64_t due_by = plan_.duration_ns ? std::min(end - epoch, plan_.duration_ns) : end - epoch;
  page::add(page_ + page::kUnsent, schedule_.given_up() + (due_by ? schedule_.overdue(due_by - 1) : 0));
}

// Has somebody asked for another rate, and was it begun?
void TxLoop::keep_rate(uint64_t epoch) {
  const uint64_t at = page::acquire(page_ + page::kRateAtNs);
  if (at != rate_at_) {
    rate_at_ = at;
    const uint64_t since = std::max(at, epoch) - epoch;
    schedule_.change_rate(static_cast<double>(page::get(page_ + page::kRate)) * 1e-6, static_cast<double>(since));
  } else if (at && !schedule_.changing() && page::get(page_ + page::kRateTakenNs) != at) {
    page::set(page_ + page::kRateTakenNs, at);
  }
}

// How long nobody looked is how long this thread was kept from its work.
void TxLoop::read_clock() {
  now_ = now_ns() + lead_;
  page::raise(page_ + page::kStallNs, now_ - looked_);
  looked_ = now_;
}

// May a turn that is late be sent all the same?
bool TxLoop::on_time(const Turn& turn) {
  switch (plan_.pacing.policy) {
    case LatePolicy::kCatchUp:
      return true;
    case LatePolicy::kFail:
      page::set(page_ + page::kTooLateNs, turn.late_ns - lead_);
      aborted_ = true;
      return false;
    case LatePolicy::kSkip:
      const double limit = static_cast<double>(now_ - page::get(page_ + page::kEpochNs) - late_after_);
      skip(*turn.lane, static_cast<uint32_t>(std::max<uint64_t>(turn.lane->due(limit, kMaxBurst), 1)));
      return false;
  }
  return true;
}

// Their packets keep their numbers, and are never sent.
void TxLoop::skip(LaneState& lane, uint32_t slots) {
  const uint32_t n = pick(lane, slots);
  for (uint32_t p = 0; ahead_ && p < n; p++) ahead_->make(picks_[p], numbers_[p]);
  page::add(page_ + page::kSkipped, n);
  page::add(page_ + page::kUnsent, n);
  for (uint32_t p = 0; p < n; p++)
    if (streams_[picks_[p]].next == streams_[picks_[p]].stream->limit) return schedule_.retire(streams_);
}

void TxLoop::send(Turn turn) {
  due_ = now_ - turn.late_ns;
  if (queue_.room == 0) return make_room();  // and ask again whose turn it is: waiting takes time
  uint32_t slots = std::min(turn.slots, queue_.room);
  if (lead_) slots = turn.lane->due_together(slots);
  if (due_times_) set_due(turn, slots);
  const uint32_t n = compose(*turn.lane, slots);
  if (n == 0) return;
  if (alone_) queue_.push();  // what was gathered before is not to leave with it
  render(n);
  burden(n);
  const bool timed = timing_ && turn.lane->paced();
  if (timed) depart(n);
  const uint32_t sent = push(n);
  if (alone_) queue_.push();
  if (timed) return time(sent), unsent(n - sent);
  if (turn.lane->paced()) unsent(n - sent);
}

// How late each of them is, and for their receivers, who see only when it was sent.
void TxLoop::depart(uint32_t n) {
  if (!any_signed_) stamped_ = now_ns();
  const uint64_t elapsed = stamped_ - page::get(page_ + page::kEpochNs);
  for (uint32_t p = 0; p < n; p++) late_[p] = elapsed > due_times_[p] ? elapsed - due_times_[p] : 0;
  if (departures_.empty()) return;
  const Group& only = groups_[0];
  for (uint32_t p = 0; p < n; p++)
    if (picked_)
      departures_[picks_[p]].put(numbers_[p], late_[p]);
    else
      departures_[static_cast<size_t>(only.stream - streams_.data())].put(only.k + p, late_[p]);
}

void TxLoop::time(uint32_t sent) {
  uint64_t late = 0, most = page::get(page_ + page::kMaxLateNs);
  for (uint32_t p = 0; p < sent; p++) {
    timing_->take(late_[p]);
    timing_->follow(before_, static_cast<int64_t>(due_times_[p]), static_cast<int64_t>(late_[p]));
    late += late_[p] > plan_.pacing.late_ns;
    most = std::max(most, late_[p]);
  }
  page::add(page_ + page::kLate, late);
  page::set(page_ + page::kMaxLateNs, most);
}

void TxLoop::unsent(uint32_t packets) {
  if (packets) page::add(page_ + page::kUnsent, packets);
}

// Before `compose` moves the lane on.
void TxLoop::set_due(const Turn& turn, uint32_t slots) {
  const uint64_t now = now_ - page::get(page_ + page::kEpochNs);
  if (turn.lane->paced())
    turn.lane->due_times(slots, due_times_);
  else
    std::fill_n(due_times_, slots, now);
}

uint32_t TxLoop::compose(LaneState& lane, uint32_t n) {
  const std::vector<uint32_t>& slots = lane.lane->slots;
  group_count_ = 0;
  picked_ = slots.size() > 1 || !lane.cycles.empty() || ahead_ || abreast_;
  if (!picked_) {
    StreamState& stream = streams_[slots[0]];
    uint32_t m = static_cast<uint32_t>(std::min<uint64_t>(n, stream.limit - stream.next));
    if (plan_.sample) m = until_sample(stream, m);
    lane.advance(m);
    if (m) compose_one(stream, m);
    if (stream.next == stream.limit) schedule_.retire(streams_);
    return m;
  }
  const uint32_t m = pick(lane, n);
  if (m == 0) return 0;
  if (abreast_)
    compose_abreast(m);
  else if (ahead_)
    compose_ahead(m);
  else
    compose_mix(m);
  return m;
}

uint32_t TxLoop::pick(LaneState& lane, uint32_t n) {
  if (in_rounds_)
    if (const uint32_t m = pick_rounds(lane, n)) return m;
  uint32_t m = lane.cycles.empty() && !plan_.sample ? pick_plainly(lane, n) : 0;
  bool exhausted = false;
  alone_ = false;
  while (m < n && !lane.done) {
    const uint32_t s = lane.take(streams_);
    StreamState& stream = streams_[s];
    if (stream.next == stream.limit) {
      exhausted = true;
      if (lane.paced() && !lane.lane->tight) {
        lane.advance(1);  // a turn without a packet keeps the rhythm of the others
        if (due_times_) std::copy(due_times_ + m + 1, due_times_ + n, due_times_ + m);
        n--;
      } else {
        lane.pass();
        if (lane.cursor == 0) schedule_.retire(streams_);
      }
      continue;
    }
    if (plan_.sample && samples_next(stream)) {
      if (m) {
        lane.put_back();
        break;
      }
      alone_ = true;
      n = 1;
    }
    lane.advance(1);
    numbers_[m] = stream.next++;
    picks_[m++] = s;
  }
  if (exhausted) schedule_.retire(streams_);
  return m;
}

// How many of the stream's next n packets a burst may hold.
uint32_t TxLoop::until_sample(const StreamState& stream, uint32_t n) {
  alone_ = n && samples_next(stream);
  uint32_t m = std::min(n, 1u);
  while (m < n && !alone_ && !plan_.samples(*stream.stream, stream.next + m)) m++;
  return m;
}

// As long as the turn is one of a stream that has not sent all: most often, that is always so.
uint32_t TxLoop::pick_plainly(LaneState& lane, uint32_t n) {
  const uint32_t* const slots = lane.lane->slots.data();
  const size_t size = lane.lane->slots.size();
  StreamState* const streams = streams_.data();
  uint32_t m = 0;
  for (size_t at = lane.cursor; m < n; m++) {
    const uint32_t s = slots[at];
    const uint64_t next = streams[s].next;
    if (next == streams[s].limit) break;
    streams[s].next = next + 1;
    picks_[m] = s;
    numbers_[m] = next;
    if (++at == size) at = 0;
  }
  lane.advance(m);
  return m;
}

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

uint32_t TxLoop::push(uint32_t n) {
  uint32_t sent = queue_.commit(n, resized_);
  if (sent < n) sent = push_slowly(n, sent);
  resized_ = false;
  if (abreast_ || ahead_) {
    take_back_picks(sent, n);
    abreast_ ? account_abreast(sent) : account_ahead(sent);
  } else {
    take_back(sent, n);
    account();
  }
  return sent;
}

uint32_t TxLoop::push_slowly(uint32_t n, uint32_t sent) {
  const uint64_t since = now_ns();
  page::add(page_ + page::kRingFull, 1);
  for (uint32_t tries = 1; sent < n && !aborted_; tries++) {
    if (queue_.room == 0) queue_.refill();
    if (queue_.room != 0) sent += queue_.commit(std::min(n - sent, queue_.room), resized_);
    if (sent == n) break;
    idle();
    aborted_ = queue_.failure || (tries % kClockEvery == 0 && ended(now_ns()));
  }
  waited(since);
  return sent;
}

void TxLoop::waited(uint64_t since) {
  const uint64_t now = now_ns();
  looked_ = now + lead_;  // it is no stall
  // The ring of a device that waits for the time is full of what is not due: that holds nobody up.
  page::add(page_ + page::kRingFullNs, now - (lead_ ? std::clamp(due_, since, now) : since));
}

void TxLoop::answer() {
  if (answerer_ && answerer_->waiting()) undressed_ += answerer_->send();
}

// The window is empty: wait until a buffer comes back or the run ends.
void TxLoop::make_room() {
  queue_.refill();
  if (queue_.room) return;
  const uint64_t since = now_ns();
  page::add(page_ + page::kRingFull, 1);
  for (uint32_t tries = 1; queue_.room == 0 && !aborted_; tries++) {
    idle();
    queue_.refill();
    aborted_ = queue_.failure || (tries % kClockEvery == 0 && ended(now_ns()));
  }
  waited(since);
}

// The run ended with part of a burst unsent: those packets never existed. They stand in the window's front.
void TxLoop::take_back(uint32_t from, uint32_t n) {
  for (uint32_t p = n; p-- > from;) {
    Group& group = groups_[group_count_ == 1 ? 0 : group_at_[p]];
    group.bytes -= queue_.frames[p - from].length;
    group.n--;
    group.stream->next--;
  }
}

void TxLoop::take_back_picks(uint32_t from, uint32_t n) {
  if (in_rounds_) return;  // what is counted is what was sent
  for (uint32_t p = from; p < n; p++) streams_[picks_[p]].next--;
}

// What the queue had taken, and could not send to its end, never existed either.
void TxLoop::take_back_unsent() {
  std::map<uint32_t, size_t> stream_of;  // by template
  for (const Stream& stream : plan_.streams)
    for (const Template& t : stream.templates) stream_of[t.id] = static_cast<size_t>(&stream - plan_.streams.data());
  queue_.unsent([&](const Frame& frame) {
    page::Word* cells = cells_of(stream_of[frame.holds]);
    for (page::Word* cell : {cells + page::kTxPackets, page_ + page::kPackets}) page::add(cell, ~uint64_t{0});
    for (page::Word* cell : {cells + page::kTxBytes, page_ + page::kBytes}) page::add(cell, 0 - uint64_t{frame.length});
  });
}

void TxLoop::account() {
  uint64_t packets = 0, bytes = 0;
  for (uint32_t g = 0; g < group_count_; g++) {
    const Group& group = groups_[g];
    page::Word* cells = cells_of(static_cast<size_t>(group.stream - streams_.data()));
    page::add(cells + page::kTxPackets, group.n);
    page::add(cells + page::kTxBytes, group.bytes);
    if (group.n && page::get(cells + page::kTxFirstNs) == 0) page::set(cells + page::kTxFirstNs, due_);
    if (group.n) page::set(cells + page::kTxLastNs, now_);
    packets += group.n;
    bytes += group.bytes;
  }
  account_all(packets, bytes);
}

void TxLoop::account_all(uint64_t packets, uint64_t bytes) {
  page::add(page_ + page::kPackets, packets);
  page::add(page_ + page::kBytes, bytes);
  page::add(page_ + page::kBursts, 1);
}

void TxLoop::idle() { wait_a_moment(++idles_, page::get(page_ + page::kShared) != 0); }

}  // namespace nmgen
