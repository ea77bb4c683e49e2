#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

#include "../../floor/machine.hpp"
#include "../harness/row.hpp"

namespace gyre::tool {

/// A run of `gyre bench`: where and how, and its rows. The memory and cores of `where` that a file
/// does not name are 0.
struct report {
  machine where;
  std::string flags;   ///< The compiler's.
  std::string commit;  ///< "unknown" where it is not known; ends with "+changes" if there were.
  int repetitions = 0;
  int milliseconds = 0;  ///< Of one repetition.
  std::vector<row> rows;
};

/// The run's figures as a file keeps them; what was not measured is null.
[[nodiscard]] nlohmann::ordered_json json_of(report const& r);
/// What `json_of` wrote, or an earlier version of it: what that did not say is 0. The error says
/// what is wrong with the text.
[[nodiscard]] tl::expected<report, std::string> report_from(std::string_view json);

/// Tables for people: the rows, then the curves.
[[nodiscard]] std::string text_of(report const& r);

/// `<commit>.<machine>.<compiler>.json`, in small letters:
/// "99a5713471e7.amd-epyc-2-cores.gcc-12.2.0.json".
[[nodiscard]] std::string file_name_of(report const& r);

/// A figure for people: "118", "4.2", "22.5 M"; "-" of 0.
[[nodiscard]] std::string figure_text(double value, std::string_view unit);
/// "1.58 (1.49-1.66)"; "-" of none.
[[nodiscard]] std::string ratio_text(middle const& ratio);
/// "118", or "118 > 512!" where it changed, and "others 30 %" where the row was disturbed; "-"
/// where the mode is not known.
[[nodiscard]] std::string mode_text(row const& r);
/// Nanoseconds that one message costs, of a row that counts messages; 0 of others.
[[nodiscard]] double cost_of(row const& r) noexcept;
/// "gcc 12.2.0, -O3; AMD EPYC, 2 cores; …": one line each.
[[nodiscard]] std::vector<std::string> heading_of(report const& r);
/// The rows of each curve, by series and x; in the order of their first points.
[[nodiscard]] std::vector<std::vector<row const*>> curves_of(report const& r);

}  // namespace gyre::tool
