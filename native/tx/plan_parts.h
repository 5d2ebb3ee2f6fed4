#pragma once

#include "plan.h"
#include "plan_reader.h"

// The parts of an encoded plan, in the order in which src/gen/encode.ts writes them. What a part cannot be is said to
// the reader, and what it returns then is not to be used.
namespace nmgen::decode {

inline constexpr uint64_t kMaxShards = 65536;

Pacing read_pacing(Reader& in);
// Numbers its templates from `template_id` on.
Stream read_stream(Reader& in, uint32_t& template_id);
Lane read_lane(Reader& in, size_t streams);
void check_waits(Reader& in, const std::vector<Lane>& lanes);

// Of a stream:
std::vector<SumEntry> read_sums(Reader& in);
Template read_template(Reader& in, uint32_t id);
bool same_sites(const Template& a, const Template& b);
Field read_field(Reader& in);
void order_draws(Reader& in, std::vector<Field>& fields);
void check_field(Reader& in, const Field& field, const Template& frame);
void finish_constant_sites(Stream& stream);

}  // namespace nmgen::decode
