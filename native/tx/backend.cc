#include "backend.h"

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

std::string known_backends() {
  std::string names;
  for (const Backend* backend : backends()) names += (names.empty() ? "" : ", ") + std::string(backend->name);
  return names;
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
