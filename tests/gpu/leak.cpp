// A kernel that was terminated left something behind on the device, or on the host.

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>

#include <unistd.h>

#include <cuda_runtime.h>
#include <gtest/gtest.h>

#include "gpu_test.hpp"
#include "resident.hpp"

namespace gyre::gpu_test {
namespace {

constexpr int rounds = 100;
/// By then everything that is made once has been made.
constexpr int settled_after = 5;
constexpr std::int64_t tolerance = std::int64_t{1} << 20;

/// Bytes.
struct memory_use {
  std::int64_t device_free = 0;
  std::int64_t host_resident = 0;
};

memory_use look() {
  memory_use now;
  std::size_t free_bytes = 0;
  std::size_t all_bytes = 0;
  must_cuda(cudaMemGetInfo(&free_bytes, &all_bytes), "cudaMemGetInfo");
  now.device_free = static_cast<std::int64_t>(free_bytes);
  std::ifstream statm("/proc/self/statm");
  std::int64_t virtual_pages = 0;
  std::int64_t resident_pages = 0;
  statm >> virtual_pages >> resident_pages;
  must(!statm.fail(), "/proc/self/statm cannot be read");
  now.host_resident = resident_pages * ::sysconf(_SC_PAGESIZE);
  return now;
}

int launch_again_and_again() {
  runtime_options options;
  options.engine = engine_kind::cuda;
  auto rt = must_have(runtime::create(options), "the runtime");
  memory_use settled;
  auto const begin = std::chrono::steady_clock::now();
  for (int round = 1; round <= rounds; ++round) {
    auto k = must_have(rt.launch<adder>("leak", {.actors = 64}), "a launch");
    must_have(k.activate(), "to activate it");
    ask_adder(k, 1);
    must_have(k.terminate(std::chrono::seconds(10)), "to terminate it");
    if (round == settled_after) settled = look();
  }
  double const seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  memory_use const end = look();
  std::int64_t const device = settled.device_free - end.device_free;
  std::int64_t const host = end.host_resident - settled.host_resident;
  figure("leak")
      .with("rounds", std::uint64_t{rounds})
      .with("device_bytes_lost", static_cast<double>(device))
      .with("host_bytes_gained", static_cast<double>(host))
      .with("seconds_a_round", seconds / rounds)
      .print();
  must(std::abs(device) <= tolerance,
       "the device has " + std::to_string(device) + " bytes less than after the first rounds");
  must(std::abs(host) <= tolerance,
       "the process has " + std::to_string(host) + " bytes more than after the first rounds");
  return 0;
}

child const children[] = {{"leak", &launch_again_and_again}};

TEST(leak, hundred_kernels_leave_no_memory_behind) {
  GYRE_NEEDS_DEVICE();
  expect_well("leak", std::chrono::seconds(60));
}

}  // namespace
}  // namespace gyre::gpu_test
