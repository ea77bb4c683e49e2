#pragma once

#include <filesystem>

#include <gyre/core/error.hpp>

#include "stream.hpp"

namespace gate {

/// Writes all states to a file, which it replaces. `input_output`.
[[nodiscard]] gyre::result<void> save(std::filesystem::path const& file,
                                      saved_states const& states);
/// Reads such a file. `input_output`; `malformed`: what is in it is something else.
[[nodiscard]] gyre::result<saved_states> load(std::filesystem::path const& file);

}  // namespace gate
