// The protocol of core/event.hpp, step for step, around the ring that it serves: a wake-up that is
// lost leaves a thread parked for ever, which Relacy reports as a deadlock.

#include "ring_model.hpp"

namespace gyre::model {
namespace {

/// What stands for `detail::light_fences`: the waker's fence and the sleeper's.
struct membarrier {
  static constexpr std::size_t words = 0;
  static void make() {}
  static void waker() {}  // a fence for the compiler alone
  static void sleeper() {
    rl::ctx().sched();
    rl::systemwide_fence(RL_INFO);
  }
};

/// Without membarrier: both sides change one shared word.
struct shared_word {
  static constexpr std::size_t words = 1;
  static void make() { new (bytes) atomic<std::uint64_t>(0); }
  static void waker() { fence(); }
  static void sleeper() { fence(); }
  static void fence() {
    reinterpret_cast<atomic<std::uint64_t>*>(bytes)->fetch_add(0, std::memory_order_seq_cst);
  }
  alignas(8) static inline std::byte bytes[sizeof(atomic<std::uint64_t>)];
};

/// Broken: only the sleeper fences.
struct only_the_sleeper : shared_word {
  static void waker() {}
};

/// Broken: only the waker fences.
struct only_the_waker : shared_word {
  static void sleeper() {}
};

/// Broken: nobody does; release and acquire are not enough for Dekker's pattern.
struct nobody : membarrier {
  static void sleeper() {}
};

template <class Fences, bool LooksAgain>
class modelled_event {
 public:
  modelled_event() : parked_(0) {}

  void notify() {
    Fences::waker();
    if (parked_.load(std::memory_order_relaxed) != 0) wake();
  }

  template <class Ready>
  void park(Ready&& ready) {
    for (;;) {
      parked_.store(1, std::memory_order_seq_cst);
      Fences::sleeper();
      if (LooksAgain && ready()) {
        parked_.store(0, std::memory_order_relaxed);
        return;
      }
      sleep();
      parked_.store(0, std::memory_order_relaxed);
      if (ready()) return;
    }
  }

 private:
  void wake() {
    if (parked_.exchange(0, std::memory_order_acq_rel) != 0) {
      rl::ctx().sched();
      parked_.word().value.wake(rl::ctx(), 1, RL_INFO);
    }
  }

  void sleep() {
    while (parked_.load(std::memory_order_acquire) != 0) {
      // The futex looks and goes to sleep in one step, under the system's lock.
      if (parked_.fetch_add(0, std::memory_order_relaxed) != 1) continue;
      parked_.word().value.wait(rl::ctx(), false, true, RL_INFO);
    }
  }

  atomic<std::uint64_t> parked_;
};

/// One writer sends and notifies, then says stop; the worker parks whenever its inbox is empty, and
/// leaves when it is told to and nothing waits.
template <class Fences, bool LooksAgain = true>
struct wake_suite : rl::test_suite<wake_suite<Fences, LooksAgain>, 2> {
  using inbox = modelled_ring<modelled_commit, 2>;
  using event_type = modelled_event<Fences, LooksAgain>;
  static constexpr std::uint64_t messages = 2;

  void before() {
    inbox::reset();
    Fences::make();
    new (stop_bytes) atomic<std::uint64_t>(0);
    new (event_bytes) event_type();
  }

  void thread(unsigned index) {
    auto& stop = *reinterpret_cast<atomic<std::uint64_t>*>(stop_bytes);
    auto& event = *reinterpret_cast<event_type*>(event_bytes);
    if (index == 0) {
      ring_writer<modelled_commit, writers::one> const writer(inbox::source);
      for (std::uint64_t number = 0; number < messages; ++number) {
        numbered_message const message(0, number, 8);
        RL_ASSERT(writer.try_push(message.head, message.payload));
        event.notify();
      }
      stop.store(1, std::memory_order_release);
      event.notify();
    } else {
      work(stop, event);
    }
  }

  void work(atomic<std::uint64_t>& stop, event_type& event) {
    alignas(8) std::byte scratch[sizeof(envelope) + numbered_message::greatest_length];
    ring_reader<modelled_commit> reader(inbox::source, scratch, sizeof scratch);
    std::uint64_t handled = 0;
    for (;;) {
      message_view shown;
      if (reader.peek(shown)) {
        check_whole(shown);
        reader.pop(shown);
        ++handled;
      } else if (stop.load(std::memory_order_acquire) != 0) {
        if (!reader.ready()) break;
      } else {
        event.park([&] { return reader.ready() || stop.load(std::memory_order_acquire) != 0; });
      }
    }
    RL_ASSERT(handled == messages);
  }

  alignas(8) static inline std::byte stop_bytes[sizeof(atomic<std::uint64_t>)];
  alignas(8) static inline std::byte event_bytes[sizeof(event_type)];
  world<inbox::words + Fences::words + 2, inbox::cells> made;
};

TEST(wake_model, wake_up_is_not_lost_with_membarrier) {
  expect_sound<wake_suite<membarrier>>(random_runs(100'000));
  expect_sound<wake_suite<membarrier>>(every_run(2));
}

TEST(wake_model, wake_up_is_not_lost_with_a_fence_on_both_sides) {
  expect_sound<wake_suite<shared_word>>(random_runs(100'000));
  expect_sound<wake_suite<shared_word>>(every_run(2));
}

TEST(wake_model, wake_up_lost_without_fences_is_found) {
  expect_found<wake_suite<nobody>>(rl::test_result_deadlock, random_runs(100'000));
}

TEST(wake_model, wake_up_lost_with_one_fence_is_found) {
  expect_found<wake_suite<only_the_sleeper>>(rl::test_result_deadlock, random_runs(100'000));
  expect_found<wake_suite<only_the_waker>>(rl::test_result_deadlock, random_runs(100'000));
}

TEST(wake_model, sleeper_that_does_not_look_again_is_found) {
  expect_found<wake_suite<membarrier, false>>(rl::test_result_deadlock, random_runs(100'000));
}

}  // namespace
}  // namespace gyre::model
