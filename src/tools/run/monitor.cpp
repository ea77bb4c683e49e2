#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <07_monitor/generator.hpp>
#include <07_monitor/stream.hpp>

#include "../commands.hpp"
#include "monitor.hpp"
#include "progress.hpp"
#include "session.hpp"

namespace gyre::tool {

namespace {

static_assert(greatest_transactions == monitor::generator::greatest_count);

/// Lines that failed and are named; more are only counted.
constexpr std::uint64_t most_named = 20;

int wrong(error const& e) { return complain("run", e.message(), exit_failed); }

}  // namespace

int run_monitor(runtime& rt, file& input, file& output) {
  auto kernel = rt.launch<monitor::card>("monitor", {.actors = greatest_cards});
  if (!kernel) return wrong(kernel.error());
  if (auto r = kernel->activate(); !r) return wrong(r.error());
  auto port = kernel->open_port(monitor::stream::port_options);
  if (!port) return wrong(port.error());

  progress shown(input.size());
  std::uint64_t named = 0;
  monitor::stream lines(std::move(*port), [&](std::uint64_t line, std::string_view why) {
    if (++named > most_named) return;
    shown.clear();
    complain("run", fmt::format("line {}: {}", line, why), exit_failed);
  });
  if (auto r = output.write(std::string(monitor::alert_header) + "\n"); !r) return wrong(r.error());
  session all(lines, input, output, shown);
  tally const t = all.run();
  double const seconds = shown.seconds();
  if (named > most_named) {
    complain("run", fmt::format("{} more lines failed", named - most_named), exit_failed);
  }
  if (!t.broken.empty()) complain("run", t.broken, exit_failed);
  auto const& counted = lines.counted();
  complain("run",
           fmt::format("{} transactions, {} lines failed, {} cards, {} alerts, {:.3f} s, "
                       "{:.0f} transactions/s",
                       counted.transactions, t.failed, counted.cards, counted.alerts, seconds,
                       static_cast<double>(counted.transactions) / seconds),
           exit_ok);
  auto last = kernel->terminate();
  if (!last) return wrong(last.error());
  return t.failed == 0 && t.broken.empty() ? exit_ok : exit_failed;
}

int write_transactions(file& output, std::uint64_t count, std::uint64_t seed) {
  monitor::generator const made(count, seed);
  std::string text = std::string(monitor::input_header) + "\n";
  for (std::size_t i = 0; i < made.size(); ++i) {
    made.write_line(i, text);
    if (text.size() < piece) continue;
    if (auto r = output.write(text); !r) return complain("run", r.error().context, exit_failed);
    text.clear();
  }
  auto done = output.write(text);
  if (done) done = output.close();
  if (!done) return complain("run", done.error().context, exit_failed);
  complain("run",
           fmt::format("{} transactions of {} cards; {} alerts are due", made.size(), made.cards(),
                       made.answers().size()),
           exit_ok);
  return exit_ok;
}

}  // namespace gyre::tool
