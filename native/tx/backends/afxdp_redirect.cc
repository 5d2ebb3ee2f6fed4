#ifdef NMGEN_XDP

#include "afxdp_redirect.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <linux/if_link.h>

#include <cerrno>
#include <cstddef>

namespace nmgen::afxdp {
namespace {

int load_program(int map) {
  const bpf_insn program[] = {
      {.code = BPF_LDX | BPF_MEM | BPF_W,
       .dst_reg = BPF_REG_2,
       .src_reg = BPF_REG_1,
       .off = offsetof(xdp_md, rx_queue_index),
       .imm = 0},
      {.code = BPF_LD | BPF_DW | BPF_IMM, .dst_reg = BPF_REG_1, .src_reg = BPF_PSEUDO_MAP_FD, .off = 0, .imm = map},
      {.code = 0, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0},  // the upper half of the 64-bit constant
      {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_3, .src_reg = 0, .off = 0, .imm = XDP_PASS},
      {.code = BPF_JMP | BPF_CALL, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = BPF_FUNC_redirect_map},
      {.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
  return bpf_prog_load(BPF_PROG_TYPE_XDP, "nmgen_redirect", "MIT", program, std::size(program), nullptr);
}

}  // namespace

Expected<Redirect> Redirect::attach(const netdev::Netdev& device, const Channels& channels, uint32_t program) {
  Redirect redirect;
  if (auto failure = redirect.fill_map(channels)) return *failure;
  redirect.program_ = Handle(load_program(redirect.map_.get()));
  if (!redirect.program_) return failed("the XDP program is not accepted", errno, kLook);
  if (auto failure = redirect.link(device, program)) return *failure;
  return redirect;
}

std::optional<Failure> Redirect::fill_map(const Channels& channels) {
  const uint32_t count = static_cast<uint32_t>(channels.size());
  map_ = Handle(bpf_map_create(BPF_MAP_TYPE_XSKMAP, "nmgen_sockets", sizeof(int), sizeof(int), count, nullptr));
  if (!map_ && errno == EPERM)
    return Failure{"no-permission", "to receive, AF_XDP needs an XDP program, and that CAP_BPF",
                   "run as root (sudo), or in a container with --cap-add BPF"};
  if (!map_) return failed("the map of sockets cannot be made", errno, kLook);
  for (const auto& channel : channels)
    if (const int error = channel->receives ? xsk_socket__update_xskmap(channel->socket, map_.get()) : 0)
      return failed("a socket cannot be put into the map", error, kLook);
  return std::nullopt;
}

std::optional<Failure> Redirect::link(const netdev::Netdev& device, uint32_t program) {
  int error = 0;
  for (bool generic : {false, true}) {
    if (program == (generic ? 1u : 2u)) continue;
    bpf_link_create_opts how{};
    how.sz = sizeof how;
    how.flags = generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
    link_ = Handle(bpf_link_create(program_.get(), device.index, BPF_XDP, &how));
    error = link_ ? 0 : errno;
    generic_ = generic;
    if (link_) return std::nullopt;
    if (error == EBUSY || error == EEXIST) break;
  }
  if (error == EBUSY || error == EEXIST)
    return Failure{"device-in-use", "another XDP program is on `" + device.name + "`",
                   "end what loaded it, or take it off: ip link set dev " + device.name + " xdp off"};
  return failed("the XDP program cannot be put on `" + device.name + "`", error, "try program=generic");
}

}  // namespace nmgen::afxdp

#endif
