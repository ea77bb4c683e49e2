#include <string_view>

#include <gtest/gtest.h>

#if __has_include(<gyre/runtime/worker_process.hpp>)
#include <gyre/runtime/worker_process.hpp>
#endif

#include "gpu_test.hpp"

// This program is started in three ways: as the tests, as a child that may hang or crash, and, by
// the engine, as its worker process.
int main(int argc, char** argv) {
#if __has_include(<gyre/runtime/worker_process.hpp>)
  gyre::serve_if_worker();
#endif
  using gyre::gpu_test::child_argument;
  if (argc == 2 && std::string_view(argv[1]).starts_with(child_argument)) {
    return gyre::gpu_test::be_child(std::string_view(argv[1]).substr(child_argument.size()));
  }
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
