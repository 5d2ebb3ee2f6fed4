#pragma once

#include <initializer_list>
#include <optional>

#include "../failure.h"

// What the user may do: the backends' probe.
namespace nmgen {

// Does this process have the capability (number of linux/capability.h)?
bool has_capability(int capability);
// Why this user cannot have `what`, if so.
std::optional<Failure> no_permission(const char* what, std::initializer_list<int> capabilities);

}  // namespace nmgen
