#include <gtest/gtest.h>

#include <gyre/runtime/worker_process.hpp>

// The tests' program may be started as the worker of the engine under test.
int main(int argc, char** argv) {
  gyre::serve_if_worker();
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
