// pcap: a file instead of a wire. Sending writes what would be sent, with the times at which it was due, as pcap with
// nanoseconds; receiving reads pcap or pcapng, also one that still grows (draft-ietf-opsawg-pcap, -pcapng).

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>

#include "../clock.h"
#include "pcap_reader.h"

namespace nmgen {
namespace {

constexpr uint32_t kSlots = 2 * kMaxBurst, kSlack = 64;
constexpr uint64_t kSecond = 1'000'000'000, kFlushNs = 100'000'000;

struct Header {
  uint32_t magic = 0xa1b23c4d;  // nanoseconds
  uint16_t major = 2, minor = 4;
  uint32_t zone = 0, accuracy = 0, snap_length = 262'144, link_type = 1;  // Ethernet, no FCS
};
struct Record {
  uint32_t seconds, nanoseconds, kept, length;
};
static_assert(sizeof(Header) == 24 && sizeof(Record) == 16);

Failure cannot_write(const std::string& path, int error) {
  const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
  return {full ? "disk-full" : "cannot-write", "`" + path + "` cannot be written: " + strerror(error),
          full ? "make room, or send less: --count, --duration" : "choose another file"};
}

// A pipe is not opened before somebody reads it; nobody waits for that for ever.
int open_file(const std::string& path) {
  constexpr uint64_t kPatienceNs = 2 * kSecond;
  const uint64_t until = now_ns() + kPatienceNs;
  int fd;
  do {
    fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NONBLOCK, 0644);
    if (fd < 0 && errno == ENXIO) usleep(10'000);
  } while (fd < 0 && errno == ENXIO && now_ns() < until);
  return fd;
}

// A burst is one write of whole records: what was counted is in the file, whatever ends the run. A pipe may take part
// of it; then the rest goes first, and nothing else until it has.
class Tx final : public TxQueue {
 public:
  ~Tx() override {
    if (fd_ >= 0) ::close(fd_);
  }
  std::optional<Failure> create(const std::string& path, uint32_t max_frame) {
    path_ = path;
    max_frame_ = max_frame;
    fd_ = open_file(path);
    if (fd_ < 0 && errno == ENXIO)
      return Failure{"no-reader", "nobody reads the pipe `" + path + "`", "start its reader first: tcpdump -r " + path};
    const Header header;
    if (fd_ < 0 || ::write(fd_, &header, sizeof header) != sizeof header) return cannot_write(path, errno);
    bytes_ = sizeof header;
    memory_.resize(size_t{kSlots} * (max_frame + kSlack));
    for (uint32_t i = 0; i < kSlots; i++) all_.push_back({&memory_[size_t{i} * (max_frame + kSlack)], 0, kNothing});
    out_.resize(size_t{kMaxBurst} * (sizeof(Record) + max_frame));
    due = due_;
    refill();
    return std::nullopt;
  }
  std::span<Frame> all() override { return all_; }
  void filled() override {}
  uint32_t max_frame() const override { return max_frame_; }

  uint32_t commit(uint32_t n, bool) override {
    n = std::min(n, room);
    if (n == 0) return 0;
    size_t size = 0;
    for (uint32_t i = 0; i < n; i++) {
      const Record record{static_cast<uint32_t>(due_[i] / kSecond), static_cast<uint32_t>(due_[i] % kSecond),
                          frames[i].length, frames[i].length};
      std::memcpy(&out_[size], &record, sizeof record);
      std::memcpy(&out_[size + sizeof record], frames[i].data, frames[i].length);
      size += sizeof record + frames[i].length;
    }
    from_ = 0, to_ = size, burst_ = head_, in_burst_ = n;
    write();
    if (failure) n = cut(n, from_), to_ = from_;
    if (from_ == 0) n = 0, to_ = 0;  // a pipe that is full
    packets.store(packets.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    head_ = (head_ + n) % kSlots;
    refill();
    return n;
  }
  void refill() override {
    write();
    frames = &all_[head_];
    room = failure || from_ < to_ ? 0 : std::min(kSlots - head_, kMaxBurst);
  }
  void flush() override {
    for (const uint64_t until = now_ns() + kFlushNs; from_ < to_ && !failure && now_ns() < until;) write();
  }
  // Of the last burst, what a pipe did not take to its end.
  void unsent(const std::function<void(const Frame&)>& tell) override {
    if (from_ == to_) return;
    size_t end = 0;
    for (uint32_t i = burst_; i < burst_ + in_burst_; i++) {
      end += sizeof(Record) + all_[i].length;
      if (end <= from_) continue;
      tell(all_[i]);
      packets.fetch_sub(1, std::memory_order_relaxed);
    }
  }

  std::atomic<uint64_t> packets{0};

 private:
  void write() {
    while (from_ < to_ && !failure) {
      const ssize_t bytes = ::write(fd_, &out_[from_], to_ - from_);
      if (bytes < 0 && errno == EINTR) continue;
      if (bytes < 0 && errno == EAGAIN) return;
      if (bytes < 0) failure = cannot_write(path_, errno);
      if (bytes > 0) from_ += static_cast<size_t>(bytes), bytes_ += static_cast<size_t>(bytes);
    }
  }
  // Takes half a record off the end of the file; returns how many of the n are in it.
  uint32_t cut(uint32_t n, size_t written) {
    size_t whole = 0;
    uint32_t kept = 0;
    while (kept < n && whole + sizeof(Record) + frames[kept].length <= written)
      whole += sizeof(Record) + frames[kept++].length;
    bytes_ -= written - whole;
    [[maybe_unused]] const int done = ftruncate(fd_, static_cast<off_t>(bytes_));  // a pipe cannot
    return kept;
  }

  std::string path_;
  int fd_ = -1;
  uint32_t max_frame_ = 0;
  size_t bytes_ = 0;
  std::vector<uint8_t> memory_, out_;
  std::vector<Frame> all_;
  uint64_t due_[kMaxBurst] = {};
  uint32_t head_ = 0;
  size_t from_ = 0, to_ = 0;  // of out_, what is still to be written
  uint32_t burst_ = 0, in_burst_ = 0;
};

class Rx final : public RxQueue {
 public:
  std::optional<Failure> create(const std::string& path) {
    arrived = arrived_;
    waits = true;
    return reader_.open(path);
  }
  std::span<const Frame> peek() override {
    if (shown_ == 0) show();
    return {frames_, shown_};
  }
  void release(uint32_t n) override {
    shown_ -= n;
    std::copy_n(frames_ + n, shown_, frames_);
    std::copy_n(arrived_ + n, shown_, arrived_);
    packets.store(packets.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
  }

  std::atomic<uint64_t> packets{0};

 private:
  void show() {
    if (!reader_.fill()) {
      failure = reader_.failure;
      return;
    }
    const uint64_t now = now_ns(), ahead = real_ns() - now;
    while (shown_ < kMaxBurst && reader_.next(frames_[shown_], arrived_[shown_])) {
      // The time is of the clock of the day, if it is a time at all and not counted from a start.
      uint64_t& at = arrived_[shown_++];
      at = at > ahead && at - ahead <= now ? at - ahead : now;
    }
    failure = reader_.failure;
  }

  PcapReader reader_;
  uint32_t shown_ = 0;
  Frame frames_[kMaxBurst];
  uint64_t arrived_[kMaxBurst];
};

class Pcap final : public Device {
 public:
  std::optional<Failure> create(const std::string& path, const OpenRequest& request) {
    if (request.rx_queues > 0) {
      rx_ = std::make_unique<Rx>();
      return rx_->create(path);
    }
    tx_ = std::make_unique<Tx>();
    return tx_->create(path, request.max_frame);
  }
  uint32_t tx_queues() const override { return tx_ ? 1 : 0; }
  uint32_t rx_queues() const override { return rx_ ? 1 : 0; }
  TxQueue* tx(uint32_t) override { return tx_.get(); }
  RxQueue* rx(uint32_t) override { return rx_.get(); }
  std::map<std::string, std::string> facts() const override {
    return {{"driver", tx_ ? "pcap writer" : "pcap reader"}};
  }
  std::map<std::string, uint64_t> counters() const override {
    if (tx_) return {{"tx_packets", tx_->packets.load()}};
    return {{"rx_packets", rx_->packets.load()}, {"rx_missed", 0}};  // a file keeps what it holds
  }

 private:
  std::unique_ptr<Tx> tx_;
  std::unique_ptr<Rx> rx_;
};

std::optional<Failure> probe() { return std::nullopt; }

Expected<std::unique_ptr<Device>> open(const OpenRequest& request) {
  if (auto failure = read_settings("pcap", request.device, {})) return *failure;
  if (request.tx_queues > 1 || request.rx_queues > 1)
    return Failure{"too-many-queues", "a file has one queue",
                   "write `queues: 1`, or send to a file a shard: --shard 1/2"};
  if (request.tx_queues && request.rx_queues)
    return Failure{"bad-argument", "a file is written or read in a run, not both", "give --tx and --rx a file each"};
  auto device = std::make_unique<Pcap>();
  if (auto failure = device->create(request.device, request)) return *failure;
  return std::unique_ptr<Device>(std::move(device));
}

const Backend kPcap{
    "pcap", "a file: writes what would be sent, when it was due; reads pcap and pcapng", {}, probe, open};
const Register kRegistered{&kPcap};

}  // namespace
}  // namespace nmgen
