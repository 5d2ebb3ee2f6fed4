#include "backend.h"

#include <algorithm>
#include <charconv>

namespace nmgen {

std::vector<const Backend*>& backends() {
  // A function-local static: registrars in other files may run first.
  static std::vector<const Backend*> list;
  return list;
}

std::map<std::string, std::string> device_arguments(std::string_view device) {
  std::map<std::string, std::string> arguments;
  size_t comma = device.find(',');
  while (comma != std::string_view::npos) {
    device.remove_prefix(comma + 1);
    comma = device.find(',');
    std::string_view pair = device.substr(0, comma);
    size_t equals = pair.find('=');
    std::string_view value = equals == std::string_view::npos ? "" : pair.substr(equals + 1);
    arguments.emplace(pair.substr(0, equals), value);
  }
  return arguments;
}

namespace {

std::string joined(const auto& list, const char* separator, auto name) {
  std::string text;
  for (const auto& item : list) text += (text.empty() ? "" : separator) + std::string(name(item));
  return text;
}

std::string allowed(const Setting& setting) {
  if (!setting.choices.empty()) return joined(setting.choices, "|", [](const char* choice) { return choice; });
  return std::to_string(setting.min) + " to " + std::to_string(setting.max);
}

bool assign(const Setting& setting, const std::string& text) {
  for (uint32_t i = 0; i < setting.choices.size(); i++)
    if (text == setting.choices[i]) return *setting.value = i, true;
  uint32_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (!setting.choices.empty() || error != std::errc{} || stop != end) return false;
  if (number < setting.min || number > setting.max) return false;
  *setting.value = number;
  return true;
}

}  // namespace

std::optional<Failure> read_settings(const char* backend, std::string_view device,
                                     const std::vector<Setting>& settings) {
  const std::string keys = joined(settings, ", ", [](const Setting& setting) { return setting.key; });
  for (const auto& [key, value] : device_arguments(device)) {
    const auto found = std::ranges::find_if(settings, [&](const Setting& setting) { return key == setting.key; });
    if (found == settings.end())
      return Failure{"bad-argument", std::string(backend) + " has no argument `" + key + "`",
                     keys.empty() ? "it has none: a comma begins an argument" : "it has " + keys};
    if (!assign(*found, value))
      return Failure{"bad-argument", std::string(backend) + ": " + key + "=" + value + " is not possible",
                     key + " is " + allowed(*found)};
  }
  return std::nullopt;
}

namespace {

std::string known_backends() {
  return joined(backends(), ", ", [](const Backend* backend) { return backend->name; });
}

}  // namespace

Expected<std::unique_ptr<Device>> open_device(std::string_view uri, OpenRequest request) {
  size_t colon = uri.find(':');
  std::string_view name = uri.substr(0, colon);
  for (const Backend* backend : backends()) {
    if (name != backend->name) continue;
    if (colon == std::string_view::npos || colon + 1 == uri.size())
      return Failure{"no-device", "`" + std::string(uri) + "` names no device",
                     "write " + std::string(name) + ":DEVICE"};
    if (auto failure = backend->probe()) return *failure;
    request.device = uri.substr(colon + 1);
    return backend->open(request);
  }
  return Failure{"unknown-backend", "there is no backend `" + std::string(name) + "`",
                 "the backends are " + known_backends()};
}

}  // namespace nmgen
