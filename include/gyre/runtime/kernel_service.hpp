#pragma once

#include <memory>

#include <gyre/core/error.hpp>

namespace gyre {

class kernel_core;

/// What works beside a kernel for its clients, on a thread of its own, and ends with it. It knows
/// its kernel, and does not keep it alive.
class kernel_service {
 public:
  virtual ~kernel_service() = default;
  /// The kernel's memory is about to go: from its return on, the service touches nothing of it. Its
  /// own thread may be the one that calls this.
  virtual void end() noexcept = 0;
};

/// Makes a kernel's service, or says why not.
using kernel_service_maker = result<std::shared_ptr<kernel_service>> (*)(kernel_core& kernel);

}  // namespace gyre
