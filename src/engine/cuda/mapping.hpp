#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <gyre/core/error.hpp>

namespace gyre::cuda {

/// Device memory as the host writes it, through the bus. Reads are slow, about a microsecond each.
class mapping {
 public:
  virtual ~mapping() = default;
  [[nodiscard]] virtual std::byte* on_host() const noexcept = 0;
  [[nodiscard]] virtual std::byte* on_device() const noexcept = 0;
  [[nodiscard]] virtual std::uint64_t bytes() const noexcept = 0;
};

/// Maps `bytes` of the current device's memory by gdrcopy, whose library is looked for at run time.
/// `unsupported`, naming what is missing; `no_memory`.
[[nodiscard]] result<std::unique_ptr<mapping>> map_by_gdrcopy(std::uint64_t bytes);

}  // namespace gyre::cuda
