#include "fiber.hpp"

#include <cstdint>
#include <cstdlib>
#include <new>

#include <sys/mman.h>
#include <ucontext.h>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
// The switching itself is not what is looked at.
#define GYRE_UNTRACKED __attribute__((no_sanitize("thread")))
#else
#define GYRE_UNTRACKED
#endif

#if defined(__x86_64__)
// Saves what the ABI asks a function to keep, and goes on with another stack.
extern "C" void gyre_test_switch_stack(void** save, void* load);
asm(R"(
.text
.globl gyre_test_switch_stack
.type gyre_test_switch_stack, @function
gyre_test_switch_stack:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size gyre_test_switch_stack, .-gyre_test_switch_stack
)");
#endif

namespace gyre::emulated {
namespace {

thread_local fiber* running = nullptr;
#if defined(__SANITIZE_THREAD__)
char all_fibers;
#endif

}  // namespace

struct fiber::stacks {
  void* memory = nullptr;
#if defined(__x86_64__)
  void* own = nullptr;
  void* caller = nullptr;
#else
  ucontext_t own{};
  ucontext_t caller{};
#endif
#if defined(__SANITIZE_ADDRESS__)
  void* own_fake = nullptr;
  void* caller_fake = nullptr;
  void const* caller_bottom = nullptr;
  std::size_t caller_size = 0;
#endif
#if defined(__SANITIZE_THREAD__)
  void* own_track = nullptr;
  void* caller_track = nullptr;
#endif
};

fiber::fiber(std::function<void()> body)
    : body_(std::move(body)), stacks_(std::make_unique<stacks>()) {
  stacks& s = *stacks_;
  s.memory = ::mmap(nullptr, stack_bytes, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (s.memory == MAP_FAILED) throw std::bad_alloc();
#if defined(__SANITIZE_ADDRESS__)
  // One that was abandoned in the middle leaves its marks on the addresses.
  __asan_unpoison_memory_region(s.memory, stack_bytes);
#endif
#if defined(__x86_64__)
  auto** top = reinterpret_cast<void**>(static_cast<std::byte*>(s.memory) + stack_bytes);
  top -= 1;  // as a call leaves it: 8 below a multiple of 16
  *--top = reinterpret_cast<void*>(&fiber::enter);
  top -= 6;  // the registers
  s.own = top;
#else
  ::getcontext(&s.own);
  s.own.uc_stack.ss_sp = s.memory;
  s.own.uc_stack.ss_size = stack_bytes;
  ::makecontext(&s.own, &fiber::enter, 0);
#endif
#if defined(__SANITIZE_THREAD__)
  s.own_track = __tsan_create_fiber(0);
#endif
}

fiber::~fiber() {
#if defined(__SANITIZE_THREAD__)
  __tsan_destroy_fiber(stacks_->own_track);
#endif
  ::munmap(stacks_->memory, stack_bytes);
}

GYRE_UNTRACKED void fiber::resume() {
  if (done_) return;
  fiber* const before = running;
  running = this;
  switch_in();
  running = before;
}

GYRE_UNTRACKED void fiber::switch_in() {
  stacks& s = *stacks_;
#if defined(__SANITIZE_THREAD__)
  s.caller_track = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(s.own_track, 0);
#endif
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(&s.caller_fake, s.memory, stack_bytes);
#endif
#if defined(__x86_64__)
  gyre_test_switch_stack(&s.caller, s.own);
#else
  ::swapcontext(&s.caller, &s.own);
#endif
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(s.caller_fake, nullptr, nullptr);
#endif
}

GYRE_UNTRACKED void fiber::switch_out([[maybe_unused]] bool for_good) {
  stacks& s = *stacks_;
#if defined(__SANITIZE_THREAD__)
  // What a fiber has done is ordered before what others do when it has ended, or by `see_fibers`.
  __tsan_release(&all_fibers);
  __tsan_switch_to_fiber(s.caller_track, for_good ? 0 : __tsan_switch_to_fiber_no_sync);
#endif
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_start_switch_fiber(for_good ? nullptr : &s.own_fake, s.caller_bottom, s.caller_size);
#endif
#if defined(__x86_64__)
  gyre_test_switch_stack(&s.own, s.caller);
#else
  ::swapcontext(&s.own, &s.caller);
#endif
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(s.own_fake, &s.caller_bottom, &s.caller_size);
#endif
}

GYRE_UNTRACKED void fiber::yield() { running->switch_out(false); }

GYRE_UNTRACKED void fiber::enter() {
  fiber& self = *running;
#if defined(__SANITIZE_ADDRESS__)
  __sanitizer_finish_switch_fiber(nullptr, &self.stacks_->caller_bottom,
                                  &self.stacks_->caller_size);
#endif
  self.body_();
  self.done_ = true;
  self.switch_out(true);
  std::abort();  // nobody resumes what is done
}

void see_fibers() {
#if defined(__SANITIZE_THREAD__)
  __tsan_acquire(&all_fibers);
#endif
}

}  // namespace gyre::emulated
