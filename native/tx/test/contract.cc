#include "contract.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "../checksum.h"
#include "../clock.h"

namespace nmgen::test {
namespace {

bool prepare(const char* command) {
  if (std::system(command) != 0) skip(std::string("`") + command + "` failed: is it installed (make setup)?");
  return true;
}

struct Term {
  const char* name;
  void (*body)(const Target&);
};
std::vector<Term>& terms() {
  static std::vector<Term> list;
  return list;
}

const Backend* backend_of(std::string_view uri) {
  for (const Backend* backend : backends())
    if (uri.substr(0, uri.find(':')) == backend->name) return backend;
  return nullptr;
}

void add_case(const Target& target, const char* name, void (*body)(const Target&)) {
  std::string where = target.uri;
  std::ranges::replace(where, ':', ' ');
  Add("contract of " + where + " - " + name, [&target, body] {
    if (auto failure = backend_of(target.uri)->probe()) skip(failure->message);
    body(target);
  });
}

// Called by main, when every backend that is compiled in has registered itself.
void add_all() {
  for (const Target& target : targets()) {
    if (!backend_of(target.uri)) continue;  // tools/native-test.sh says why not
    for (const Term& term : terms()) add_case(target, term.name, term.body);
  }
}
const AddLater kAddLater(add_all);

}  // namespace

Contract::Contract(const char* name, void (*body)(const Target&)) { terms().push_back({name, body}); }

Link::Link(const Target& target)
    : veth(target.in_kernel ? new Veth : nullptr),
      ready(target.before && prepare(target.before)),
      device(open_or_fail(target.uri, 1, target.peer ? 0 : 1, target.max_frame)),
      peer(target.peer ? open_or_fail(target.peer, 0, 1, target.max_frame) : nullptr),
      tx(*device->tx(0)),
      rx(*receiver().rx(0)) {
  device->enter();
  prefill(60);
}

void Link::prefill(uint32_t length) {
  for (Frame& frame : tx.all()) {
    std::memset(frame.data, 0x5a, length);
    frame.length = length;
  }
  tx.filled();
}

uint64_t Link::send(uint64_t n, uint64_t first) {
  uint64_t sent = 0;
  for (int tries = 0; sent < n && tries < 100;) {
    if (tx.room == 0) tx.refill();
    const uint32_t m = static_cast<uint32_t>(std::min<uint64_t>(n - sent, tx.room));
    CHECK(m <= kMaxBurst);
    for (uint32_t j = 0; j < m; j++) put64(tx.frames[j].data + kNumberAt, first + sent + j);
    const uint32_t taken = m ? tx.commit(m, false) : 0;
    CHECK(taken <= m);
    sent += taken;
    tries = taken ? 0 : tries + 1;
  }
  tx.push();
  return sent;
}

void Link::receive(uint64_t n, uint64_t first) {
  const uint64_t until = now_ns() + kPatienceNs;
  for (uint64_t got = 0; got < n;) {
    CHECK(now_ns() < until);
    std::span<const Frame> frames = rx.peek();
    CHECK(frames.size() <= kMaxBurst);
    for (const Frame& frame : frames) {
      CHECK_EQ(frame.length, 60u);
      CHECK_EQ(get64(frame.data + kNumberAt), first + got++);
      for (uint32_t b = 0; b < 60; b++) CHECK(b - kNumberAt < 8 || frame.data[b] == 0x5a);
    }
    rx.release(static_cast<uint32_t>(frames.size()));
  }
}

void needs_arrival(const Target& target) {
  if (target.why_nothing_arrives) skip(target.why_nothing_arrives);
}

void needs_an_end(const Target& target) {
  needs_arrival(target);
  if (target.why_never_full) skip(target.why_never_full);
}

void needs_an_interface(const Target& target) {
  if (!target.in_kernel) skip("it is no interface of the kernel's");
}

void check_sentence(const Failure& failure) {
  CHECK(!failure.code.empty() && failure.code.find(' ') == std::string::npos);
  CHECK(failure.message.size() > 10 && failure.message.find('\n') == std::string::npos);
  CHECK(!failure.hint.empty());
}

}  // namespace nmgen::test
