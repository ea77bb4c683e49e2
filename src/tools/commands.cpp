#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "commands.hpp"

namespace gyre::tool {

namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (char const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 200;
  bool const cut = text.size() > longest;
  return "'" + escaped(text.substr(0, longest)) + (cut ? "…'" : "'");
}

int complain(std::string_view where, std::string_view what, int exit_code) {
  std::string line(what);
  // CLI11's own texts may have several lines.
  std::replace(line.begin(), line.end(), '\n', ' ');
  std::fputs(fmt::format("gyre{}{}: {}\n", where.empty() ? "" : " ", where, escaped(line)).c_str(),
             stderr);
  return exit_code;
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

}  // namespace gyre::tool
