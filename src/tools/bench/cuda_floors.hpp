#pragma once

#include <cstdint>
#include <string>

#include "benchmark.hpp"

/// \file
/// What CUDA and the bus do by themselves, with no actor and no ring: what the rows `cuda.` are
/// held against. Each is a plain kernel of one warp on a stream of its own, or a copy.
///
/// Not thread-safe. A repetition whose `error` is not empty measured nothing.
namespace gyre::tool {

/// Loads the floors' kernels, takes their memory, and runs each once. Before a ring kernel is
/// launched: CUDA may make each of these wait for a kernel that stays. Empty, or why it cannot;
/// said again by later calls. What it takes is kept until the process ends.
[[nodiscard]] std::string prepare_cuda_floors();

/// A number goes from the host to a polling warp and back, over pinned memory: relaxed loads and
/// stores of 8 bytes. Times in nanoseconds.
[[nodiscard]] repetition run_cuda_ping_pong(bench_effort const& effort);
/// A kernel that takes one number from pinned memory and answers there: its launch, and the wait
/// for its stream. Times in nanoseconds.
[[nodiscard]] repetition run_cuda_launch(bench_effort const& effort);
/// The same kernel as a graph that is launched again and again.
[[nodiscard]] repetition run_cuda_graph(bench_effort const& effort);
/// Messages of `lines` lines of 64 bytes that a warp loads from pinned memory, a second.
[[nodiscard]] repetition run_cuda_fetch(bench_effort const& effort, std::uint32_t lines);
/// A number goes from one block to another and back, over a word each of the device's memory. Times
/// in nanoseconds of one way.
[[nodiscard]] repetition run_cuda_block_hop(bench_effort const& effort);
/// Lines of 64 bytes that a warp stores to pinned memory, a second.
[[nodiscard]] repetition run_cuda_post(bench_effort const& effort);
/// Copies within the device's memory. Rate in GB/s: bytes read and bytes written together.
[[nodiscard]] repetition run_cuda_copy(bench_effort const& effort);
/// Bytes that one of these copies reads and writes, together.
inline constexpr std::uint64_t cuda_copy_traffic = std::uint64_t{12} << 20;

}  // namespace gyre::tool
