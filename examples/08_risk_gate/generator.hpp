#pragma once

#include <cstdint>
#include <vector>

#include "stream.hpp"

namespace gate {

/// Makes `count` orders and cancels of accounts 0 … accounts-1, and some kills and resumes. Over
/// the middle a symbol and an account are killed, and other accounts have open orders.
[[nodiscard]] std::vector<entry> make_stream(std::uint64_t count, std::uint64_t accounts,
                                             std::uint64_t first_id, std::uint64_t seed);

}  // namespace gate
