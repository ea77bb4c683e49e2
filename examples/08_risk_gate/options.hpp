#pragma once

#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>

namespace gate {

/// What the command line says.
struct options {
  std::uint64_t accounts = 100'000;
  std::uint64_t orders = 200'000;  ///< Made, beside those of the file.
  std::uint64_t seed = 1;
  std::string file = "orders.jsonl";
};

/// Reads it. What means nothing ends the program with its usage: status 0 if that was asked for,
/// else 2. `GYRE_STRESS_SCALE=small` makes the defaults small.
[[nodiscard]] inline options read_options(int argc, char** argv) {
  options out;
  char const* const scale = std::getenv("GYRE_STRESS_SCALE");
  if (scale != nullptr && std::string_view(scale) == "small") {
    out.accounts = 5'000;
    out.orders = 10'000;
  }
  auto const end = [&](bool asked) {
    std::fprintf(asked ? stdout : stderr,
                 "usage: %s [--accounts N] [--orders N] [--seed N] [--file FILE]\n"
                 "Whole numbers, 1 to 10000000; a file of JSON lines.\n",
                 argv[0]);
    std::exit(asked ? 0 : 2);
  };
  for (int i = 1; i < argc; ++i) {
    std::string_view const name = argv[i];
    if (name == "--help" || name == "-h") end(true);
    if (i + 1 == argc) end(false);
    std::string_view const value = argv[++i];
    if (name == "--file") {
      out.file = value;
      continue;
    }
    std::uint64_t* const number = name == "--accounts" ? &out.accounts
                                  : name == "--orders" ? &out.orders
                                  : name == "--seed"   ? &out.seed
                                                       : nullptr;
    if (number == nullptr) end(false);
    auto const [after, fault] = std::from_chars(value.data(), value.data() + value.size(), *number);
    bool const whole = fault == std::errc{} && after == value.data() + value.size();
    if (!whole || *number < 1 || *number > 10'000'000) end(false);
  }
  return out;
}

}  // namespace gate
