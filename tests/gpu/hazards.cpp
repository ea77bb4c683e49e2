// What a program may do on the device while a ring kernel stays there, and what makes it wait for a
// kernel that does not end. Each in a process of its own, for a call that hangs does not come back.

#include <chrono>
#include <cstdint>
#include <cstring>
#include <string>

#include <cuda_runtime.h>
#include <gtest/gtest.h>

#include "gpu_test.hpp"
#include "hazard_kernels.hpp"
#include "resident.hpp"

namespace gyre::gpu_test {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// What the device may take for something small that does not wait for the ring kernel.
constexpr std::chrono::nanoseconds soon = 5s;
/// A child's start, and everything it does.
constexpr std::chrono::seconds child_patience = 40s;
/// A child's start, and a call that may never come back.
constexpr std::chrono::seconds hang_patience = 12s;

constexpr std::uint32_t words = 1024;
constexpr std::size_t bytes = words * sizeof(std::uint32_t);

/// What a child uses on the device, made before there is a ring kernel.
struct own_things {
  own_things() {
    must_cuda(cudaSetDevice(0), "cudaSetDevice");
    must_cuda(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "a stream");
    must_cuda(cudaMalloc(&on_device, bytes), "cudaMalloc");
    must_cuda(cudaMalloc(&spare, bytes), "cudaMalloc");
    must_cuda(cudaHostAlloc(&from, bytes, cudaHostAllocMapped), "cudaHostAlloc");
    must_cuda(cudaHostAlloc(&to, bytes, cudaHostAllocMapped), "cudaHostAlloc");
    std::memset(from, 0, bytes);
    std::memset(to, 0, bytes);
  }

  void wait(char const* what) const {
    must(within(soon, [&] { return cudaStreamQuery(stream) != cudaErrorNotReady; }),
         std::string(what) + " did not end while the ring kernel was there");
    must_cuda(cudaStreamQuery(stream), what);
  }
  void expect_all(std::uint32_t value) const {
    for (std::uint32_t i = 0; i < words; ++i) {
      must(to[i] == value, "word " + std::to_string(i) + " is " + std::to_string(to[i]));
    }
  }

  cudaStream_t stream = nullptr;
  std::uint32_t* on_device = nullptr;
  std::uint32_t* spare = nullptr;
  std::uint32_t* from = nullptr;
  std::uint32_t* to = nullptr;
};

int second_kernel() {
  own_things things;
  must_cuda(preload_fill(), "loading a kernel");
  resident there;
  say("launching a second kernel");
  must_cuda(fill(things.to, words, 7, things.stream), "the launch of a second kernel");
  things.wait("the second kernel");
  things.expect_all(7);
  there.still_there();
  say("terminating the ring kernel");
  there.terminate();
  return 0;
}

int copies() {
  own_things things;
  resident there;
  for (std::uint32_t i = 0; i < words; ++i) things.from[i] = 9;
  say("copying to the device");
  must_cuda(
      cudaMemcpyAsync(things.on_device, things.from, bytes, cudaMemcpyHostToDevice, things.stream),
      "cudaMemcpyAsync to the device");
  things.wait("the copy to the device");
  say("copying to the host");
  must_cuda(
      cudaMemcpyAsync(things.to, things.on_device, bytes, cudaMemcpyDeviceToHost, things.stream),
      "cudaMemcpyAsync to the host");
  things.wait("the copy to the host");
  things.expect_all(9);
  there.still_there();
  say("terminating the ring kernel");
  there.terminate();
  return 0;
}

int warm_pool() {
  own_things things;
  must_cuda(preload_fill(), "loading a kernel");
  cudaMemPool_t pool = nullptr;
  must_cuda(cudaDeviceGetDefaultMemPool(&pool, 0), "the device's pool");
  std::uint64_t keep = UINT64_MAX;
  must_cuda(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &keep),
            "the pool's threshold");
  void* first = nullptr;
  must_cuda(cudaMallocAsync(&first, 16 * bytes, things.stream), "cudaMallocAsync");
  must_cuda(cudaFreeAsync(first, things.stream), "cudaFreeAsync");
  must_cuda(cudaStreamSynchronize(things.stream), "warming the pool");
  resident there;
  say("allocating from the pool");
  void* again = nullptr;
  must_cuda(cudaMallocAsync(&again, bytes, things.stream), "cudaMallocAsync");
  must_cuda(fill(static_cast<std::uint32_t*>(again), words, 11, things.stream), "a kernel");
  must_cuda(cudaMemcpyAsync(things.to, again, bytes, cudaMemcpyDeviceToHost, things.stream),
            "cudaMemcpyAsync");
  must_cuda(cudaFreeAsync(again, things.stream), "cudaFreeAsync");
  things.wait("the use of the pool");
  things.expect_all(11);
  there.still_there();
  say("terminating the ring kernel");
  there.terminate();
  return 0;
}

constexpr std::string_view calling = "calling ";
constexpr std::string_view returned = "returned";

/// Says that a call is made, makes it, and says that it came back. The child then ends at once:
/// what else would wait for the ring kernel is not asked here.
template <class Call>
int try_forbidden(char const* name, Call&& call) {
  own_things things;
  resident there;
  say(std::string(calling) + name);
  auto const begin = clock::now();
  cudaError_t const status = call(things);
  double const ms = std::chrono::duration<double, std::milli>(clock::now() - begin).count();
  say(std::string(returned) + " after " + std::to_string(ms) +
      " ms: " + cudaGetErrorString(status));
  ::_exit(0);
}

int device_synchronize() {
  return try_forbidden("cudaDeviceSynchronize",
                       [](own_things&) { return cudaDeviceSynchronize(); });
}
int free_memory() {
  return try_forbidden("cudaFree", [](own_things& things) { return cudaFree(things.spare); });
}
int unloaded_kernel() {
  return try_forbidden("a kernel's first launch", [](own_things& things) {
    cudaError_t const launched = fill_by_unloaded_kernel(things.to, words, 13, things.stream);
    if (launched != cudaSuccess) return launched;
    return within(soon, [&] { return cudaStreamQuery(things.stream) != cudaErrorNotReady; })
               ? cudaStreamQuery(things.stream)
               : cudaErrorNotReady;
  });
}

child const children[] = {{"hazards.second_kernel", &second_kernel},
                          {"hazards.copies", &copies},
                          {"hazards.warm_pool", &warm_pool},
                          {"hazards.cudaDeviceSynchronize", &device_synchronize},
                          {"hazards.cudaFree", &free_memory},
                          {"hazards.unloaded_kernel", &unloaded_kernel}};

/// Says what became of a call that is not to be made. Never fails.
void document(std::string const& name) {
  auto const end = run_child(name, hang_patience);
  std::string outcome;
  auto const back = end.out.find(returned);
  if (back != std::string::npos) {
    outcome = end.out.substr(back, end.out.find('\n', back) - back);
  } else if (end.out.find(calling) == std::string::npos) {
    outcome = "not measured: it did not come to the call: " + end.out;
  } else if (end.hung) {
    outcome = "hangs: no return within " + std::to_string(hang_patience.count()) + " s";
  } else {
    outcome = "the process ended with status " + std::to_string(end.status) + ": " + end.out;
  }
  figure(name).with("outcome", outcome).print();
  ::testing::Test::RecordProperty("outcome", outcome);
}

TEST(hazards, preloaded_kernel_on_another_stream_runs_beside_a_ring_kernel) {
  GYRE_NEEDS_DEVICE();
  expect_well("hazards.second_kernel", child_patience);
}

TEST(hazards, copies_both_ways_complete_beside_a_ring_kernel) {
  GYRE_NEEDS_DEVICE();
  expect_well("hazards.copies", child_patience);
}

TEST(hazards, allocation_from_a_warm_pool_returns_beside_a_ring_kernel) {
  GYRE_NEEDS_DEVICE();
  expect_well("hazards.warm_pool", child_patience);
}

TEST(hazards, forbidden_calls_are_documented) {
  GYRE_NEEDS_DEVICE();
  document("hazards.cudaDeviceSynchronize");
  document("hazards.cudaFree");
  document("hazards.unloaded_kernel");
}

}  // namespace
}  // namespace gyre::gpu_test
