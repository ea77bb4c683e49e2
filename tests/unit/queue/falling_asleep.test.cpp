// What happens between a waiter's last look at the queue and its sleep must not be lost. No test
// with threads meets that moment reliably; but a queue's first waiter is allocated in it, so a hook
// in that allocation does.

#include <cstddef>
#include <functional>
#include <new>
#include <utility>

#include "queue_test.hpp"

namespace {
thread_local std::function<void()> on_allocation;
}

// The form of operator new that a waiter, over-aligned and allocated without exceptions, calls.
void* operator new(std::size_t size, std::align_val_t alignment, std::nothrow_t const&) noexcept {
  if (on_allocation) std::exchange(on_allocation, nullptr)();
  try {
    return ::operator new(size, alignment);
  } catch (std::bad_alloc const&) {
    return nullptr;
  }
}

namespace gyre {
namespace {

using namespace queue_test;

TEST(falling_asleep, a_receiver_is_kept_awake_by_a_message_after_its_last_look) {
  fixture f(small());
  bool sent = false;
  on_allocation = [&] { sent = send(*f.queue, 1).has_value(); };
  deadline const soon(patience / 2);
  EXPECT_EQ(receive(*f.queue, patience).value(), 1U);
  EXPECT_TRUE(sent) << "the hook was not called: this test tests nothing";
  EXPECT_FALSE(soon.expired()) << "it slept beside its message";
}

TEST(falling_asleep, a_sender_is_kept_awake_by_room_after_its_last_look) {
  fixture f(small());
  for (std::uint64_t n = 1; n <= 16; ++n) ASSERT_TRUE(send(*f.queue, n));
  bool received = false;
  on_allocation = [&] { received = receive(*f.queue).has_value(); };
  deadline const soon(patience / 2);
  EXPECT_TRUE(send(*f.queue, 17, 128, patience));
  EXPECT_TRUE(received) << "the hook was not called: this test tests nothing";
  EXPECT_FALSE(soon.expired()) << "it slept beside the room";
}

TEST(falling_asleep, a_waiter_notices_a_close_after_its_last_look) {
  fixture f(small());
  bool closed = false;
  on_allocation = [&] {
    f.queue->close();
    closed = true;
  };
  deadline const soon(patience / 2);
  EXPECT_EQ(receive(*f.queue, patience).error().code, errc::terminated);
  EXPECT_TRUE(closed) << "the hook was not called: this test tests nothing";
  EXPECT_FALSE(soon.expired()) << "it slept in a closed queue";
}

}  // namespace
}  // namespace gyre
