#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <system_error>

#include "monitor.hpp"

// Transactions and alerts as lines of CSV. No field is quoted: none has a comma or a quote in it.

namespace monitor {

inline constexpr std::string_view input_header = "time_ms,card,cents,country";
inline constexpr std::string_view alert_header = "time_ms,card,rule,cents,why";
inline constexpr std::int64_t greatest_time_ms = 9'007'199'254'740'991;
inline constexpr std::int64_t greatest_cents = 1'000'000'000'000;
inline constexpr std::size_t longest_card = 64;

/// A transaction as it was read. The views are of the line.
struct input_line {
  transaction what{};
  std::string_view card;
  std::string_view country;  // two capitals; no rule asks for it
};

namespace detail {

/// Fit for a message of one line.
inline std::string shown(std::string_view text) {
  constexpr std::size_t longest = 40;
  std::string out = "'" + std::string(text.substr(0, longest));
  for (char& c : out) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  }
  return out + (text.size() > longest ? "…'" : "'");
}

/// Empty, or what is wrong with the field.
inline std::string read_whole(std::string_view name, std::string_view text, std::int64_t greatest,
                              std::int64_t& out) {
  auto const [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (fault == std::errc{} && end == text.data() + text.size() && out >= 0 && out <= greatest) {
    return {};
  }
  return std::string(name) + " is " + shown(text) + ", allowed: a whole number, 0 to " +
         std::to_string(greatest);
}

inline bool is_card(std::string_view text) {
  for (char const c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F || c == '"') return false;
  }
  return !text.empty() && text.size() <= longest_card;
}

inline bool is_country(std::string_view text) {
  auto const capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  return text.size() == 2 && capital(text[0]) && capital(text[1]);
}

}  // namespace detail

/// Whether it names the columns, with or without a byte order mark before them.
[[nodiscard]] inline bool is_header(std::string_view line) {
  if (line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line == input_header;
}

/// Empty, or what is wrong with the line and what is allowed.
[[nodiscard]] inline std::string read(std::string_view line, input_line& out) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::string_view fields[4];
  std::size_t count = 0;
  for (std::string_view rest = line;; ++count) {
    std::size_t const comma = rest.find(',');
    if (count < 4) fields[count] = rest.substr(0, comma);
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  if (++count != 4) {
    return "it has " + std::to_string(count) + (count == 1 ? " field" : " fields") +
           ", allowed: four, " + std::string(input_header);
  }
  out.card = fields[1];
  out.country = fields[3];
  std::string why = detail::read_whole("time_ms", fields[0], greatest_time_ms, out.what.time_ms);
  if (why.empty() && !detail::is_card(out.card)) {
    why = "card is " + detail::shown(out.card) + ", allowed: 1 to " + std::to_string(longest_card) +
          " characters, none of them a quote or a control character";
  }
  if (why.empty()) why = detail::read_whole("cents", fields[2], greatest_cents, out.what.cents);
  if (why.empty() && !detail::is_country(out.country)) {
    why = "country is " + detail::shown(out.country) + ", allowed: two capital letters";
  }
  return why;
}

/// Adds "time,card,rule,cents": what an alert is, without its reason.
inline void write_alert(std::int64_t time_ms, std::string_view card, std::string_view rule,
                        std::int64_t cents, std::string& out) {
  out += std::to_string(time_ms);
  out.append(",").append(card).append(",").append(rule).append(",");
  out += std::to_string(cents);
}

/// Adds a line for each rule that is broken; how many.
inline std::uint64_t write_alerts(transaction const& what, std::string_view card, verdict const& v,
                                  std::string& out) {
  char why[160];
  if (v.too_many) {
    write_alert(what.time_ms, card, "velocity", what.cents, out);
    std::snprintf(why, sizeof why, ",%d within %.3f s; allowed: %d within %.0f s\n",
                  static_cast<int>(greatest_in_window) + 1, static_cast<double>(v.span_ms) / 1e3,
                  static_cast<int>(greatest_in_window), static_cast<double>(window_ms) / 1e3);
    out += why;
  }
  if (v.odd_amount) {
    write_alert(what.time_ms, card, "deviation", what.cents, out);
    double const deviation = std::sqrt(v.variance);
    std::snprintf(why, sizeof why, ",over %.1f: mean %.1f and %.0f standard deviations of %.1f\n",
                  v.mean + greatest_deviation * deviation, v.mean, greatest_deviation, deviation);
    out += why;
  }
  return (v.too_many ? 1U : 0U) + (v.odd_amount ? 1U : 0U);
}

}  // namespace monitor
