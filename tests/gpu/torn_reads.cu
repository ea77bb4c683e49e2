// One side stores numbers, again and again, over pinned memory; the other loads, and counts how
// often it got parts of two stores. The rings' codec between host and device takes 8 bytes to be
// whole, and nothing more: a torn word fails. What is larger is a figure, which says on which
// machines more could be taken for granted.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "gpu_test.hpp"
#include "torn_reads.hpp"

namespace gyre::gpu_test {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::nanoseconds run_time = 2s;
constexpr std::chrono::nanoseconds patience = 15s;
constexpr std::uint32_t all_lanes = 0xFFFFFFFFU;

/// Counted by one lane, or by the host.
struct tally {
  std::uint64_t observations = 0;
  std::uint64_t changes = 0;  ///< Of them: not what was seen there before.
  std::uint64_t torn = 0;
};

__device__ std::uint64_t now_ns() {
  std::uint64_t t;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(t));
  return t;
}

struct two_words {
  std::uint64_t first;
  std::uint64_t second;
};

__device__ std::uint64_t load_word(std::uint64_t const* at) {
  std::uint64_t v;
  asm volatile("ld.relaxed.sys.u64 %0, [%1];" : "=l"(v) : "l"(at) : "memory");
  return v;
}
__device__ two_words load_pair(std::uint64_t const* at) {
  two_words v;
  asm volatile("ld.relaxed.sys.v2.u64 {%0, %1}, [%2];"
               : "=l"(v.first), "=l"(v.second)
               : "l"(at)
               : "memory");
  return v;
}
__device__ two_words load_b128(std::uint64_t const* at) {
  two_words v;
  asm volatile(
      "{\n\t.reg .b128 whole;\n\t"
      "ld.relaxed.sys.b128 whole, [%2];\n\t"
      "mov.b128 {%0, %1}, whole;\n\t}"
      : "=l"(v.first), "=l"(v.second)
      : "l"(at)
      : "memory");
  return v;
}
__device__ void store_word(std::uint64_t* at, std::uint64_t v) {
  asm volatile("st.relaxed.sys.u64 [%0], %1;" : : "l"(at), "l"(v) : "memory");
}
__device__ void store_pair(std::uint64_t* at, std::uint64_t v) {
  asm volatile("st.relaxed.sys.v2.u64 [%0], {%1, %1};" : : "l"(at), "l"(v) : "memory");
}
__device__ void store_b128(std::uint64_t* at, std::uint64_t v) {
  asm volatile(
      "{\n\t.reg .b128 whole;\n\t"
      "mov.b128 whole, {%1, %1};\n\t"
      "st.relaxed.sys.b128 [%0], whole;\n\t}"
      :
      : "l"(at), "l"(v)
      : "memory");
}

/// One warp. For words and 16 bytes each lane looks at a line of its own; four lanes look at a line
/// together, and the first of them counts.
template <access How>
__global__ void look(std::uint64_t const* lines, tally* out, std::uint64_t ns) {
  std::uint32_t const lane = threadIdx.x;
  tally mine;
  std::uint64_t before = 0;
  std::uint64_t const end = now_ns() + ns;
  do {
    for (int i = 0; i < 64; ++i) {
      std::uint64_t seen = 0;
      bool torn = false;
      if constexpr (How == access::word) {
        seen = load_word(lines + std::uint64_t{lane} * line_words);
        torn = seen >> 32 != (seen & 0xFFFFFFFFU);
      } else if constexpr (How == access::pair || How == access::b128) {
        std::uint64_t const* const at = lines + std::uint64_t{lane} * line_words;
        two_words const v = How == access::pair ? load_pair(at) : load_b128(at);
        seen = v.first;
        torn = v.first != v.second;
      } else {
        two_words const v = load_pair(lines + std::uint64_t{lane / 4} * line_words + lane % 4 * 2);
        seen = __shfl_sync(all_lanes, v.first, static_cast<int>(lane & ~3U));
        std::uint32_t const differ = __ballot_sync(all_lanes, v.first != seen || v.second != seen);
        torn = (differ >> (lane & ~3U) & 0xFU) != 0;
      }
      ++mine.observations;
      if (seen != before) ++mine.changes;
      if (torn) ++mine.torn;
      before = seen;
    }
  } while (__any_sync(all_lanes, now_ns() < end));
  bool const counts = How == access::line_in_four ? lane % 4 == 0 : true;
  out[lane] = counts ? mine : tally{};
}

/// One warp. The stores of a lane, or of the lanes that share a line, have the same number.
template <access How>
__global__ void write(std::uint64_t* lines, std::uint64_t ns) {
  std::uint32_t const lane = threadIdx.x;
  std::uint64_t n = 0;
  std::uint64_t const end = now_ns() + ns;
  do {
    for (int i = 0; i < 64; ++i) {
      ++n;
      std::uint64_t* const own = lines + std::uint64_t{lane} * line_words;
      if constexpr (How == access::word) {
        store_word(own, n << 32 | (n & 0xFFFFFFFFU));
      } else if constexpr (How == access::pair) {
        store_pair(own, n);
      } else if constexpr (How == access::b128) {
        store_b128(own, n);
      } else if constexpr (How == access::line_in_four) {
        __syncwarp();
        store_pair(lines + std::uint64_t{lane / 4} * line_words + lane % 4 * 2, n);
      } else {
        __syncwarp();
        store_word(lines + std::uint64_t{lane / 8} * line_words + lane % 8, n);
      }
    }
  } while (__any_sync(all_lanes, now_ns() < end));
}

/// Lines that a device writes or reads, of which a kernel knows.
constexpr std::uint32_t lines_used(access how) {
  switch (how) {
    case access::line_in_four: return torn_lines / 4;
    case access::line_in_eight: return torn_lines / 8;
    default: return torn_lines;
  }
}

class torn_reads : public ::testing::Test {
 protected:
  void SetUp() override {
    GYRE_NEEDS_DEVICE();
    ASSERT_EQ(cudaHostAlloc(&lines_, bytes, cudaHostAllocMapped), cudaSuccess);
    ASSERT_EQ(cudaHostAlloc(&tallies_, torn_lines * sizeof(tally), cudaHostAllocMapped),
              cudaSuccess);
    ASSERT_EQ(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), cudaSuccess);
    std::memset(lines_, 0, bytes);
    std::memset(static_cast<void*>(tallies_), 0, torn_lines * sizeof(tally));
  }
  void TearDown() override {
    // A kernel that did not end keeps its memory: to free it would wait for the kernel.
    if (stream_ == nullptr || cudaStreamQuery(stream_) != cudaSuccess) return;
    cudaStreamDestroy(stream_);
    cudaFreeHost(tallies_);
    cudaFreeHost(lines_);
  }

  [[nodiscard]] bool ended() const { return cudaStreamQuery(stream_) != cudaErrorNotReady; }
  [[nodiscard]] static std::uint64_t ns() { return static_cast<std::uint64_t>(run_time.count()); }

  /// The host stores, the device looks.
  template <access How>
  void host_to_device() {
    std::atomic<bool> stop{false};
    std::thread writer([&] {
      for (std::uint64_t n = 1; !stop.load(std::memory_order_relaxed); ++n) {
        for (std::uint32_t i = 0; i < lines_used(How); ++i) {
          host_write(How, lines_ + i * line_words, n);
        }
      }
    });
    look<How><<<1, 32, 0, stream_>>>(lines_, tallies_, ns());
    cudaError_t const launched = cudaGetLastError();
    bool const in_time = within(patience, [&] { return ended(); });
    stop.store(true);
    writer.join();
    ASSERT_EQ(launched, cudaSuccess);
    ASSERT_TRUE(in_time) << "the kernel did not end";
    ASSERT_EQ(cudaStreamQuery(stream_), cudaSuccess);
    tally sum;
    for (std::uint32_t i = 0; i < torn_lines; ++i) {
      sum.observations += tallies_[i].observations;
      sum.changes += tallies_[i].changes;
      sum.torn += tallies_[i].torn;
    }
    report<How>("host_to_device", sum);
  }

  /// The device stores, the host looks.
  template <access How>
  void device_to_host() {
    write<How><<<1, 32, 0, stream_>>>(lines_, ns());
    ASSERT_EQ(cudaGetLastError(), cudaSuccess);
    tally sum;
    std::uint64_t before[torn_lines] = {};
    deadline const until(patience);
    while (!ended() && !until.expired()) {
      for (int turn = 0; turn < 256; ++turn) {
        for (std::uint32_t i = 0; i < lines_used(How); ++i) {
          std::uint64_t seen = 0;
          bool const torn = host_read_torn(How, lines_ + i * line_words, seen);
          ++sum.observations;
          if (torn) ++sum.torn;
          if (seen != before[i]) ++sum.changes;
          before[i] = seen;
        }
      }
    }
    ASSERT_TRUE(ended()) << "the kernel did not end";
    ASSERT_EQ(cudaStreamQuery(stream_), cudaSuccess);
    report<How>("device_to_host", sum);
  }

 private:
  static constexpr std::size_t bytes = torn_lines * line_words * sizeof(std::uint64_t);

  static constexpr std::string_view name_of(access how) {
    switch (how) {
      case access::word: return "8_bytes";
      case access::pair: return "16_bytes_v2";
      case access::b128: return "16_bytes_b128";
      case access::line_in_four: return "64_bytes_by_four_lanes";
      case access::line_in_eight: return "64_bytes_by_eight_lanes";
    }
    return "";
  }

  template <access How>
  void report(std::string const& way, tally const& t) {
    figure("torn_reads." + way + "." + std::string(name_of(How)))
        .with("host", host_form(How))
        .with("observations", t.observations)
        .with("changes", t.changes)
        .with("torn", t.torn)
        .print();
    RecordProperty("observations", std::to_string(t.observations));
    RecordProperty("changes", std::to_string(t.changes));
    RecordProperty("torn", std::to_string(t.torn));
    EXPECT_GT(t.changes, 0U) << "nothing was seen to change, so nothing was tested";
    if constexpr (How == access::word) EXPECT_EQ(t.torn, 0U);
  }

  std::uint64_t* lines_ = nullptr;
  tally* tallies_ = nullptr;
  cudaStream_t stream_ = nullptr;
};

TEST_F(torn_reads, of_8_bytes_from_host_to_device) { host_to_device<access::word>(); }
TEST_F(torn_reads, of_16_bytes_as_a_vector_from_host_to_device) { host_to_device<access::pair>(); }
TEST_F(torn_reads, of_16_bytes_as_one_value_from_host_to_device) { host_to_device<access::b128>(); }
TEST_F(torn_reads, of_a_line_from_host_to_device) { host_to_device<access::line_in_four>(); }

TEST_F(torn_reads, of_8_bytes_from_device_to_host) { device_to_host<access::word>(); }
TEST_F(torn_reads, of_16_bytes_as_a_vector_from_device_to_host) { device_to_host<access::pair>(); }
TEST_F(torn_reads, of_16_bytes_as_one_value_from_device_to_host) { device_to_host<access::b128>(); }
TEST_F(torn_reads, of_a_line_by_four_lanes_from_device_to_host) {
  device_to_host<access::line_in_four>();
}
TEST_F(torn_reads, of_a_line_by_eight_lanes_from_device_to_host) {
  device_to_host<access::line_in_eight>();
}

}  // namespace
}  // namespace gyre::gpu_test
