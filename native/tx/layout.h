#pragma once

#include <cstdint>
#include <vector>

// Where the bytes of a stream's frames lie that differ from packet to packet: in as few 64-bit words as possible, each
// written with one store. A checksum, the address behind it and the ports behind that take two stores, not four.
namespace nmgen {

struct Stream;

inline constexpr uint32_t kMaxWords = 8;
inline constexpr uint32_t kNowhere = ~0u;

// A value's place: in which word, and how far up.
struct Place {
  uint32_t word = kNowhere;
  uint32_t shift = 0;
};

struct Layout {
  std::vector<uint32_t> offsets;  // of the words, which are big-endian, rising; empty: fields are stored one by one
  std::vector<Place> fields;      // of each field
  std::vector<Place> sites;       // of each checksum; kNowhere: another fragment holds it
};

// Lays the stream out and fills in what its templates have in those words. Templates that agree everywhere else share
// their `ground`: a buffer goes from one to the other without a copy.
void lay_out(Stream& stream);

}  // namespace nmgen
