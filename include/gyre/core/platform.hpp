#pragma once

/// \file
/// The one page of differences between host and device. Everything above (ring, kernel, wire) is
/// written once against these few names and holds no `#ifdef` of its own.

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__CUDACC__)
#include <cuda/atomic>
/// A function that runs on the host and inside a kernel.
#define GYRE_FN __host__ __device__
/// Before a template of that kind which calls what its arguments bring: functions of the host on
/// the host, of the device on the device.
#define GYRE_EITHER_SIDE _Pragma("nv_exec_check_disable")
#else
#include <atomic>
/// A function that runs on the host and inside a kernel.
#define GYRE_FN
/// Before a template of that kind which calls what its arguments bring: functions of the host on
/// the host, of the device on the device.
#define GYRE_EITHER_SIDE
#endif

#include <gyre/core/chrono.hpp>

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

/// Before a loop of the slow path: it is not unrolled, for its registers would cost the quick one.
#if defined(__CUDA_ARCH__)
#define GYRE_ROLLED _Pragma("unroll 1")
#else
#define GYRE_ROLLED
#endif

#if defined(__CUDACC__)
/// The atomic of a device's own memory, which the host does not look at meanwhile.
template <class T>
using device_atomic = cuda::atomic<T, cuda::thread_scope_device>;
#else
/// The atomic of a device's own memory, which the host does not look at meanwhile.
template <class T>
using device_atomic = std::atomic<T>;
#endif

#if defined(__CUDACC__)
/// The atomic of a block's shared memory: what one block's threads have in common.
template <class T>
using block_atomic = cuda::atomic<T, cuda::thread_scope_block>;
#else
/// The atomic of a block's shared memory: what one block's threads have in common.
template <class T>
using block_atomic = std::atomic<T>;
#endif

static_assert(sizeof(atomic<std::uint64_t>) == 8, "shared words are plain 8-byte words");

/// Tells the core that this is a spin: about 10 to 40 ns.
GYRE_FN inline void pause() noexcept {
#if defined(__CUDA_ARCH__)
  __nanosleep(20);
#elif defined(__x86_64__) || defined(__i386__)
  // Not _mm_pause(): <immintrin.h> is a second of every user's compile time.
  asm volatile("pause" : : : "memory");
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

/// Sixteen bytes, which a GPU moves at once.
struct alignas(16) quad {
  std::uint32_t words[4];
};

/// Reads 16 bytes at a multiple of 16. On the device they are in registers when this returns:
/// otherwise the compiler puts off the reads of a message's end until its beginning has been
/// looked at, and the memory is waited for twice.
[[nodiscard]] GYRE_FN inline quad load_quad(std::byte const* at) noexcept {
#if defined(__CUDA_ARCH__)
  uint4 const v = *reinterpret_cast<uint4 const*>(at);
  quad q{{v.x, v.y, v.z, v.w}};
  asm volatile("" : "+r"(q.words[0]), "+r"(q.words[1]), "+r"(q.words[2]), "+r"(q.words[3]));
#else
  quad q;
  std::memcpy(&q, at, sizeof q);
#endif
  return q;
}

/// Writes 16 bytes at a multiple of 16.
GYRE_FN inline void store_quad(std::byte* at, quad const& q) noexcept {
#if defined(__CUDA_ARCH__)
  *reinterpret_cast<uint4*>(at) = make_uint4(q.words[0], q.words[1], q.words[2], q.words[3]);
#else
  std::memcpy(at, &q, sizeof q);
#endif
}

/// Two neighbouring words of a ring's line, each loaded whole (relaxed), of 16 bytes at a multiple
/// of 16. One transfer on the device: a warp fetches eight lines with one instruction.
struct word_pair {
  std::uint64_t first;
  std::uint64_t second;
};
[[nodiscard]] GYRE_FN inline word_pair load_pair(atomic<std::uint64_t> const* at) noexcept {
#if defined(__CUDA_ARCH__)
  word_pair p;
  asm volatile("ld.relaxed.sys.v2.u64 {%0, %1}, [%2];"
               : "=l"(p.first), "=l"(p.second)
               : "l"(at)
               : "memory");
  return p;
#else
  return {at[0].load(memory_order_relaxed), at[1].load(memory_order_relaxed)};
#endif
}

/// A sequentially consistent fence over everything that host and device share. Slow on the device:
/// for changes of state alone.
GYRE_FN inline void full_fence() noexcept {
#if defined(__CUDA_ARCH__)
  __threadfence_system();
#elif defined(__CUDACC__)
  cuda::atomic_thread_fence(memory_order_seq_cst, cuda::thread_scope_system);
#else
  // A read-modify-write instead of a fence, which ThreadSanitizer does not know.
  static std::atomic<std::uint32_t> word{0};
  word.fetch_add(0, memory_order_seq_cst);
#endif
}

/// Sends off stores to memory that combines them. Host only; nothing elsewhere.
inline void flush_stores() noexcept {
#if !defined(__CUDA_ARCH__) && (defined(__x86_64__) || defined(__i386__))
  asm volatile("sfence" : : : "memory");
#elif defined(__aarch64__)
  asm volatile("dsb st" : : : "memory");
#endif
}

/// The place of the lowest bit that is set; `bits` is not 0.
[[nodiscard]] GYRE_FN inline std::uint32_t lowest_bit(std::uint32_t bits) noexcept {
#if defined(__CUDA_ARCH__)
  return static_cast<std::uint32_t>(__ffs(static_cast<int>(bits))) - 1U;
#else
  return static_cast<std::uint32_t>(__builtin_ctz(bits));
#endif
}

/// How many bits are set.
[[nodiscard]] GYRE_FN inline std::uint32_t count_bits(std::uint32_t bits) noexcept {
#if defined(__CUDA_ARCH__)
  return static_cast<std::uint32_t>(__popc(bits));
#else
  return static_cast<std::uint32_t>(__builtin_popcount(bits));
#endif
}

/// Raises an atomic to at least `value`. *Memory ordering*: relaxed.
template <class Atomic, class T>
GYRE_FN inline void raise(Atomic& word, T value) noexcept {
#if defined(__CUDA_ARCH__)
  word.fetch_max(value, memory_order_relaxed);
#else
  T seen = word.load(memory_order_relaxed);
  while (seen < value &&
         !word.compare_exchange_weak(seen, value, memory_order_relaxed, memory_order_relaxed)) {
  }
#endif
}

/// Lowers an atomic to at most `value`. *Memory ordering*: relaxed.
template <class Atomic, class T>
GYRE_FN inline void lower(Atomic& word, T value) noexcept {
#if defined(__CUDA_ARCH__)
  word.fetch_min(value, memory_order_relaxed);
#else
  T seen = word.load(memory_order_relaxed);
  while (seen > value &&
         !word.compare_exchange_weak(seen, value, memory_order_relaxed, memory_order_relaxed)) {
  }
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
