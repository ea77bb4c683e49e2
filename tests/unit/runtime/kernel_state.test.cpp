#include <array>
#include <cstddef>
#include <optional>

#include <gtest/gtest.h>

#include <gyre/runtime/kernel_state.hpp>

namespace gyre {
namespace {

using enum kernel_state;
constexpr auto activate = kernel_operation::activate;
constexpr auto deactivate = kernel_operation::deactivate;
constexpr auto terminate = kernel_operation::terminate;
constexpr auto finish = kernel_operation::finish;
constexpr auto fail_it = kernel_operation::fail;

struct cell {
  kernel_state from;
  kernel_operation operation;
  std::optional<kernel_state> to;  ///< None: refused.
};

/// Every cell of the table, written down a second time.
constexpr std::array<cell, 25> cells{{
    {inactive, activate, active},   {inactive, deactivate, {}},     {inactive, terminate, draining},
    {inactive, finish, {}},         {inactive, fail_it, failed},    {active, activate, {}},
    {active, deactivate, inactive}, {active, terminate, draining},  {active, finish, {}},
    {active, fail_it, failed},      {draining, activate, {}},       {draining, deactivate, {}},
    {draining, terminate, {}},      {draining, finish, terminated}, {draining, fail_it, failed},
    {terminated, activate, {}},     {terminated, deactivate, {}},   {terminated, terminate, {}},
    {terminated, finish, {}},       {terminated, fail_it, {}},      {failed, activate, {}},
    {failed, deactivate, {}},       {failed, terminate, {}},        {failed, finish, terminated},
    {failed, fail_it, {}},
}};

TEST(kernel_state, every_cell_of_the_table) {
  for (auto const& c : cells) {
    auto const t = next_state(c.from, c.operation);
    EXPECT_EQ(t.allowed, c.to.has_value()) << to_string(c.from) << ", " << to_string(c.operation);
    if (t.allowed && c.to) {
      EXPECT_EQ(t.to, *c.to) << to_string(c.from) << ", " << to_string(c.operation);
    }
  }
}

TEST(kernel_state, terminated_is_the_end) {
  for (auto o : {activate, deactivate, terminate, finish, fail_it}) {
    EXPECT_FALSE(next_state(terminated, o).allowed) << to_string(o);
  }
}

TEST(kernel_state, names) {
  EXPECT_EQ(to_string(inactive), "inactive");
  EXPECT_EQ(to_string(active), "active");
  EXPECT_EQ(to_string(draining), "draining");
  EXPECT_EQ(to_string(terminated), "terminated");
  EXPECT_EQ(to_string(failed), "failed");
  EXPECT_EQ(to_string(static_cast<kernel_state>(9)), "unknown");
  EXPECT_EQ(to_string(activate), "activate");
  EXPECT_EQ(to_string(fail_it), "fail");
  EXPECT_EQ(to_string(static_cast<kernel_operation>(9)), "unknown");
}

}  // namespace
}  // namespace gyre
