#pragma once

#include <cstdarg>
#include <string>
#include <string_view>

// What libraries below us print (DPDK's EAL) is kept here until TypeScript takes it: it belongs into nmgen's
// log, not on the user's terminal. Bounded: the oldest lines go first.
namespace nmgen {

void log_append(std::string_view text);
// The same as printf does it, for libraries that are given a function; returns how long it is.
int log_format(const char* format, va_list arguments);
std::string log_take();
// The newest line of the form `SOURCE: text`, without SOURCE and left in place: the reason that goes into a
// failure's sentence. Lines with `except` in them do not count.
std::string log_reason(std::string_view except = {});

}  // namespace nmgen
