#pragma once

#include <string>
#include <string_view>

/// The tool's subcommands, one folder each, and what they have in common.
namespace gyre::tool {

struct cli_command;

/// What the tool's exit status says.
inline constexpr int exit_ok = 0;
inline constexpr int exit_failed = 1;     ///< It ran, and something was not as it should be.
inline constexpr int exit_usage = 2;      ///< The command line, or a file that it names, is wrong.
inline constexpr int exit_no_engine = 3;  ///< The engine asked for is not there.

// The tool's commands, each made in the folder of its name.
[[nodiscard]] cli_command validate_command();
[[nodiscard]] cli_command run_command();
[[nodiscard]] cli_command doctor_command();
[[nodiscard]] cli_command wire_command();

/// `text` in single quotes, control characters escaped and long text cut: fit for a one-line
/// message.
[[nodiscard]] std::string in_quotes(std::string_view text);

/// "gyre <where>: <what>" and a newline on stderr; `what` is made one line. Returns `exit_code`.
int complain(std::string_view where, std::string_view what, int exit_code);

/// Writes to stdout. A failure is remembered by the stream, and `main` reports it.
void print(std::string_view text);

/// The commit that this was built from, with "+changes" if there were any; or "unknown".
[[nodiscard]] std::string_view build_commit() noexcept;
/// The compiler's flags, but for warnings; empty if they are not known.
[[nodiscard]] std::string_view build_flags() noexcept;
/// The version, as in the file VERSION.
[[nodiscard]] std::string_view build_version() noexcept;

}  // namespace gyre::tool
