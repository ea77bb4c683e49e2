// Contract, fault 13: host and device disagreed on a struct's layout, so each read the other's
// words at the wrong place. Here a kernel says, from the device, where everything lies.

#include <cstdint>
#include <string>

#include <gtest/gtest.h>

#include "gpu_test.hpp"
#include "shared_structs.hpp"

namespace gyre::gpu_test {
namespace {

/// What a kernel writes: the figures, without their names.
struct device_report {
  std::uint32_t count;
  std::uint32_t bytes[greatest_figures];
};

/// Takes the figures down; the names' addresses would be the device's.
struct to_report {
  device_report* out;
  GYRE_FN void operator()(char const*, std::size_t n) {
    if (out->count < greatest_figures) out->bytes[out->count] = static_cast<std::uint32_t>(n);
    ++out->count;
  }
};

__global__ void report_layouts(device_report* out) {
  out->count = 0;
  to_report visit{out};
  visit_shared_structs(visit);
}

void expect_equal(layout_figures const& here, layout_figures const& library) {
  ASSERT_EQ(here.count, library.count);
  for (std::uint32_t i = 0; i < here.count; ++i) {
    EXPECT_STREQ(here.of[i], library.of[i]);
    EXPECT_EQ(here.bytes[i], library.bytes[i]) << here.of[i];
  }
}

TEST(offsets, nvcc_and_the_compiler_of_the_library_lay_structs_out_alike) {
  expect_equal(shared_structs(), shared_structs_of_the_library());
}

TEST(offsets, device_lays_structs_out_as_the_library_does) {
  GYRE_NEEDS_DEVICE();
  device_report* report = nullptr;
  ASSERT_EQ(cudaHostAlloc(&report, sizeof *report, cudaHostAllocMapped), cudaSuccess);
  report->count = 0;
  report_layouts<<<1, 1>>>(report);
  ASSERT_EQ(cudaGetLastError(), cudaSuccess);
  ASSERT_EQ(cudaDeviceSynchronize(), cudaSuccess);

  auto const library = shared_structs_of_the_library();
  ASSERT_EQ(report->count, library.count);
  std::uint64_t differ = 0;
  for (std::uint32_t i = 0; i < library.count; ++i) {
    EXPECT_EQ(report->bytes[i], library.bytes[i]) << library.of[i];
    if (report->bytes[i] != library.bytes[i]) ++differ;
  }
  figure("offsets").with("compared", std::uint64_t{library.count}).with("differ", differ).print();
  EXPECT_EQ(cudaFreeHost(report), cudaSuccess);
}

}  // namespace
}  // namespace gyre::gpu_test
