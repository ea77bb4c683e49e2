#pragma once

#include <cstdint>
#include <memory>

#include "device.hpp"

namespace gyre::cuda {

/// The device, driven by a process of its own, which shares the host's memory with this one at the
/// same address. `unsupported` if the program does not call `serve_if_worker`, or the device is not
/// fit; `no_memory`, `engine_failed`.
///
/// The worker's end, however it comes, is seen by its pidfd: every stream then has failed, and
/// `revive` starts another. The device's memory is then another; what was on it is lost. A worker
/// is dead before the next one starts, and with it its kernels, so nobody writes into rings of an
/// earlier generation.
[[nodiscard]] result<std::unique_ptr<device>> make_remote_device(int index,
                                                                 std::uint64_t host_bytes,
                                                                 std::uint64_t device_bytes);

}  // namespace gyre::cuda
