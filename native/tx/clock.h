#pragma once

#include <sched.h>
#include <sys/resource.h>
#include <time.h>

#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace nmgen {

// CLOCK_MONOTONIC through the vDSO: about 20 ns without a system call where the clock source is the TSC.
// Read per burst at most, never per packet.
inline uint64_t now_ns() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(t.tv_nsec);
}

// Nanoseconds of the clock of the day.
inline uint64_t real_ns() {
  timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return static_cast<uint64_t>(t.tv_sec) * 1'000'000'000u + static_cast<uint64_t>(t.tv_nsec);
}

// Time that the kernel has worked for the calling thread, system calls and what they bring with them.
inline uint64_t system_ns() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return static_cast<uint64_t>(usage.ru_stime.tv_sec) * 1'000'000'000u +
         static_cast<uint64_t>(usage.ru_stime.tv_usec) * 1'000u;
}

// Ticks of the core's time stamp counter; 0 where the architecture has none in user mode.
inline uint64_t ticks() {
#if defined(__x86_64__)
  return __rdtsc();
#else
  return 0;
#endif
}

inline void relax() {
#if defined(__x86_64__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// Where it is not known, the instruction does nothing (AMD64 Architecture Programmer's Manual, PREFETCHW).
inline void prefetch_to_write(const void* line) {
#if defined(__x86_64__)
  asm volatile("prefetchw %0" : : "m"(*static_cast<const char*>(line)));
#else
  __builtin_prefetch(line, 1);
#endif
}

// A pinned thread spins: yielding gives the CPU away for a whole time slice (milliseconds) to whatever else
// wants it. Where the loops of one run share a CPU that is what must happen, or nobody would free the ring.
inline void wait_a_moment(uint32_t turn, bool shared) {
  relax();
  if (shared && turn % 64 == 0) sched_yield();
}

}  // namespace nmgen
