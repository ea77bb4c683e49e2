#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

/// \file
/// What the programs of this folder share. Each of their kernels ends by itself: what waits has a
/// limit by the device's clock.

namespace gyre_floor {

/// Goes on if the call succeeded; otherwise says what failed, and ends the program with status 1.
inline void check(cudaError_t status, char const* what) {
  if (status == cudaSuccess) return;
  std::fprintf(stderr, "%s: %s\n", what, cudaGetErrorString(status));
  std::exit(1);
}

/// Takes device 0; without one says that nothing was measured, and ends the program with status 3.
inline cudaDeviceProp take_device() {
  int count = 0;
  cudaError_t const status = cudaGetDeviceCount(&count);
  if (status != cudaSuccess || count == 0) {
    std::fprintf(stderr, "not measured: %s\n",
                 status == cudaSuccess ? "there is no device" : cudaGetErrorString(status));
    std::exit(3);
  }
  check(cudaSetDevice(0), "choosing the device");
  cudaDeviceProp properties{};
  check(cudaGetDeviceProperties(&properties, 0), "the device's properties");
  return properties;
}

/// Pinned memory at the same address on both sides, zeroed; kept until the program ends.
template <class T>
T* pinned(std::size_t count) {
  void* at = nullptr;
  check(cudaHostAlloc(&at, count * sizeof(T), cudaHostAllocMapped | cudaHostAllocPortable),
        "pinned memory");
  std::fill_n(static_cast<unsigned char*>(at), count * sizeof(T), static_cast<unsigned char>(0));
  return static_cast<T*>(at);
}

/// Zeroed device memory; kept until the program ends.
template <class T>
T* on_device(std::size_t count) {
  void* at = nullptr;
  check(cudaMalloc(&at, count * sizeof(T)), "device memory");
  check(cudaMemset(at, 0, count * sizeof(T)), "device memory");
  check(cudaDeviceSynchronize(), "device memory");
  return static_cast<T*>(at);
}

/// Waits for what was launched last on the default stream.
inline void finish(char const* what) {
  check(cudaGetLastError(), what);
  check(cudaDeviceSynchronize(), what);
}

/// A line of JSON: `{"figure": NAME, "unit": UNIT, …}`.
class figure {
 public:
  figure(std::string const& name, char const* unit)
      : line_("{\"figure\": \"" + name + "\", \"unit\": \"" + unit + '"') {}
  figure& with(char const* key, double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", value);
    line_ += std::string(", \"") + key + "\": " + text;
    return *this;
  }
  /// The spread of samples, by rank.
  figure& with(std::vector<double> samples) {
    std::sort(samples.begin(), samples.end());
    auto const at = [&](double q) {
      return samples[static_cast<std::size_t>(q * static_cast<double>(samples.size() - 1))];
    };
    return with("n", static_cast<double>(samples.size()))
        .with("min", at(0))
        .with("p50", at(0.5))
        .with("p99", at(0.99))
        .with("max", at(1));
  }
  void print() const {
    std::printf("%s}\n", line_.c_str());
    std::fflush(stdout);
  }

 private:
  std::string line_;
};

/// Says that a figure is not measured, and why.
inline void not_measured(std::string const& name, char const* why) {
  std::printf("{\"figure\": \"%s\", \"value\": \"not measured\", \"reason\": \"%s\"}\n",
              name.c_str(), why);
  std::fflush(stdout);
}

inline std::uint64_t host_ns() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                        std::chrono::steady_clock::now().time_since_epoch())
                                        .count());
}

// Of the device.

inline __device__ std::uint64_t now_ns() {
  std::uint64_t t;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(t));
  return t;
}

struct two_words {
  std::uint64_t first;
  std::uint64_t second;
};
inline __device__ std::uint64_t load_sys(std::uint64_t const* at) {
  std::uint64_t v;
  asm volatile("ld.relaxed.sys.u64 %0, [%1];" : "=l"(v) : "l"(at) : "memory");
  return v;
}
inline __device__ two_words load_pair_sys(std::uint64_t const* at) {
  two_words v;
  asm volatile("ld.relaxed.sys.v2.u64 {%0, %1}, [%2];"
               : "=l"(v.first), "=l"(v.second)
               : "l"(at)
               : "memory");
  return v;
}
inline __device__ void store_sys(std::uint64_t* at, std::uint64_t v) {
  asm volatile("st.relaxed.sys.u64 [%0], %1;" : : "l"(at), "l"(v) : "memory");
}

// Of the host, on words that the device writes or reads too.

inline std::uint64_t get(std::uint64_t const& word) {
  return __atomic_load_n(&word, __ATOMIC_ACQUIRE);
}
inline void set(std::uint64_t& word, std::uint64_t value) {
  __atomic_store_n(&word, value, __ATOMIC_RELEASE);
}

}  // namespace gyre_floor
