#pragma once

#include <linux/bpf.h>

#include <cstdint>
#include <vector>

// BPF instructions by name (Documentation/bpf/standardization/instruction-set.rst), with jumps that only go forward.
namespace nmgen::xdp {

enum Register : uint8_t { R0, R1, R2, R3, R4, R5, R6, R7, R8, R9, R10 };

class Assembler {
 public:
  using Jump = size_t;  // waits for its `land`
  const std::vector<bpf_insn>& code() const { return code_; }

  void move(Register to, Register from) { add(BPF_ALU64 | BPF_MOV | BPF_X, to, from); }
  void set(Register to, int32_t value) { add(BPF_ALU64 | BPF_MOV | BPF_K, to, R0, 0, value); }
  void calculate(int operation, Register to, Register by) { add(BPF_ALU64 | operation | BPF_X, to, by); }
  void calculate(int operation, Register to, int32_t by) { add(BPF_ALU64 | operation | BPF_K, to, R0, 0, by); }
  void load(int size, Register to, Register from, int16_t offset) { add(BPF_LDX | BPF_MEM | size, to, from, offset); }
  void store(int size, Register to, int16_t offset, Register from) { add(BPF_STX | BPF_MEM | size, to, from, offset); }
  void call(bpf_func_id function) { add(BPF_JMP | BPF_CALL, R0, R0, 0, function); }
  void exit() { add(BPF_JMP | BPF_EXIT, R0, R0); }
  // A map, as helpers want it; and the address of the value of a map that has but one.
  void map_handle(Register to, int map) { wide(to, BPF_PSEUDO_MAP_FD, map); }
  void value_address(Register to, int map) { wide(to, BPF_PSEUDO_MAP_VALUE, map); }

  Jump jump(int condition, Register a, Register b) { return add(BPF_JMP | condition | BPF_X, a, b); }
  Jump jump(int condition, Register a, int32_t b) { return add(BPF_JMP | condition | BPF_K, a, R0, 0, b); }
  void land(Jump jump) { code_[jump].off = static_cast<int16_t>(code_.size() - jump - 1); }

 private:
  size_t add(int code, uint8_t to, uint8_t from, int16_t offset = 0, int32_t value = 0) {
    bpf_insn instruction{};
    instruction.code = static_cast<uint8_t>(code);
    instruction.dst_reg = to & 0xf;
    instruction.src_reg = from & 0xf;
    instruction.off = offset;
    instruction.imm = value;
    code_.push_back(instruction);
    return code_.size() - 1;
  }
  // A 64-bit constant takes two instructions.
  void wide(Register to, uint8_t kind, int32_t value) {
    add(BPF_LD | BPF_DW | BPF_IMM, to, kind, 0, value);
    add(0, 0, 0);
  }

  std::vector<bpf_insn> code_;
};

}  // namespace nmgen::xdp
