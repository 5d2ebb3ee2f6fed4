// Steps the clock of the day of one process, as an operator or NTP does for the whole machine: preloaded, CLOCK_REALTIME
// is STEP_S seconds off from STEP_AFTER_MS after the start on. What the kernel itself stamps is not.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static int (*real)(clockid_t, struct timespec*);
static long long begin_ms, after_ms, step_s;

static long long now_ms(void) {
  struct timespec t;
  real(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

__attribute__((constructor)) static void start(void) {
  real = (int (*)(clockid_t, struct timespec*))dlsym(RTLD_NEXT, "clock_gettime");
  after_ms = atoll(getenv("STEP_AFTER_MS"));
  step_s = atoll(getenv("STEP_S"));
  begin_ms = now_ms();
}

int clock_gettime(clockid_t clock, struct timespec* at) {
  if (!real) start();
  const int result = real(clock, at);
  if (result == 0 && clock == CLOCK_REALTIME && now_ms() - begin_ms > after_ms) at->tv_sec += step_s;
  return result;
}

int gettimeofday(struct timeval* restrict at, void* restrict zone) {
  (void)zone;
  struct timespec t;
  const int result = clock_gettime(CLOCK_REALTIME, &t);
  at->tv_sec = t.tv_sec;
  at->tv_usec = t.tv_nsec / 1000;
  return result;
}
