#pragma once

#include <cstddef>
#include <string_view>

#include <gyre/core/error.hpp>

namespace gyre {

/// What nvcc has made of an actor type: the kernel that the cuda engine launches for it.
struct cuda_program {
  std::string_view actor;        ///< As `kernel_image::name`.
  std::string_view spelled;      ///< The actor's type as the compiler spells it.
  void const* kernel = nullptr;  ///< The `__global__` function, as the CUDA runtime names it.
  std::size_t shared_bytes = 0;  ///< Of a block's shared memory.
};

/// Makes a program known to the cuda engine; of two for one actor the later counts. Called before
/// `main` by `on_device`. Thread-safe.
void add_cuda_program(cuda_program const& program);

/// The program for an actor. `unsupported`: it was not compiled for the device;
/// `invalid_argument`: two actors of this name were. Thread-safe.
[[nodiscard]] result<cuda_program const*> find_cuda_program(std::string_view actor);

}  // namespace gyre
