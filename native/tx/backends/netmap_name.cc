#include "netmap_name.h"

#include <net/if.h>

#include <charconv>
#include <optional>

#include "netmap_abi.h"

namespace nmgen::netmap {
namespace {

constexpr const char* kForms = "write netmap:eth3, eth3-2, eth3-0-3, eth3^, eth3*, vale0:1, p{1 or p}1";

Failure refuse(std::string_view text, const std::string& why, const std::string& hint = kForms) {
  return {"bad-argument", "netmap:" + std::string(text) + ": " + why, hint};
}

std::optional<uint16_t> number(std::string_view text) {
  uint16_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// Cuts `text` at the last `mark` and returns what stood behind it.
std::optional<std::string_view> cut(std::string_view& text, char mark) {
  const size_t at = text.rfind(mark);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view behind = text.substr(at + 1);
  text = text.substr(0, at);
  return behind;
}

bool exists(std::string_view interface) { return if_nametoindex(std::string(interface).c_str()) != 0; }

// `-2`, `-2-5`; an interface whose own name ends so is meant as a whole.
void take_range(std::string_view& text, Name& name) {
  if (exists(text)) return;
  std::string_view rest = text;
  const auto last = cut(rest, '-');
  const auto high = last ? number(*last) : std::nullopt;
  if (!high) return;
  text = rest;
  name.first = name.last = *high;
  if (exists(text)) return;
  const auto first = cut(rest, '-');
  const auto low = first ? number(*first) : std::nullopt;
  if (!low) return;
  text = rest;
  name.first = *low;
}

// `^`, `^2` (host rings), `*` (both kinds).
std::optional<std::string> take_rings(std::string_view& text, Name& name) {
  if (text.ends_with('*')) {
    name.rings = Rings::kBoth;
    text.remove_suffix(1);
    return std::nullopt;
  }
  const auto behind = cut(text, '^');
  if (!behind) return take_range(text, name), std::nullopt;
  name.rings = Rings::kHost;
  if (behind->empty()) return std::nullopt;
  const auto ring = number(*behind);
  if (!ring) return "`^` stands for the host rings, and a number may follow";
  name.first = name.last = *ring;
  return std::nullopt;
}

std::optional<Failure> take_flags(std::string_view whole, std::string_view flags, Name& name) {
  for (const char flag : flags) {
    switch (flag) {
      case 'x':  // exclusive: as every ring is opened that is not asked to be shared
        break;
      case 't':
        name.monitors |= kMonitorTx;
        break;
      case 'r':
        name.monitors |= kMonitorRx;
        break;
      case 'z':
        return refuse(whole, "a zero-copy monitor takes the buffers of the program that it watches",
                      "watch copies instead: /t (what is sent) and /r (what is received)");
      case 'R':
      case 'T':
        return refuse(whole, "/R and /T are not needed: only the rings that are used are opened", "leave it out");
      default:
        return refuse(whole, std::string("`/") + flag + "` is no flag of netmap's");
    }
  }
  return std::nullopt;
}

PortKind kind_of(std::string_view port) {
  if (port.find_first_of("{}") != std::string_view::npos) return PortKind::kPipe;
  return port.starts_with("vale") && port.find(':') != std::string_view::npos ? PortKind::kVale : PortKind::kInterface;
}

// What the kernel would refuse with no more than EINVAL or ENXIO.
std::optional<Failure> check(std::string_view whole, const Name& name) {
  const size_t brace = name.port.find_first_of("{}");
  const std::string parent = name.port.substr(0, brace);
  if (parent.empty()) return refuse(whole, "it names no port");
  if (name.kind == PortKind::kPipe && brace + 1 == name.port.size())
    return refuse(whole, "a pipe has a number behind its brace", "p{1 is one end of a pipe, p}1 the other");
  if (name.kind != PortKind::kVale && parent.size() >= IFNAMSIZ)
    return refuse(whole, "`" + parent + "` is too long: a port's name has at most 15 characters", "use a shorter name");
  if (name.port.size() >= sizeof Header::nr_name) return refuse(whole, "the name is too long", "use a shorter name");
  if (name.rings != Rings::kHardware && name.kind != PortKind::kInterface)
    return refuse(whole, "only network interfaces have host rings", "leave out `^` or `*`");
  if (name.first > name.last) return refuse(whole, "a range of rings begins with its first", "such as eth3-0-3");
  return std::nullopt;
}

}  // namespace

Expected<Name> parse_name(std::string_view text) {
  const std::string_view whole = text = text.substr(0, text.find(','));
  Name name;
  if (const auto region = cut(text, '@')) {
    const auto memory = number(*region);
    if (!memory)
      return refuse(whole, "behind `@` stands the number of a memory region",
                    "slots and rings are arguments of their own: netmap:p{1,slots=512,rings=2");
    name.memory = *memory;
  }
  if (const auto flags = cut(text, '/'))
    if (const auto failure = take_flags(whole, *flags, name)) return *failure;
  if (const auto why = take_rings(text, name)) return refuse(whole, *why);
  name.port = text;
  name.kind = kind_of(text);
  if (const auto failure = check(whole, name)) return *failure;
  return name;
}

}  // namespace nmgen::netmap
