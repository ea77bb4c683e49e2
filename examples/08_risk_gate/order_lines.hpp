#pragma once

#include <cstdint>
#include <iosfwd>
#include <string>
#include <vector>

#include "stream.hpp"

namespace gate {

/// A line that is no order, cancel, kill or resume.
struct bad_line {
  std::uint64_t number = 0;  ///< From 1 on.
  std::string why;           ///< What it has, and what is allowed.
};

struct lines {
  std::vector<entry> entries;
  std::vector<bad_line> bad;
  std::uint64_t count = 0;
};

/// Ids of orders in a file; others make orders of greater ones.
inline constexpr std::uint64_t greatest_id = 999'999'999'999;
inline constexpr std::uint64_t greatest_account = 999'999'999;
inline constexpr std::uint64_t greatest_quantity = 1'000'000;
inline constexpr std::uint64_t greatest_price_cents = 100'000'000;

/// Reads JSON objects, one a line. Members that are not named here are passed over.
///
/// ```
/// {"kind":"order","id":1,"account":42,"symbol":"ACME","side":"buy","quantity":9,"price_cents":990}
/// {"kind":"cancel","id":1,"account":42}
/// {"kind":"kill"}   {"kind":"kill","symbol":"ACME"}   {"kind":"resume","account":42}
/// ```
[[nodiscard]] lines read_lines(std::istream& in);

}  // namespace gate
