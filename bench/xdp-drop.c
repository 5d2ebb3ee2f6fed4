// The far end of the bench where it is to cost the least: an XDP program that drops all that arrives, until this ends.
// cc -O2 bench/xdp-drop.c -lbpf; arguments: INTERFACE
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const struct bpf_insn drop[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K, .imm = XDP_DROP}, {.code = BPF_JMP | BPF_EXIT}};
  LIBBPF_OPTS(bpf_link_create_opts, options, .flags = XDP_FLAGS_DRV_MODE);
  const int program = bpf_prog_load(BPF_PROG_TYPE_XDP, "drop", "MIT", drop, 2, NULL);
  if (program < 0 || bpf_link_create(program, (int)if_nametoindex(argv[1]), BPF_XDP, &options) < 0) {
    fprintf(stderr, "no XDP program on %s\n", argv[1]);
    return 1;
  }
  puts("drops");
  fflush(stdout);
  pause();
}
