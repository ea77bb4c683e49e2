#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// What a program's command line may say, as data. `command_line.cpp` alone includes CLI11, for its
/// header takes as long to compile as all of Gyre's.
namespace gyre::tool {

/// Where the value of an option is written. `bool` is a flag.
using option_target = std::variant<bool*, int*, std::string*, std::optional<std::string>*,
                                   std::optional<std::uint64_t>*, std::vector<std::string>*>;

/// One option, or one positional argument.
struct cli_option {
  std::string name;  ///< "--engine"; without the dashes it is a positional argument.
  std::string text;  ///< What help says of it, its default in brackets.
  option_target target;
  std::vector<std::string> allowed{};  ///< The values; help shows them as a|b. Empty: any.
  std::string shown{};                 ///< What help shows in place of the type; empty: the type.
  bool required = false;
  /// Least and greatest of a number.
  std::optional<std::pair<std::uint64_t, std::uint64_t>> range{};
  int values = 0;  ///< How many values it takes, where that is fixed; 0: as its type says.
  std::string
      excludes{};  ///< The name of an option, before this one, that may not stand beside it.
};

/// A command: it has options and does something, or it is a group of commands.
struct cli_command {
  std::string name;
  std::string text;    ///< One line.
  std::string footer;  ///< Examples, below the options in the help.
  std::vector<cli_option> options{};
  std::vector<cli_command> commands{};
  std::function<int()> run{};  ///< Returns the exit status. Empty for a group.
};

/// Parses the command line of a program with these commands, runs the one that is chosen, and
/// returns the exit status. Wrong use is one line on stderr, and `exit_usage`. `--help` and
/// `--version` go to stdout. What a command throws, and a stdout that cannot be written, are
/// reported; then the exit status is not 0. A program without `commands` has options alone.
[[nodiscard]] int run_command_line(cli_command const& program, int argc, char const* const* argv);

}  // namespace gyre::tool
