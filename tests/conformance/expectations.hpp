#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <iterator>
#include <optional>
#include <string_view>

#include <malloc.h>

#include <gtest/gtest.h>

#include <gyre/core/error.hpp>

/// \file
/// What several conformance tests look at: errors with their text, and what the process holds.

namespace gyre::conformance {

/// Whether `r` is this error, and its message holds each of `parts`.
template <class Result>
[[nodiscard]] ::testing::AssertionResult refused(
    Result const& r, errc code, std::initializer_list<std::string_view> parts = {}) {
  if (r.has_value()) return ::testing::AssertionFailure() << "it was not refused";
  if (r.error().code != code) {
    return ::testing::AssertionFailure() << "refused as " << r.error().message();
  }
  for (std::string_view const part : parts) {
    if (r.error().context.find(part) == std::string_view::npos) {
      return ::testing::AssertionFailure() << "'" << part << "' is not in: " << r.error().message();
    }
  }
  return ::testing::AssertionSuccess();
}

/// Whether `r` is a value; if not, says why.
template <class Result>
[[nodiscard]] ::testing::AssertionResult done(Result const& r) {
  if (r.has_value()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << r.error().message();
}

/// Entries of a folder: threads in /proc/self/task, descriptors in /proc/self/fd (proc(5)).
[[nodiscard]] inline std::ptrdiff_t entries_in(char const* folder) {
  return std::distance(std::filesystem::directory_iterator(folder), {});
}
[[nodiscard]] inline std::ptrdiff_t threads_now() { return entries_in("/proc/self/task"); }
[[nodiscard]] inline std::ptrdiff_t descriptors_now() { return entries_in("/proc/self/fd"); }

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GYRE_CONFORMANCE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define GYRE_CONFORMANCE_SANITIZED 1
#endif
#endif

/// Bytes that the process has allocated, by mallinfo(3); none where a sanitizer allocates.
[[nodiscard]] inline std::optional<std::uint64_t> heap_now() {
#if defined(GYRE_CONFORMANCE_SANITIZED)
  return std::nullopt;
#else
  struct mallinfo2 const m = ::mallinfo2();
  return m.uordblks + m.hblkhd;
#endif
}

}  // namespace gyre::conformance
