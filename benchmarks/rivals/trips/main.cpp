#include <string>
#include <utility>

#include <fmt/format.h>

#include <tools/bench/harness/session.hpp>
#include <tools/bench/report/report.hpp>
#include <tools/commands.hpp>
#include <tools/text.hpp>

#include "trips.hpp"

namespace rivals {

std::vector<benchmark> rows_of(bench_effort const& effort, std::string const& name,
                               std::function<repetition()> one, std::function<repetition()> many) {
  using gyre::tool::floor_kind;
  if (name.find(".gyre") != std::string::npos) {
    return {{name + ".one", "ns", floor_kind::ping_pong, std::move(one),
             [=] { return gyre::tool::run_ping_pong(effort); }},
            {name + ".window_64", "1/s", floor_kind::ring_pair, std::move(many), [=] {
               return gyre::tool::run_ring_pair(effort, sizeof(ball), sizeof(ball), window);
             }}};
  }
  contestant const own = name.starts_with("rings.") ? gyre_ring(effort) : gyre_ask(effort);
  return {{name + ".one", "ns", floor_kind::gyre, std::move(one), own.one},
          {name + ".window_64", "1/s", floor_kind::gyre, std::move(many), own.many}};
}

namespace {

using gyre::tool::subject;

/// Rows for a library that was not there when this was configured: they say so.
[[maybe_unused]] subject absent(std::vector<std::string> const& names,
                                std::string const& packages) {
  return {{}, [=](bench_effort const& effort) {
            std::vector<benchmark> all;
            for (auto const& name : names) {
              for (auto& row : rows_of(effort, name, {}, {})) {
                row.not_measured = packages + " was not there when this was configured";
                all.push_back(std::move(row));
              }
            }
            return all;
          }};
}

subject present(std::vector<std::string> const& names,
                std::vector<benchmark> (*make)(bench_effort const&)) {
  subject s{{}, make};
  for (auto const& name : names) {
    s.names.push_back(name + ".one");
    s.names.push_back(name + ".window_64");
  }
  return s;
}

/// GYRE_RIVAL_<LIBRARY> is 1 where CMake found it.
std::vector<subject> subjects() {
  std::vector<subject> all{
      present({"rings.gyre_one_writer", "rings.gyre_many_writers", "messages.gyre"}, gyre_rows)};
  if constexpr (GYRE_RIVAL_BOOST != 0) {
    all.push_back(present({"rings.boost_spsc_queue", "rings.boost_queue"}, boost_rows));
  } else {
    all.push_back(absent({"rings.boost_spsc_queue", "rings.boost_queue"}, "libboost-dev"));
  }
  if constexpr (GYRE_RIVAL_READERWRITERQUEUE != 0) {
    all.push_back(present({"rings.moodycamel_readerwriter"}, readerwriterqueue_rows));
  } else {
    all.push_back(absent({"rings.moodycamel_readerwriter"}, "libreaderwriterqueue-dev"));
  }
  if constexpr (GYRE_RIVAL_MOODYCAMEL != 0) {
    all.push_back(present({"rings.moodycamel_concurrent"}, moodycamel_rows));
  } else {
    all.push_back(absent({"rings.moodycamel_concurrent"}, "libconcurrentqueue-dev"));
  }
  if constexpr (GYRE_RIVAL_TBB != 0) {
    all.push_back(present({"rings.tbb_bounded_queue"}, tbb_rows));
  } else {
    all.push_back(absent({"rings.tbb_bounded_queue"}, "libtbb-dev"));
  }
  if constexpr (GYRE_RIVAL_CAF != 0) {
    all.push_back(present({"messages.caf_request", "messages.caf_send"}, caf_rows));
  } else {
    all.push_back(absent({"messages.caf_request", "messages.caf_send"}, "libcaf-dev"));
  }
  if constexpr (GYRE_RIVAL_ZEROMQ != 0) {
    all.push_back(present({"messages.zeromq_waiting", "messages.zeromq_polling"}, zeromq_rows));
  } else {
    all.push_back(absent({"messages.zeromq_waiting", "messages.zeromq_polling"},
                         "libzmq3-dev or cppzmq-dev"));
  }
  if constexpr (GYRE_RIVAL_NNG != 0) {
    all.push_back(present({"messages.nng"}, nng_rows));
  } else {
    all.push_back(absent({"messages.nng"}, "libnng-dev"));
  }
  return all;
}

/// How many times Gyre's time each takes, in turns with it.
std::string times_gyre(gyre::tool::report const& r) {
  gyre::tool::table lines({{"in times Gyre's time"},
                           {"", gyre::tool::align::right},
                           {"least", gyre::tool::align::right},
                           {"greatest", gyre::tool::align::right},
                           {""}});
  bool any = false;
  for (auto const& row : r.rows) {
    if (row.floor_name != "gyre" || row.ratio.least <= 0) continue;
    bool const is_rate = !row.is_latency();
    auto const slower = [&](double v) { return fmt::format("{:.2f}", is_rate ? 1 / v : v); };
    lines.add({row.name, slower(row.ratio.median),
               slower(is_rate ? row.ratio.greatest : row.ratio.least),
               slower(is_rate ? row.ratio.least : row.ratio.greatest),
               row.mode_changed  ? "the mode changed"
               : row.disturbed() ? "not alone"
                                 : ""});
    any = true;
  }
  return any ? "\n" + lines.text() : "";
}

}  // namespace
}  // namespace rivals

int main(int argc, char** argv) {
  gyre::tool::bench_settings s;
  gyre::tool::cli_command const program{.name = "bench_rival_trips",
                                        .text = "Gyre's rings and messages beside other libraries.",
                                        .footer = "",
                                        .options = gyre::tool::bench_options(s),
                                        .run = [&s] {
                                          (void)rivals::cores();
                                          return gyre::tool::run_bench("bench_rival_trips", s,
                                                                       rivals::subjects(),
                                                                       rivals::times_gyre);
                                        }};
  return gyre::tool::run_command_line(program, argc, argv);
}
