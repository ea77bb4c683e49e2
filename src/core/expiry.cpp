#include <gyre/core/expiry.hpp>

#include <time.h>

namespace gyre {
namespace {

/// From here on the coarse clock will do.
constexpr std::chrono::nanoseconds coarse_enough = std::chrono::milliseconds(100);

std::int64_t read(clockid_t clock) noexcept {
  timespec t{};
  ::clock_gettime(clock, &t);
  return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
}

/// A tick of the coarse clock: it shows the last one.
std::int64_t tick() noexcept {
  static std::int64_t const ns = [] {
    timespec t{};
    ::clock_getres(CLOCK_MONOTONIC_COARSE, &t);
    return std::int64_t{t.tv_sec} * 1'000'000'000 + t.tv_nsec;
  }();
  return ns;
}

}  // namespace

std::uint32_t detail::read_expiry(std::chrono::nanoseconds timeout) noexcept {
  std::int64_t const left = timeout.count() > 0 ? timeout.count() : 0;
  std::int64_t const at = timeout >= coarse_enough ? read(CLOCK_MONOTONIC_COARSE) + tick() + left
                                                   : read(CLOCK_MONOTONIC) + left;
  auto const expires = static_cast<std::uint32_t>((at + 999) / 1000);
  return expires == 0 ? 1 : expires;
}

}  // namespace gyre
