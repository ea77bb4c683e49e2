#pragma once

#include <cstdint>

#include <gyre/gyre.hpp>

#include "files.hpp"

namespace gyre::tool {

/// Cards that may live at once; a card too many is refused, and the others go on.
inline constexpr std::uint64_t greatest_cards = 1'000'000;
/// What `write_transactions` writes at most.
inline constexpr std::uint64_t greatest_transactions = 10'000'000;

/// Transactions in, alerts out (examples/07_monitor): the exit status.
[[nodiscard]] int run_monitor(runtime& rt, file& input, file& output);

/// Writes so many made transactions, the same for the same seed: the exit status.
[[nodiscard]] int write_transactions(file& output, std::uint64_t count, std::uint64_t seed);

}  // namespace gyre::tool
