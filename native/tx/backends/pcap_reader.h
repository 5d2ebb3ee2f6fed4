#pragma once

#include <optional>
#include <string>
#include <vector>

#include "../backend.h"

namespace nmgen {

// Reads frames from a pcap or pcapng file, in either byte order, whatever its resolution; Ethernet only. A file that
// ends within a record may still be written: the rest is waited for.
class PcapReader {
 public:
  ~PcapReader();
  std::optional<Failure> open(const std::string& path);
  // Reads on. Frames that `next` has shown are void from then on. False: the file is broken.
  bool fill();
  // The next frame and its time in ns; false: no whole one is there.
  bool next(Frame& frame, uint64_t& time_ns);

  std::optional<Failure> failure;

 private:
  // The time unit of an interface: ticks a second, all powers of ten or two.
  struct Interface {
    uint64_t per_second = 1'000'000;
  };
  enum class Step { kFrame, kOther, kMore, kBroken };

  Step step(Frame& frame, uint64_t& time_ns);
  Step start();
  Step record(Frame& frame, uint64_t& time_ns);
  Step block(Frame& frame, uint64_t& time_ns);
  Step section(size_t left);
  Step interface(const uint8_t* body, size_t bytes);
  Step packet(const uint8_t* body, size_t bytes, Frame& frame, uint64_t& time_ns);
  Step broken(const std::string& why);
  Step check_link(uint32_t type);
  uint16_t get16(const uint8_t* at) const;
  uint32_t get32(const uint8_t* at) const;

  int fd_ = -1;
  std::string path_;
  std::vector<uint8_t> buffer_;
  size_t at_ = 0, end_ = 0;
  bool started_ = false, is_ng_ = false, swapped_ = false;
  std::vector<Interface> interfaces_;
};

}  // namespace nmgen
