#include "value_text.hpp"

#include <algorithm>

namespace test_data {

namespace {

constexpr char digits[] = "0123456789abcdef";

/// A number of 128 bits in decimal.
std::string wide_text(std::uint64_t high, std::uint64_t low) {
  std::array<std::uint64_t, 4> parts{high >> 32U, high & UINT32_MAX, low >> 32U, low & UINT32_MAX};
  std::string out;
  do {
    std::uint64_t rest = 0;
    for (std::uint64_t& part : parts) {
      std::uint64_t const all = rest << 32U | part;
      part = all / 10;
      rest = all % 10;
    }
    out += digits[rest];
  } while (parts != std::array<std::uint64_t, 4>{});
  std::reverse(out.begin(), out.end());
  return out;
}

}  // namespace

void value_text::number(std::int64_t value) { out_ += std::to_string(value); }
void value_text::number(std::uint64_t value) { out_ += std::to_string(value); }

void value_text::bits(char prefix, std::uint64_t value, int count) {
  out_ += prefix;
  for (int i = count; i-- > 0;) out_ += digits[value >> (4 * i) & 15U];
}

void value_text::string(std::string_view value) {
  out_ += '"';
  for (char const c : value) {
    out_ += digits[static_cast<unsigned char>(c) >> 4U];
    out_ += digits[static_cast<unsigned char>(c) & 15U];
  }
  out_ += '"';
}

void value_text::other(gyre::uuid const& value) { out_ += value.to_string(); }
void value_text::other(gyre::wire::date_time value) {
  // C#'s own Kind, which has one word for both local times.
  out_ += "dt" + std::to_string(value.ticks()) + "/" +
          std::to_string(std::min(static_cast<int>(value.relative_to()), 2));
}
void value_text::other(gyre::wire::time_span value) { out_ += "ts" + std::to_string(value.ticks); }
void value_text::other(gyre::wire::date_only value) { out_ += "do" + std::to_string(value.days); }
void value_text::other(gyre::wire::time_only value) { out_ += "to" + std::to_string(value.ticks); }
void value_text::other(gyre::wire::date_time_offset value) {
  out_ += "dto" + std::to_string(value.utc_ticks) + "/" + std::to_string(value.offset_minutes);
}
void value_text::other(gyre::wire::decimal value) {
  out_ += value.negative() ? "m-" : "m";
  out_ += wide_text(value.high, value.low) + "e" + std::to_string(value.scale());
}
void value_text::other(gyre::wire::half value) { bits('h', value.bits, 4); }
void value_text::other(gyre::wire::uint128 value) { out_ += wide_text(value.high, value.low); }
void value_text::other(gyre::wire::int128 value) {
  std::uint64_t const low = value.low;
  auto const high = static_cast<std::uint64_t>(value.high);
  if (value.high >= 0) {
    out_ += wide_text(high, low);
  } else {
    out_ += "-" + wide_text(~high + (low == 0 ? 1U : 0U), ~low + 1);
  }
}

bool value_text::begins(void const* object) {
  auto const known = std::find(objects_.begin(), objects_.end(), object);
  auto const id = known - objects_.begin();
  bool const fresh = known == objects_.end();
  if (fresh) objects_.push_back(object);
  out_ += (fresh ? "#" : "@") + std::to_string(id);
  return fresh;
}

}  // namespace test_data
