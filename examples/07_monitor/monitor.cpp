// Watches a stream of card transactions. Each card is an actor, found by its number, that comes
// into being at its first transaction; it says which are too fast after one another, and whose
// amount is unlike the card. Many transactions are in flight at once; those of one card are judged
// in their order. Without an argument it makes streams whose alerts are known, and checks them.

#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <gyre/gyre.hpp>

#include "generator.hpp"
#include "stream.hpp"

namespace {

constexpr char const* help =
    R"(example_07_monitor                        make streams with known alerts, and check them
example_07_monitor FILE|-                 print the alerts of a file, or of standard input
example_07_monitor --generate N [SEED]    print N transactions
example_07_monitor --help

A line of the input is time_ms,card,cents,country. Exit status: 0 all well, 1 a line failed, or an
alert was wrong; 2 wrong use.
)";

constexpr std::uint64_t greatest_cards = 1'000'000;

struct judged {
  monitor::counts counted{};
  double seconds = 0;  // from the first line to the last verdict
};

/// What a kernel of so many shards says of the lines that `each(send)` sends; `take(text)` gets the
/// alerts, when some have gathered and at the end.
template <class Each, class Take>
judged judge(std::uint32_t shards, Each each, Take take) {
  auto rt = gyre::runtime::create({.engine = gyre::engine_kind::cpu}).value();
  auto kernel =
      rt.launch<monitor::card>("monitor", {.shards = shards, .actors = greatest_cards}).value();
  kernel.activate().value();
  monitor::stream lines(kernel.open_port(monitor::stream::port_options).value(),
                        [](std::uint64_t line, std::string_view why) {
                          std::fprintf(stderr, "line %llu: %.*s\n",
                                       static_cast<unsigned long long>(line),
                                       static_cast<int>(why.size()), why.data());
                        });
  std::string text;
  auto const flush = [&] {
    lines.take_lines(text);
    take(text);
    text.clear();
  };
  auto const begin = std::chrono::steady_clock::now();
  std::uint64_t number = 0;
  each([&](std::string_view line) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
    lines.send(number, line).value();
    if (lines.ready_bytes() > 1 << 16) flush();
  });
  lines.settle().value();
  flush();
  std::chrono::duration<double> const taken = std::chrono::steady_clock::now() - begin;
  return {lines.counted(), taken.count()};
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

int watch(std::istream& input) {
  print(std::string(monitor::alert_header) + "\n");
  auto const [counted, seconds] = judge(
      1,
      [&](auto send) {
        for (std::string line; std::getline(input, line);) send(line);
      },
      print);
  std::fprintf(
      stderr,
      "%llu transactions, %llu lines failed, %llu cards, %llu alerts, %.0f transactions/s\n",
      static_cast<unsigned long long>(counted.transactions),
      static_cast<unsigned long long>(counted.failed),
      static_cast<unsigned long long>(counted.cards),
      static_cast<unsigned long long>(counted.alerts),
      static_cast<double>(counted.transactions) / seconds);
  return counted.failed == 0 ? 0 : 1;
}

int generate(std::uint64_t count, std::uint64_t seed) {
  monitor::generator const made(count, seed);
  std::string text = std::string(monitor::input_header) + "\n";
  for (std::size_t i = 0; i < made.size(); ++i) {
    made.write_line(i, text);
    if (text.size() < 1 << 16 && i + 1 < made.size()) continue;
    print(text);
    text.clear();
  }
  return 0;
}

/// Whether exactly the alerts come that must.
bool check(std::uint64_t count, std::uint64_t seed, std::uint32_t shards) {
  monitor::generator const made(count, seed);
  std::vector<std::string> input(made.size());
  for (std::size_t i = 0; i < made.size(); ++i) {
    made.write_line(i, input[i]);
    input[i].pop_back();
  }
  std::string text;
  auto const [counted, seconds] = judge(
      shards,
      [&](auto send) {
        for (auto const& line : input) send(line);
      },
      [&](std::string_view some) { text += some; });

  // Line by line, up to the reason. What differs is missing or extra: what comes must come in
  // order.
  std::vector<std::string> said;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t const end = text.find('\n', at);
    std::string const line = text.substr(at, end - at);
    said.push_back(line.substr(0, line.rfind(',')));
    at = end + 1;
  }
  auto const answers = made.answers();
  bool const right = said == answers && counted.failed == 0 && counted.cards == made.cards() &&
                     counted.transactions == count && counted.alerts == answers.size();
  std::printf(
      "seed %llu, %u shards: %llu transactions of %llu cards, %zu alerts, %zu expected%s; "
      "%.0f transactions/s\n",
      static_cast<unsigned long long>(seed), shards,
      static_cast<unsigned long long>(counted.transactions),
      static_cast<unsigned long long>(counted.cards), said.size(), answers.size(),
      right ? "" : ", WRONG", static_cast<double>(count) / seconds);
  return right;
}

int check_all() {
  bool right = true;
  for (std::uint64_t const seed : {1U, 2U, 3U}) {
    for (std::uint32_t const shards : {1U, 2U, 3U}) right = check(100'000, seed, shards) && right;
  }
  std::puts(right ? "right" : "WRONG");
  return right ? 0 : 1;
}

int wrong_use(std::string const& what) {
  std::fprintf(stderr, "example_07_monitor: %s; --help says more\n", what.c_str());
  return 2;
}

bool whole(std::string_view text, std::uint64_t& out) {
  auto const [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out);
  return fault == std::errc{} && end == text.data() + text.size();
}

int run(std::vector<std::string> const& arguments) {
  if (arguments.empty()) return check_all();
  if (arguments[0] == "--help") {
    print(help);
    return 0;
  }
  if (arguments[0] == "--generate") {
    std::uint64_t count = 0;
    std::uint64_t seed = 1;
    bool const read = (arguments.size() == 2 || arguments.size() == 3) &&
                      whole(arguments[1], count) && count >= 1 &&
                      count <= monitor::generator::greatest_count &&
                      (arguments.size() == 2 || whole(arguments[2], seed));
    if (!read) return wrong_use("--generate N [SEED], with N from 1 to 10000000");
    return generate(count, seed);
  }
  if (arguments.size() != 1) return wrong_use("one file is read");
  if (arguments[0] == "-") return watch(std::cin);
  std::ifstream input(arguments[0]);
  // A folder opens, and cannot be read.
  if (!input || (input.peek(), input.bad())) {
    return wrong_use("'" + arguments[0] + "' cannot be read");
  }
  input.clear();
  return watch(input);
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  try {
    return run({argv + 1, argv + argc});
  } catch (std::exception const& e) {  // of `value()`, where there is none
    std::fprintf(stderr, "example_07_monitor: %s\n", e.what());
    return 1;
  }
}
