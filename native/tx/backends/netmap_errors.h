#pragma once

#include <cstdint>
#include <string>

#include "../failure.h"

// netmap answers with a number; a user needs a sentence and a remedy.
namespace nmgen::netmap {

struct Wanted;

Failure cannot_open(int error);
// `fd` is asked what the port is like, so that the sentence can say what was wrong with the request.
Failure cannot_register(int error, const Wanted& wanted, int fd);
Failure cannot_map(int error, uint64_t bytes);
Failure cannot_sync(int error, const std::string& port);
// What the module itself would never do: the memory is shared with other programs.
Failure broken(const std::string& what);

}  // namespace nmgen::netmap
