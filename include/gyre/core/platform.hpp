#pragma once

/// \file
/// The one page of differences between host and device. Everything above (ring, kernel, wire) is
/// written once against these few names and holds no `#ifdef` of its own.

#include <cstddef>
#include <cstdint>

#if defined(__CUDACC__)
#include <cuda/atomic>
/// A function that runs on the host and inside a kernel.
#define GYRE_FN __host__ __device__
#else
#include <atomic>
/// A function that runs on the host and inside a kernel.
#define GYRE_FN
#endif

#if !defined(__CUDA_ARCH__)
#include <chrono>
#endif
#if !defined(__CUDA_ARCH__) && (defined(__x86_64__) || defined(__i386__))
#include <immintrin.h>
#endif

namespace gyre {

/// Distance in bytes kept between words that different threads write. Twice the x86 line, because
/// the adjacent-line prefetcher moves lines in pairs, and the line of a GPU's L2.
inline constexpr std::size_t cache_line = 128;

/// Bytes that one transfer between cores, or over the bus, carries together.
inline constexpr std::size_t line_bytes = 64;

}  // namespace gyre

namespace gyre::platform {

#if defined(__CUDACC__)
/// The atomic that host and device share: system scope, same layout in both passes.
template <class T>
using atomic = cuda::atomic<T, cuda::thread_scope_system>;
using cuda::std::memory_order_acq_rel;
using cuda::std::memory_order_acquire;
using cuda::std::memory_order_relaxed;
using cuda::std::memory_order_release;
using cuda::std::memory_order_seq_cst;
#else
/// The atomic that host and device share: system scope, same layout in both passes.
template <class T>
using atomic = std::atomic<T>;
using std::memory_order_acq_rel;
using std::memory_order_acquire;
using std::memory_order_relaxed;
using std::memory_order_release;
using std::memory_order_seq_cst;
#endif

static_assert(sizeof(atomic<std::uint64_t>) == 8, "shared words are plain 8-byte words");

/// Tells the core that this is a spin: about 10 to 40 ns.
GYRE_FN inline void pause() noexcept {
#if defined(__CUDA_ARCH__)
  __nanosleep(20);
#elif defined(__x86_64__) || defined(__i386__)
  _mm_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Asks for the line of `address` in a writable state, so that a later store need not wait for it.
/// On x86 this is `prefetchw`: the compiler's builtin would fall back to a read prefetch, which
/// leaves the line shared. With it, a multi-producer ring ran at 38 million trips a second beside
/// 22 million without and 48 for a single producer (one machine, one run).
GYRE_FN inline void prefetch_write([[maybe_unused]] void const* address) noexcept {
#if defined(__CUDA_ARCH__)
#elif defined(__x86_64__)
  asm volatile("prefetchw %0" : : "m"(*static_cast<char const*>(address)));
#else
  __builtin_prefetch(address, 1, 3);
#endif
}

/// Monotonic time in nanoseconds since an unspecified start. Costs 10 to 25 ns on the host: hot
/// paths read it once a batch. On the device: %globaltimer.
GYRE_FN inline std::uint64_t clock_ns() noexcept {
#if defined(__CUDA_ARCH__)
  std::uint64_t t;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(t));
  return t;
#else
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                        std::chrono::steady_clock::now().time_since_epoch())
                                        .count());
#endif
}

/// Lanes that run a handler together: 1 on the host, the warp's width on the device.
GYRE_FN constexpr std::uint32_t warp_lanes() noexcept {
#if defined(__CUDA_ARCH__)
  return 32;
#else
  return 1;
#endif
}

/// This lane's index in its warp: 0 on the host.
GYRE_FN inline std::uint32_t warp_lane() noexcept {
#if defined(__CUDA_ARCH__)
  return threadIdx.x & 31U;
#else
  return 0;
#endif
}

/// One bit for each lane of the warp whose `vote` is true.
GYRE_FN inline std::uint32_t ballot(bool vote) noexcept {
#if defined(__CUDA_ARCH__)
  return __ballot_sync(0xFFFFFFFFU, vote);
#else
  return vote ? 1U : 0U;
#endif
}

}  // namespace gyre::platform
