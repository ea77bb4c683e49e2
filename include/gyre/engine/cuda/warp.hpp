#pragma once

#include <cstdint>

#include <gyre/core/platform.hpp>
#include <gyre/ring/envelope.hpp>

#if defined(__CUDACC__)

namespace gyre {

/// A warp of a GPU, as `run_block` wants it: its lanes meet at the warp's own instructions.
///
/// Every meeting is of all 32 lanes; a block's roles are whole warps, so none is ever missing.
class cuda_warp {
 public:
  static constexpr std::uint32_t lanes = 32;

  [[nodiscard]] __device__ std::uint32_t lane() const noexcept { return threadIdx.x & 31U; }
  [[nodiscard]] __device__ std::uint32_t ballot(bool vote) noexcept {
    return __ballot_sync(all, vote);
  }
  template <class T>
  [[nodiscard]] __device__ T shuffle(T value, std::uint32_t from) noexcept {
    return __shfl_sync(all, value, static_cast<int>(from));
  }
  [[nodiscard]] __device__ std::uint32_t match(std::uint64_t value) noexcept {
    return __match_any_sync(all, static_cast<unsigned long long>(value));
  }
  __device__ void sync() noexcept { __syncwarp(); }
  /// Barrier 0 is the whole block's; the workers have one of their own, for the other warps never
  /// come to it.
  __device__ void sync_workers(std::uint32_t workers) noexcept {
    asm volatile("bar.sync 1, %0;" : : "r"(workers * lanes) : "memory");
  }

  /// At once again for a while, then from 32 ns on, doubling, to about a microsecond.
  __device__ void nap(std::uint32_t idle) noexcept {
    if (idle < polls_at_once) return;
    std::uint32_t const doublings = idle - polls_at_once < 5 ? idle - polls_at_once : 5;
    __nanosleep(32U << doublings);
  }
  __device__ void nap_for(std::uint32_t ns) noexcept { __nanosleep(ns); }
  [[nodiscard]] __device__ std::uint64_t now() const noexcept { return platform::clock_ns(); }

  /// There are no exceptions on a device.
  template <class F>
  __device__ bool guard(F&& handler, envelope const&) noexcept {
    handler();
    return true;
  }

 private:
  static constexpr std::uint32_t all = 0xFFFFFFFFU;
  static constexpr std::uint32_t polls_at_once = 4;
};

}  // namespace gyre

#endif
