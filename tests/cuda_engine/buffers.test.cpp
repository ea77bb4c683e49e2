#include "on_emulated_driver.hpp"

#include <algorithm>
#include <span>

// Device buffers in the device's memory, beside kernels that stay.

namespace gyre::cuda_test {
namespace {

class buffers : public cuda_engine {};

TEST_F(buffers, copies_beside_a_resident_kernel_wait_for_nothing) {
  auto rt = need(make(), "runtime");
  auto k = launch_active(rt);
  auto const hazards = driver::hazards();
  // More than goes through pinned memory at once, which is a mebibyte.
  std::vector<std::int32_t> values(600'000, 2);
  auto const b = need(rt.buffers().upload(std::span(values)), "upload");
  auto const r = need(k.ask(0, fill{b.handle.word, 5}, patience), "ask");
  EXPECT_EQ(r.elements, values.size());
  EXPECT_EQ(r.total, 2 * static_cast<std::int64_t>(values.size()));
  need(rt.buffers().read(b, std::span(values)), "read");
  EXPECT_TRUE(std::all_of(values.begin(), values.end(), [](int v) { return v == 5; }));
  need(rt.buffers().free(b), "free");
  EXPECT_EQ(need(k.ask(0, fill{b.handle.word, 9}, patience), "ask").elements, 0U) << "stale";
  EXPECT_EQ(driver::hazards(), hazards);
}

TEST_F(buffers, a_kernel_launched_before_a_buffer_finds_it) {
  auto rt = need(make(), "runtime");
  auto k = launch_active(rt);
  for (int i = 1; i <= 20; ++i) {
    auto const b = need(rt.buffers().allocate<std::int32_t>(100), "allocate");
    EXPECT_EQ(need(k.ask(1, fill{b.handle.word, i}, patience), "ask").total, 0) << "zeroed";
    need(rt.buffers().free(b), "free");
  }
}

TEST_F(buffers, memory_freed_under_a_handler_is_not_used_again_before_it_ends) {
  auto rt = need(make(), "runtime");
  auto k = launch_active(rt);
  std::vector<std::int32_t> const values(1000, 7);
  auto const b = need(rt.buffers().upload(std::span(values)), "upload");
  std::atomic<int> word{0};
  auto asker = std::thread([&] {
    wait_for const m{reinterpret_cast<std::uintptr_t>(&word), b.handle.word};
    EXPECT_EQ(need(k.ask(2, m, patience), "ask").n, 7) << "the memory was used again";
  });
  ASSERT_TRUE(soon([&] { return k.status().pending != 0; }));
  std::this_thread::sleep_for(20ms);
  need(rt.buffers().free(b), "free");
  for (int i = 0; i < 20; ++i) {
    std::vector<std::int32_t> const others(1000, -1);
    auto const other = need(rt.buffers().upload(std::span(others)), "upload");
    need(rt.buffers().free(other), "free");
  }
  word.store(1);
  asker.join();
}

TEST_F(buffers, freed_memory_comes_back) {
  auto rt = need(make(), "runtime");
  auto k = launch_active(rt);
  // Together four times what there is.
  for (int i = 0; i < 16; ++i) {
    result<device_buffer<std::byte>> b = rt.buffers().allocate<std::byte>(16 << 20);
    deadline const until(patience);
    while (!b && !until.expired()) b = rt.buffers().allocate<std::byte>(16 << 20);
    ASSERT_TRUE(b) << b.error().message();
    EXPECT_EQ(ask(k, 0, 0), 0);
    need(rt.buffers().free(*b), "free");
  }
}

}  // namespace
}  // namespace gyre::cuda_test
