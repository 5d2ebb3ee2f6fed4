#pragma once

#include "../backend.h"

namespace nmgen {

// A backend whose library was not there when this was built: `doctor` lists it all the same, and says what `why` does.
template <Failure (*why)()>
Backend not_built(const char* name, const char* doc) {
  return {.name = name,
          .doc = doc,
          .arguments = {},
          .probe = [] { return std::optional<Failure>(why()); },
          .open = [](const OpenRequest&) { return Expected<std::unique_ptr<Device>>(why()); }};
}

}  // namespace nmgen
