#include <gyre/runtime/kernel_state.hpp>

namespace gyre {
namespace {

constexpr transition no{};
constexpr transition to(kernel_state s) noexcept { return {true, s}; }

using enum kernel_state;

// Rows: from. Columns: activate, deactivate, terminate, finish, fail.
constexpr std::array<std::array<transition, 5>, 5> table{{
    {to(active), no, to(draining), no, to(failed)},    // inactive
    {no, to(inactive), to(draining), no, to(failed)},  // active
    {no, no, no, to(terminated), to(failed)},          // draining
    {no, no, no, no, no},                              // terminated
    {no, no, no, to(terminated), no},                  // failed
}};

}  // namespace

std::string_view to_string(kernel_state state) noexcept {
  constexpr std::array<std::string_view, 5> names{"inactive", "active", "draining", "terminated",
                                                  "failed"};
  auto const i = static_cast<std::size_t>(state);
  return i < names.size() ? names[i] : "unknown";
}

std::string_view to_string(kernel_operation operation) noexcept {
  constexpr std::array<std::string_view, 5> names{"activate", "deactivate", "terminate", "finish",
                                                  "fail"};
  auto const i = static_cast<std::size_t>(operation);
  return i < names.size() ? names[i] : "unknown";
}

transition next_state(kernel_state from, kernel_operation operation) noexcept {
  return table[static_cast<std::size_t>(from)][static_cast<std::size_t>(operation)];
}

}  // namespace gyre
