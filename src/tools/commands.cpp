#include <algorithm>
#include <cstdio>
#include <utility>

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

CLI::Validator one_of(std::vector<std::string> allowed) {
  std::string const shown = fmt::format("{}", fmt::join(allowed, "|"));
  return CLI::Validator(
      [allowed = std::move(allowed)](std::string& value) -> std::string {
        if (std::find(allowed.begin(), allowed.end(), value) != allowed.end()) return {};
        return fmt::format("{} is not allowed; allowed: {}", in_quotes(value),
                           fmt::join(allowed, ", "));
      },
      shown);
}

CLI::Option* limit(CLI::Option* option, std::vector<std::string> const& allowed) {
  option->type_name(fmt::format("{}", fmt::join(allowed, "|")));
  return option->check(one_of(allowed).description({}));
}

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

std::string_view build_commit() noexcept {
#ifdef GYRE_COMMIT
  return GYRE_COMMIT;
#else
  return "unknown";
#endif
}

std::string_view build_flags() noexcept {
#ifdef GYRE_FLAGS
  return GYRE_FLAGS;
#else
  return {};
#endif
}

std::string_view build_version() noexcept {
#ifdef GYRE_VERSION
  return GYRE_VERSION;
#else
  return "unknown";
#endif
}

}  // namespace gyre::tool
