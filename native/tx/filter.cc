#include "filter.h"

#if defined(NMGEN_PCAP)
#include <pcap/pcap.h>
#endif

namespace nmgen {
namespace {

class Everything final : public Filter {
 public:
  bool matches(const Frame&) const override { return true; }
};

#if defined(NMGEN_PCAP)
class Compiled final : public Filter {
 public:
  explicit Compiled(bpf_program program) : program_(program) {}
  ~Compiled() override { pcap_freecode(&program_); }
  bool matches(const Frame& frame) const override {
    const pcap_pkthdr header{{}, frame.length, frame.length};
    return pcap_offline_filter(&program_, &header, frame.data) != 0;
  }

 private:
  bpf_program program_;
};
#endif

}  // namespace

Expected<std::shared_ptr<Filter>> Filter::compile(const std::string& expression) {
  if (expression.find_first_not_of(' ') == std::string::npos) return std::shared_ptr<Filter>(new Everything);
#if defined(NMGEN_PCAP)
  const std::unique_ptr<pcap_t, void (*)(pcap_t*)> dead(pcap_open_dead(DLT_EN10MB, kMaxFrame), pcap_close);
  bpf_program program{};
  if (pcap_compile(dead.get(), &program, expression.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0)
    return Failure{"bad-filter", "`" + expression + "` is not a filter: " + pcap_geterr(dead.get()),
                   "write it as for tcpdump, such as `udp port 53` or `vlan and host 198.18.0.1` (man pcap-filter)"};
  return std::shared_ptr<Filter>(new Compiled(program));
#else
  return Failure{"no-filter", "this build of nmgen cannot read filters: libpcap was not there when it was built",
                 "apt-get install libpcap-dev, then `make build`"};
#endif
}

}  // namespace nmgen
