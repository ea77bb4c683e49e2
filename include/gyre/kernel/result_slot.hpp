#pragma once

#include <new>
#include <type_traits>

#include <gyre/core/platform.hpp>

namespace gyre::detail {

/// Room for a handler's result, without asking the type to be default constructible. `put` once,
/// then `get`.
template <class T>
union result_slot {
  GYRE_FN result_slot() noexcept {}
  GYRE_FN ~result_slot() {}
  GYRE_FN void put(T&& value) noexcept { new (&value_) T(static_cast<T&&>(value)); }
  GYRE_FN T const& get() const noexcept { return value_; }

 private:
  static_assert(std::is_trivially_destructible_v<T>,
                "a reply is trivially destructible: it is made where the kernel runs");
  T value_;
};

}  // namespace gyre::detail
