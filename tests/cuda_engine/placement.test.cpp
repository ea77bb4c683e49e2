#include "on_emulated_driver.hpp"

#include <cstdlib>

// Inboxes in device memory that the host writes: the device has them at another address.

namespace gyre::cuda_test {
namespace {

using ::testing::HasSubstr;

class placement : public cuda_engine {
 protected:
  [[nodiscard]] static cuda_options mapped() {
    auto o = small();
    o.placement = cuda_placement::device;
    return o;
  }
};

#if defined(__SANITIZE_ADDRESS__)
// The sanitizer's own dlopen does not look where this program's libraries are.
#define GYRE_NEEDS_LIBRARY() GTEST_SKIP() << "libgdrapi is not found under AddressSanitizer"
#else
#define GYRE_NEEDS_LIBRARY() static_cast<void>(0)
#endif

TEST_F(placement, inboxes_in_device_memory_answer_alike) {
  GYRE_NEEDS_LIBRARY();
  auto rt = need(make(mapped()), "runtime");
  EXPECT_THAT(rt.engine().detail, HasSubstr("inboxes in device memory"));
  auto k = launch_active(rt, "k", 3);
  for (std::int64_t i = 1; i <= 300; ++i) EXPECT_EQ(ask(k, 4, 1), i) << "the ring wraps round";
  need(k.tell(0, pass_on{20}), "tell");
  EXPECT_TRUE(soon([&] { return k.status().handled == 321; })) << k.status().handled;
  need(k.deactivate(patience), "deactivate");
  need(k.tell(1, add{1}), "tell");
  auto const report = need(k.terminate(patience), "terminate");
  EXPECT_EQ(report.undelivered, 1U) << "what is left there is found by the host";
}

TEST_F(placement, a_missing_driver_is_named) {
  GYRE_NEEDS_LIBRARY();
  ::setenv("GYRE_TEST_NO_GDRDRV", "1", 1);
  auto const r = make(mapped());
  ::unsetenv("GYRE_TEST_NO_GDRDRV");
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, errc::unsupported);
  EXPECT_THAT(r.error().message(), HasSubstr("gdrdrv"));
}

}  // namespace
}  // namespace gyre::cuda_test
