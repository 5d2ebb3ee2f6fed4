#include "pcap_reader.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace nmgen {
namespace {

constexpr size_t kBufferBytes = 1 << 20, kMaxRecord = 1 << 24;
constexpr uint64_t kSecond = 1'000'000'000;
constexpr uint32_t kMicroseconds = 0xa1b2c3d4, kNanoseconds = 0xa1b23c4d, kSection = 0x0a0d0d0a, kOrder = 0x1a2b3c4d;
constexpr uint32_t kInterface = 1, kSimple = 3, kEnhanced = 6, kEthernet = 1;
constexpr size_t kFileHeader = 24, kRecordHeader = 16, kBlockHeader = 8, kBlockEnds = 12;
constexpr uint16_t kEndOfOptions = 0, kResolution = 9;

uint64_t to_ns(uint64_t ticks, uint64_t per_second) {
  const unsigned __int128 rest = ticks % per_second;
  return ticks / per_second * kSecond + static_cast<uint64_t>(rest * kSecond / per_second);
}

}  // namespace

PcapReader::~PcapReader() {
  if (fd_ >= 0) ::close(fd_);
}

uint16_t PcapReader::get16(const uint8_t* at) const {
  uint16_t value;
  std::memcpy(&value, at, sizeof value);
  return swapped_ ? __builtin_bswap16(value) : value;
}

uint32_t PcapReader::get32(const uint8_t* at) const {
  uint32_t value;
  std::memcpy(&value, at, sizeof value);
  return swapped_ ? __builtin_bswap32(value) : value;
}

PcapReader::Step PcapReader::broken(const std::string& why) {
  failure =
      Failure{"bad-capture", "`" + path_ + "` " + why, "write it as pcap or pcapng: tcpdump -w, dumpcap, editcap"};
  return Step::kBroken;
}

PcapReader::Step PcapReader::check_link(uint32_t type) {
  if (type == kEthernet) return Step::kOther;
  return broken("holds no Ethernet frames (link type " + std::to_string(type) + ")");
}

std::optional<Failure> PcapReader::open(const std::string& path) {
  path_ = path;
  buffer_.resize(kBufferBytes);
  fd_ = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);  // a pipe must not keep the loop from its end
  if (fd_ < 0)
    return Failure{"no-file", "`" + path + "` cannot be read: " + strerror(errno), "check the name and the rights"};
  if (!fill()) return failure;
  // What can be told now is told now: is it a capture, and of Ethernet?
  if (end_ >= 4 && !started_ && start() == Step::kBroken) return failure;
  return std::nullopt;
}

bool PcapReader::fill() {
  if (failure) return false;
  std::copy(buffer_.begin() + static_cast<ptrdiff_t>(at_), buffer_.begin() + static_cast<ptrdiff_t>(end_),
            buffer_.begin());
  end_ -= at_;
  at_ = 0;
  if (end_ == buffer_.size()) buffer_.resize(2 * end_);  // a record longer than that: bounded by kMaxRecord
  const ssize_t bytes = ::read(fd_, &buffer_[end_], buffer_.size() - end_);
  if (bytes > 0) end_ += static_cast<size_t>(bytes);
  if (bytes < 0 && errno != EAGAIN && errno != EINTR) broken(std::string("cannot be read: ") + strerror(errno));
  return !failure;
}

bool PcapReader::next(Frame& frame, uint64_t& time_ns) {
  for (;;) {
    const Step done = step(frame, time_ns);
    if (done != Step::kOther) return done == Step::kFrame;
  }
}

PcapReader::Step PcapReader::step(Frame& frame, uint64_t& time_ns) {
  if (failure) return Step::kBroken;
  if (!started_) return start();
  return is_ng_ ? block(frame, time_ns) : record(frame, time_ns);
}

PcapReader::Step PcapReader::start() {
  if (end_ - at_ < 4) return Step::kMore;
  is_ng_ = get32(&buffer_[at_]) == kSection;
  if (is_ng_) {
    started_ = true;
    return Step::kOther;
  }
  swapped_ = __builtin_bswap32(get32(&buffer_[at_])) == kMicroseconds ||
             __builtin_bswap32(get32(&buffer_[at_])) == kNanoseconds;
  const uint32_t magic = get32(&buffer_[at_]);
  if (magic != kMicroseconds && magic != kNanoseconds) return broken("is no capture");
  if (end_ - at_ < kFileHeader) return Step::kMore;
  interfaces_ = {{magic == kNanoseconds ? kSecond : 1'000'000}};
  started_ = true;
  // The upper bits tell of an FCS.
  const Step checked = check_link(get32(&buffer_[at_ + 20]) & 0xffff);
  at_ += kFileHeader;
  return checked;
}

PcapReader::Step PcapReader::record(Frame& frame, uint64_t& time_ns) {
  const size_t left = end_ - at_;
  if (left < kRecordHeader) return Step::kMore;
  uint8_t* header = &buffer_[at_];
  const uint32_t kept = get32(header + 8);
  if (kept > kMaxRecord) return broken("is damaged: a frame of " + std::to_string(kept) + " bytes");
  if (left < kRecordHeader + kept) return Step::kMore;
  frame = {header + kRecordHeader, kept, kNothing};
  time_ns = get32(header) * kSecond + to_ns(get32(header + 4), interfaces_[0].per_second);
  at_ += kRecordHeader + kept;
  return Step::kFrame;
}

// Type, total length, body, total length; a section begins with its byte order.
PcapReader::Step PcapReader::block(Frame& frame, uint64_t& time_ns) {
  const size_t left = end_ - at_;
  if (left < kBlockEnds) return Step::kMore;
  const uint32_t type = get32(&buffer_[at_]);
  if (type == kSection || type == __builtin_bswap32(kSection)) {
    const Step checked = section(left);
    if (checked != Step::kOther) return checked;
  }
  const uint32_t total = get32(&buffer_[at_ + 4]);
  if (total < kBlockEnds || total % 4 != 0 || total > kMaxRecord)
    return broken("is damaged: a block of " + std::to_string(total) + " bytes");
  if (left < total) return Step::kMore;
  const uint8_t* body = &buffer_[at_ + kBlockHeader];
  at_ += total;
  if (type == kInterface) return interface(body, total - kBlockEnds);
  if (type == kEnhanced || type == kSimple) return packet(body, total - kBlockEnds, frame, time_ns);
  return Step::kOther;
}

PcapReader::Step PcapReader::section(size_t) {
  uint32_t order;
  std::memcpy(&order, &buffer_[at_ + kBlockHeader], sizeof order);
  if (order != kOrder && order != __builtin_bswap32(kOrder)) return broken("is damaged: a section of no byte order");
  swapped_ = order != kOrder;
  interfaces_.clear();
  return Step::kOther;
}

PcapReader::Step PcapReader::interface(const uint8_t* body, size_t bytes) {
  if (bytes < 8) return broken("is damaged: a short interface block");
  Interface interface;
  for (size_t at = 8; at + 4 <= bytes;) {
    const uint16_t code = get16(body + at), length = get16(body + at + 2);
    if (code == kEndOfOptions) break;
    if (code == kResolution && length >= 1 && at + 4 < bytes) {
      const uint8_t power = body[at + 4] & 0x7f;
      const bool two = body[at + 4] & 0x80;
      if (power > (two ? 62 : 18)) return broken("is damaged: an impossible time resolution");
      interface.per_second = 1;
      for (uint8_t i = 0; i < power; i++) interface.per_second *= two ? 2 : 10;
    }
    at += 4 + (length + 3u) / 4 * 4;
  }
  interfaces_.push_back(interface);
  return check_link(get16(body));
}

// An enhanced packet: interface, time (high, low), bytes kept, length. A simple one: length alone, and no time.
PcapReader::Step PcapReader::packet(const uint8_t* body, size_t bytes, Frame& frame, uint64_t& time_ns) {
  const bool enhanced = get32(body - kBlockHeader) == kEnhanced;
  const size_t header = enhanced ? 20 : 4;
  if (bytes < header) return broken("is damaged: a short packet block");
  const uint32_t of = enhanced ? get32(body) : 0;
  if (of >= interfaces_.size()) return broken("is damaged: a packet of an unknown interface");
  const size_t kept = std::min<size_t>(get32(body + (enhanced ? 12 : 0)), bytes - header);
  frame = {const_cast<uint8_t*>(body + header), static_cast<uint32_t>(kept), kNothing};
  const uint64_t ticks = enhanced ? uint64_t{get32(body + 4)} << 32 | get32(body + 8) : 0;
  time_ns = to_ns(ticks, interfaces_[of].per_second);
  return Step::kFrame;
}

}  // namespace nmgen
