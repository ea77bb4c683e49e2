// Checks before a trade: may this order be? Each account is a keyed actor, that comes into being at
// its first order and checks its own rules: kill switch, size, open orders, exposure. Then it asks
// the actor of the symbol, in another kernel, for the others: kill switch, price band, position.
// The answers of both make the outcome.
//
// The stream is a file of JSON lines, some of them bad, and many orders made. Four feeders send it,
// each by another way that Gyre has. In its middle the states are written to a file, everything
// ends, and a new runtime goes on with them. Each outcome, and each state at the end, must be that
// of a plain loop on one thread.

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "gateway.hpp"
#include "generator.hpp"
#include "options.hpp"
#include "order_lines.hpp"
#include "reference.hpp"
#include "states.hpp"

namespace {

/// A file's name that no other process has; the file is gone at the end.
class temporary_file {
 public:
  temporary_file()
      : path(std::filesystem::temp_directory_path() /
             ("gyre_risk_gate." + std::to_string(::getpid()))) {}
  temporary_file(temporary_file const&) = delete;
  temporary_file& operator=(temporary_file const&) = delete;
  ~temporary_file() {
    std::error_code nobody_minds;
    std::filesystem::remove(path, nobody_minds);
  }

  std::filesystem::path const path;
};

gate::lines read_file(std::string const& name) {
  std::ifstream in(name);
  // A folder opens, and cannot be read.
  if (!in || (in.peek(), in.bad())) throw std::runtime_error("'" + name + "' cannot be read");
  gate::lines out = gate::read_lines(in);
  std::printf("%s: %llu lines, %zu of them bad\n", name.c_str(),
              static_cast<unsigned long long>(out.count), out.bad.size());
  constexpr std::size_t shown = 5;
  for (std::size_t i = 0; i < out.bad.size() && i < shown; ++i) {
    std::printf("  line %llu: %s\n", static_cast<unsigned long long>(out.bad[i].number),
                out.bad[i].why.c_str());
  }
  if (out.bad.size() > shown) std::printf("  and %zu more\n", out.bad.size() - shown);
  return out;
}

/// Whether the lines that FILE.bad names are bad, for the reasons that it has; if it is there.
bool are_expected(std::string const& name, std::vector<gate::bad_line> const& bad) {
  std::ifstream in(name + ".bad");
  if (!in) return true;
  bool right = true;
  auto at = bad.begin();
  for (std::string expected; std::getline(in, expected);) {
    std::string const said =
        at == bad.end() ? "nothing" : std::to_string(at->number) + ": " + at->why;
    if (at != bad.end()) ++at;
    if (said == expected) continue;
    std::printf("WRONG: %s.bad has '%s', but read was '%s'\n", name.c_str(), expected.c_str(),
                said.c_str());
    right = false;
  }
  if (at != bad.end()) std::printf("WRONG: %s.bad ends too early\n", name.c_str());
  return right && at == bad.end();
}

/// The whole stream in two halves, each in a runtime of its own; `out`: what came of each entry.
gate::saved_states run(std::vector<gate::entry> const& stream, std::uint64_t most_accounts,
                       std::vector<gate::outcome>& out) {
  temporary_file const file;
  std::size_t const half = stream.size() / 2;
  std::vector<gate::tally> tallies;
  gate::saved_states states;
  for (std::size_t const first : {std::size_t{0}, half}) {
    std::size_t const n = first == 0 ? half : stream.size() - half;
    if (first != 0) states = gate::load(file.path).value();
    gate::gateway gateway(most_accounts, states);
    gateway.take({stream.data() + first, n}, {out.data() + first, n});
    states = gateway.close().value();
    if (first == 0) {
      gate::save(file.path, states).value();
      std::printf("%zu accounts saved after %zu entries, in %llu bytes\n", states.accounts.size(),
                  n, static_cast<unsigned long long>(std::filesystem::file_size(file.path)));
    }
    for (std::size_t f = 0; f < gateway.tallies().size(); ++f) {
      gate::tally const& t = gateway.tallies()[f];
      if (first == 0) tallies.push_back({.name = t.name});
      tallies[f].sent += t.sent;
      tallies[f].seconds += t.seconds;
    }
  }
  for (gate::tally const& t : tallies) {
    std::printf("%-12s %8llu orders and cancels, %8.0f a second\n", t.name.c_str(),
                static_cast<unsigned long long>(t.sent), static_cast<double>(t.sent) / t.seconds);
  }
  return states;
}

/// Whether each outcome and each state is the reference's. Shows the first that is not.
bool are_right(std::vector<gate::entry> const& stream, std::vector<gate::outcome> const& out,
               gate::saved_states const& states) {
  gate::reference reference;
  std::array<std::uint64_t, gate::reason_names.size()> counts{};
  std::uint64_t wrong = 0;
  for (std::size_t i = 0; i < stream.size(); ++i) {
    gate::outcome const expected = reference.take(stream[i]);
    if (stream[i].what == gate::kind::kill || stream[i].what == gate::kind::resume) continue;
    ++counts[static_cast<std::size_t>(out[i].why)];
    if (out[i] == expected || ++wrong > 1) continue;
    auto const text = [](gate::outcome const& o) {
      return std::string(gate::reason_names[static_cast<std::size_t>(o.why)]) + " and " +
             std::to_string(o.room_cents);
    };
    std::printf("WRONG: entry %zu, id %llu of account %llu: %s; expected: %s\n", i,
                static_cast<unsigned long long>(stream[i].id),
                static_cast<unsigned long long>(stream[i].account), text(out[i]).c_str(),
                text(expected).c_str());
  }
  for (std::size_t r = 0; r < counts.size(); ++r) {
    if (counts[r] == 0) continue;
    std::printf("%-16s %8llu\n", std::string(gate::reason_names[r]).c_str(),
                static_cast<unsigned long long>(counts[r]));
  }
  gate::saved_states const expected = reference.states();
  bool const same_accounts = states.accounts == expected.accounts;
  bool const same_books = states.books == expected.books;
  std::printf("%llu outcomes differ; %zu accounts are %s; %zu books are %s\n",
              static_cast<unsigned long long>(wrong), states.accounts.size(),
              same_accounts ? "as expected" : "WRONG", states.books.size(),
              same_books ? "as expected" : "WRONG");
  return wrong == 0 && same_accounts && same_books;
}

}  // namespace

int main(int argc, char** argv) {
  gate::options const given = gate::read_options(argc, argv);
  try {
    gate::lines const lines = read_file(given.file);
    std::vector<gate::entry> stream = lines.entries;
    std::ranges::copy(
        gate::make_stream(given.orders, given.accounts, gate::greatest_id + 1, given.seed),
        std::back_inserter(stream));
    std::vector<gate::outcome> out(stream.size());
    auto const states = run(stream, given.accounts + lines.entries.size(), out);
    bool const right = are_right(stream, out, states) && are_expected(given.file, lines.bad);
    std::puts(right ? "right" : "WRONG");
    return right ? 0 : 1;
  } catch (std::exception const& e) {  // of `value()`, where there is none
    std::fprintf(stderr, "example_08_risk_gate: %s\n", e.what());
    return 1;
  }
}
