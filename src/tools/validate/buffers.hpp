#pragma once

#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include <gyre/core/error.hpp>
#include <gyre/runtime/device_buffers.hpp>

#include "cases.hpp"

namespace gyre::tool {

/// What a result's buffer is filled with before the request: a handler that writes nothing, or too
/// much, shows.
inline constexpr float untouched = -9.75e30F;

/// A case's three buffers, freed at its end. Used by one thread.
class case_buffers {
 public:
  /// `own` is the table of the kernel's runtime, `foreign` another's. Both outlive this.
  case_buffers(device_buffers& own, device_buffers& foreign) : own_(own), foreign_(foreign) {}
  case_buffers(case_buffers const&) = delete;
  case_buffers& operator=(case_buffers const&) = delete;
  ~case_buffers() {
    for (auto const handle : live_) (void)own_.free(handle);
    for (auto const handle : live_abroad_) (void)foreign_.free(handle);
  }

  /// Makes and fills them, and enters their handles.
  result<void> prepare(validation_case const& c, vector_add_request& request) {
    std::vector<float> const blank(c.result_size == 0 ? c.a.size() : c.result_size, untouched);
    auto a = make(c.a, c.a_handle);
    if (!a) return tl::unexpected<error>(std::move(a.error()));
    auto b = make(c.b, c.b_handle);
    if (!b) return tl::unexpected<error>(std::move(b.error()));
    auto out = make(blank, c.result_handle);
    if (!out) return tl::unexpected<error>(std::move(out.error()));
    request.a = *a;
    request.b = *b;
    request.result = *out;
    result_size_ = blank.size();
    return {};
  }

  /// All of the result's buffer.
  [[nodiscard]] result<std::vector<float>> read_result(std::uint64_t handle) const {
    std::vector<float> values(result_size_);
    auto read = own_.read<float>({{handle}, result_size_}, values);
    if (!read) return tl::unexpected<error>(std::move(read.error()));
    return values;
  }

 private:
  result<std::uint64_t> make(std::vector<float> const& values, handle_kind kind) {
    if (kind == handle_kind::none) return 0;
    bool const abroad = kind == handle_kind::foreign;
    device_buffers& where = abroad ? foreign_ : own_;
    auto made = where.upload(std::span<float const>(values));
    if (!made) return tl::unexpected<error>(std::move(made.error()));
    if (kind == handle_kind::stale) {
      if (auto r = where.free(*made); !r) return tl::unexpected<error>(std::move(r.error()));
    } else {
      (abroad ? live_abroad_ : live_).push_back(made->handle);
    }
    return made->handle.word;
  }

  device_buffers& own_;
  device_buffers& foreign_;
  std::vector<buffer_handle> live_;
  std::vector<buffer_handle> live_abroad_;
  std::size_t result_size_ = 0;
};

}  // namespace gyre::tool
