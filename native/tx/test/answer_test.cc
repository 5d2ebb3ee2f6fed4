// What a port says when it is asked for its own address, and that it says it without harm to what it sends.

#include "../answer.h"

#include <cstring>
#include <thread>

#include "../checksum.h"
#include "../clock.h"
#include "../rx_loop.h"
#include "../tx_loop.h"
#include "support.h"

namespace nmgen::test {
namespace {

using Bytes = std::vector<uint8_t>;

const Bytes kOurMac{2, 0x6e, 0x6d, 0, 0, 1}, kTheirMac{2, 0, 0, 0, 0, 9}, kBroadcast(6, 0xff);
const Bytes kOurs{198, 18, 0, 2}, kTheirs{198, 18, 0, 1};
const Bytes kOurs6{0x20, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2};
const Bytes kTheirs6{0x20, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
const Bytes kTag{0x81, 0, 0x20, 100};

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Owner owner() {
  Owner owner;
  std::copy_n(kOurMac.begin(), 6, owner.mac.begin());
  owner.ipv4.emplace_back();
  std::copy_n(kOurs.begin(), 4, owner.ipv4[0].begin());
  owner.ipv6.emplace_back();
  std::copy_n(kOurs6.begin(), 16, owner.ipv6[0].begin());
  return owner;
}

Bytes answer(const Bytes& frame) {
  Bytes reply(kMaxFrame);
  reply.resize(answer_to(owner(), frame, reply.data()));
  return reply;
}

Bytes padded(Bytes frame) {
  frame.resize(std::max<size_t>(frame.size(), 60));
  return frame;
}

Bytes arp(uint8_t opcode, const Bytes& dst, const Bytes& target, const Bytes& tag = {}) {
  return padded(
      joined({dst, kTheirMac, tag, {8, 6, 0, 1, 8, 0, 6, 4, 0, opcode}, kTheirMac, kTheirs, Bytes(6), target}));
}

void set_sum(Bytes& frame, size_t at, size_t first, size_t bytes, uint64_t pseudo) {
  uint64_t sum = pseudo;
  put16(&frame[at], 0);
  for (size_t i = 0; i < bytes; i++) sum += static_cast<uint64_t>(frame[first + i]) << (i % 2 ? 0 : 8);
  put16(&frame[at], finish(sum, false));
}

Bytes ping(const Bytes& mac, const Bytes& target, size_t data) {
  Bytes frame = joined({mac,
                        kTheirMac,
                        {8, 0, 0x45, 0, 0, static_cast<uint8_t>(28 + data), 0, 7, 0x40, 0, 1, 1, 0, 0},
                        kTheirs,
                        target,
                        {8, 0, 0, 0, 0, 5, 0, 6},
                        Bytes(data, 0xab)});
  set_sum(frame, 24, 14, 20, 0);
  set_sum(frame, 36, 34, 8 + data, 0);
  return padded(frame);
}

Bytes icmpv6(const Bytes& mac, const Bytes& from, const Bytes& to, uint8_t hops, const Bytes& body) {
  const uint8_t length = static_cast<uint8_t>(body.size());
  Bytes frame = joined({mac, kTheirMac, {0x86, 0xdd, 0x60, 0, 0, 0, 0, length, 58, hops}, from, to, body});
  uint64_t pseudo = length + 58u;
  for (size_t i = 22; i < 54; i += 2) pseudo += get16(&frame[i]);
  set_sum(frame, 56, 54, length, pseudo);
  return frame;
}

Bytes solicitation(const Bytes& from, const Bytes& target, uint8_t hops = 255) {
  const Bytes group{0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff, 0, 0, 2};
  const Bytes option = joined({{1, 1}, kTheirMac});
  return icmpv6({0x33, 0x33, 0xff, 0, 0, 2}, from, group, hops, joined({{135, 0, 0, 0, 0, 0, 0, 0}, target, option}));
}

bool is_right(const Bytes& frame) {
  uint64_t sum = 58u + get16(&frame[18]);
  for (size_t i = 22; i < 54; i += 2) sum += get16(&frame[i]);
  for (size_t i = 54; i < frame.size(); i++) sum += static_cast<uint64_t>(frame[i]) << (i % 2 ? 0 : 8);
  return fold(sum) == 0xffff;
}

TEST(answer_arp_requests_for_our_address_in_their_vlan) {
  for (const Bytes& tag : {Bytes{}, kTag}) {
    const Bytes reply = answer(arp(1, kBroadcast, kOurs, tag));
    CHECK(reply == padded(joined(
                       {kTheirMac, kOurMac, tag, {8, 6, 0, 1, 8, 0, 6, 4, 0, 2}, kOurMac, kOurs, kTheirMac, kTheirs})));
  }
  CHECK(answer(arp(1, kOurMac, kOurs)).size() == 60);
  CHECK(answer(arp(1, kBroadcast, kTheirs)).empty());  // for somebody else
  CHECK(answer(arp(2, kBroadcast, kOurs)).empty());    // a reply
  CHECK(answer(arp(1, kTheirMac, kOurs)).empty());     // to another's MAC address
}

TEST(answer_pings_with_what_they_carried) {
  for (size_t data : {0u, 1u, 18u, 99u}) {
    const Bytes asked = ping(kOurMac, kOurs, data);
    Bytes wanted = ping(kTheirMac, kOurs, data);
    std::copy(kOurMac.begin(), kOurMac.end(), wanted.begin() + 6);
    std::copy(kOurs.begin(), kOurs.end(), wanted.begin() + 26);
    std::copy(kTheirs.begin(), kTheirs.end(), wanted.begin() + 30);
    wanted[22] = 64;
    wanted[34] = 0;
    set_sum(wanted, 24, 14, 20, 0);
    set_sum(wanted, 36, 34, 8 + data, 0);
    CHECK(answer(asked) == wanted);
  }
  CHECK(answer(ping(kBroadcast, kOurs, 8)).empty());
  CHECK(answer(ping(kOurMac, kTheirs, 8)).empty());
  for (size_t at : {24u, 40u, 50u}) {  // header checksum, and two places that the message's covers
    Bytes wrong = ping(kOurMac, kOurs, 20);
    wrong[at] ^= 1;
    CHECK(answer(wrong).empty());
  }
}

TEST(answer_neighbour_solicitations) {
  const Bytes reply = answer(solicitation(kTheirs6, kOurs6));
  const Bytes body = joined({{136, 0, 0, 0, 0x60, 0, 0, 0}, kOurs6, {2, 1}, kOurMac});
  Bytes wanted = icmpv6(kTheirMac, kOurs6, kTheirs6, 255, body);
  std::copy(kOurMac.begin(), kOurMac.end(), wanted.begin() + 6);
  CHECK(reply == wanted);
  CHECK(is_right(reply));
  // A probe for a duplicate address comes from nobody: the answer goes to all.
  const Bytes probe = answer(solicitation(Bytes(16), kOurs6));
  CHECK(probe.size() == 86 && probe[0] == 0x33 && probe[5] == 1 && probe[38] == 0xff && probe[58] == 0x20);
  CHECK(is_right(probe));
  CHECK(answer(solicitation(kTheirs6, kTheirs6)).empty());
  CHECK(answer(solicitation(kTheirs6, kOurs6, 254)).empty());  // it came through a router: RFC 4861 section 7.1.1
}

TEST(answer_pings_of_ipv6) {
  const Bytes asked = icmpv6(kOurMac, kTheirs6, kOurs6, 3, {128, 0, 0, 0, 1, 2, 3, 4, 5});
  Bytes wanted = icmpv6(kTheirMac, kOurs6, kTheirs6, 64, {129, 0, 0, 0, 1, 2, 3, 4, 5});
  std::copy(kOurMac.begin(), kOurMac.end(), wanted.begin() + 6);
  CHECK(answer(asked) == wanted);
  CHECK(answer(icmpv6(kOurMac, kTheirs6, kTheirs6, 3, {128, 0, 0, 0, 1, 2, 3, 4})).empty());
}

TEST(answer_nothing_to_what_is_cut_short_and_read_no_byte_too_far) {
  for (const Bytes& whole :
       {arp(1, kBroadcast, kOurs, kTag), ping(kOurMac, kOurs, 40), solicitation(kTheirs6, kOurs6)}) {
    for (size_t bytes = 12; bytes + 1 < 42; bytes++) {
      const Bytes cut(whole.begin(), whole.begin() + static_cast<long>(bytes));  // of its own: ASan sees each byte
      CHECK(answer(cut).empty());
    }
    Random random{whole.size()};
    for (int i = 0; i < 20'000; i++) {
      Bytes wrong(whole.begin(), whole.begin() + static_cast<long>(14 + random.below(whole.size() - 13)));
      for (int k = 0; k < 3; k++) wrong[random.below(wrong.size())] = static_cast<uint8_t>(random.below(256));
      CHECK(answer(wrong).size() <= std::max<size_t>(wrong.size(), 94));
    }
  }
}

// One device: what it sends comes back to it. A constant frame needs no look at its buffer: the ones that an answer was
// written into must hold the stream's frame again.
TEST(answers_between_the_packets_of_a_stream_leave_them_as_they_are) {
  constexpr uint64_t kPackets = 200'000, kRequests = 200;
  auto device = open_or_fail("loop:x", 1, 1);
  Stream stream = plain_stream(0, 100);
  stream.limit = kPackets;
  Plan plan = plan_of({stream});
  plan.lanes = {lane_of({0})};
  Answerer answerer(owner(), *device->tx(0));
  std::vector<page::Word> page(size_t{page::kHeaderCells} + page::kTxStreamCells);
  page[page::kEpochNs] = now_ns();
  page[page::kGo] = page[page::kShared] = 1;
  const Plan read = decoded(plan);
  std::thread sender([&] { TxLoop(*device->tx(0), read, page.data(), &answerer).run(); });
  Bytes request = arp(1, kBroadcast, kOurs);
  const Bytes constant = read.streams[0].templates[0].bytes;
  uint64_t asked = 0, answered = 0, sent = 0, other = 0;
  const uint64_t until = now_ns() + 20'000'000'000;
  while ((sent < kPackets || answered < asked) && now_ns() < until) {
    if (asked < kRequests && sent >= asked * (kPackets / kRequests) && !answerer.waiting())
      asked += answerer.take({request.data(), static_cast<uint32_t>(request.size()), kNothing});
    const auto frames = device->rx(0)->peek();
    for (const Frame& frame : frames) {
      if (frame.length == 100 && std::memcmp(frame.data, constant.data(), 100) == 0)
        sent++;
      else if (frame.length == 60 && frame.data[21] == 2)
        answered++;
      else
        other++;
    }
    device->rx(0)->release(static_cast<uint32_t>(frames.size()));
    if (frames.empty()) std::this_thread::yield();
    if (sent == kPackets) answerer.send_if_free();  // what came after the loop's last look
  }
  sender.join();
  CHECK_EQ(sent, kPackets);
  CHECK_EQ(answered, asked);
  CHECK_EQ(other, 0u);
  CHECK(asked >= kRequests / 2);
  CHECK_EQ(page::get(&page[page::kPackets]), kPackets);
}

// Two receivers of one port, and nobody who sends: they answer themselves, and do not count it.
TEST(receivers_answer_by_themselves_where_nobody_sends) {
  auto device = open_or_fail("loop:x", 1, 1);
  Answerer answerer(owner(), *device->tx(0));
  const Plan plan = decoded(plan_of({}));
  std::vector<page::Word> page(page::kHeaderCells);
  page[page::kEpochNs] = now_ns();
  page[page::kGo] = page[page::kShared] = 1;
  const Bytes request = arp(1, kBroadcast, kOurs);
  CHECK(answerer.send(request));
  std::thread receiver([&] { RxLoop(*device->rx(0), plan, page.data(), nullptr, &answerer).run(); });
  // The request comes in, then its answer, which is none of any stream.
  for (const uint64_t until = now_ns() + 20'000'000'000; now_ns() < until && page::get(&page[page::kUnknown]) == 0;)
    std::this_thread::yield();
  page::set(&page[page::kStop], 1);
  receiver.join();
  CHECK_EQ(page::get(&page[page::kRequests]), 1u);
  CHECK_EQ(page::get(&page[page::kPackets]), 1u);
  CHECK_EQ(page::get(&page[page::kUnknown]), 1u);
}

}  // namespace
}  // namespace nmgen::test
