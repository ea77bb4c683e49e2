#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace gyre {

/// Where a ring kernel stands.
enum class kernel_state : std::uint8_t {
  inactive,    ///< Launched: resident, handling nothing; messages wait.
  active,      ///< Handling messages.
  draining,    ///< Taking no new messages, handling those it has.
  terminated,  ///< Gone; its memory is given back.
  failed,      ///< Gone wrong: it does nothing any more.
};

/// What can be asked of a kernel's life cycle.
enum class kernel_operation : std::uint8_t { activate, deactivate, terminate, finish, fail };

[[nodiscard]] std::string_view to_string(kernel_state state) noexcept;
[[nodiscard]] std::string_view to_string(kernel_operation operation) noexcept;

/// The one table of transitions, for every engine.
///
/// | from       | activate | deactivate | terminate | finish     | fail   |
/// | ---------- | -------- | ---------- | --------- | ---------- | ------ |
/// | inactive   | active   | .          | draining  | .          | failed |
/// | active     | .        | inactive   | draining  | .          | failed |
/// | draining   | .        | .          | .         | terminated | failed |
/// | terminated | .        | .          | .         | .          | .      |
/// | failed     | .        | .          | .         | terminated | .      |
///
/// A failed kernel finishes when the handler that held it up has come out after all, and
/// `terminate` is called again.
struct transition {
  bool allowed = false;
  kernel_state to{};
};
[[nodiscard]] transition next_state(kernel_state from, kernel_operation operation) noexcept;

}  // namespace gyre
