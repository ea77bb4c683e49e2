#pragma once

#include <cstddef>

namespace gyre {

/// Refers to a function that writes a message's bytes, whatever its type: so that a slow path is
/// compiled once and not for each message. Lives no longer than what it refers to.
class writer_ref {
 public:
  template <class Fill>
  explicit writer_ref(Fill const& fill) noexcept
      : fill_(&fill),
        write_([](void const* of, std::byte* out) { (*static_cast<Fill const*>(of))(out); }) {}

  void operator()(std::byte* out) const { write_(fill_, out); }

 private:
  void const* fill_;
  void (*write_)(void const* of, std::byte* out);
};

}  // namespace gyre
