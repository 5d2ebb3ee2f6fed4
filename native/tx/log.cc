#include "log.h"

#include <algorithm>
#include <cstdio>
#include <mutex>
#include <utility>

namespace nmgen {
namespace {

constexpr size_t kMaxBytes = 64 * 1024;
std::mutex mutex;
std::string text;

}  // namespace

void log_append(std::string_view more) {
  std::scoped_lock lock(mutex);
  text += more;
  if (text.size() > kMaxBytes) text.erase(0, text.find('\n', text.size() - kMaxBytes) + 1);
}

int log_format(const char* format, va_list arguments) {
  char line[512];
  const int bytes = vsnprintf(line, sizeof line, format, arguments);
  if (bytes > 0) log_append({line, std::min(static_cast<size_t>(bytes), sizeof line - 1)});
  return bytes;
}

std::string log_take() {
  std::scoped_lock lock(mutex);
  return std::exchange(text, {});
}

std::string log_reason(std::string_view except) {
  std::scoped_lock lock(mutex);
  std::string_view rest = text;
  while (!rest.empty()) {
    if (rest.back() == '\n') rest.remove_suffix(1);
    const size_t start = rest.rfind('\n') + 1;  // npos + 1 is 0
    const std::string_view line = rest.substr(start);
    rest = rest.substr(0, start);
    const size_t colon = line.find(": ");
    const bool excluded = !except.empty() && line.find(except) != line.npos;
    if (colon != line.npos && line.find(' ') > colon && !excluded) return std::string(line.substr(colon + 2));
  }
  return {};
}

}  // namespace nmgen
