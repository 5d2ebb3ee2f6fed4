#pragma once

#include <memory>
#include <string>

#include "backend.h"
#include "failure.h"

namespace nmgen {

// A capture filter as pcap-filter(7) has it, compiled by libpcap for Ethernet frames without their FCS.
class Filter {
 public:
  // An empty expression lets everything through, and needs no libpcap.
  static Expected<std::shared_ptr<Filter>> compile(const std::string& expression);
  virtual ~Filter() = default;
  virtual bool matches(const Frame& frame) const = 0;
};

}  // namespace nmgen
