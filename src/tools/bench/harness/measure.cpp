#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

#include "measure.hpp"
#include "mode.hpp"

namespace gyre::tool {
namespace {

constexpr std::array<double, 19> ranks{0,       0.1,     0.25,     0.5,       0.75,  0.9,    0.95,
                                       0.98,    0.99,    0.995,    0.998,     0.999, 0.9995, 0.9999,
                                       0.99995, 0.99999, 0.999999, 0.9999999, 1};

std::string engine_of(std::string_view name) {
  if (name.starts_with("floor.") || name.starts_with("wire.")) return "none";
  return name.starts_with("cuda.") ? "cuda" : "cpu";
}

/// Who had the cores while it lived.
class company {
 public:
  company() : begin_(now()) {}
  void tell(row& out) const {
    readings const end = now();
    out.preempted = end.preempted - begin_.preempted;
    double const all = end.all - begin_.all;
    double const busy = end.busy - begin_.busy;
    if (all > 0) out.others = std::clamp((busy - (end.own - begin_.own)) / all, 0.0, 1.0);
  }

 private:
  struct readings {
    std::uint64_t preempted = 0;
    double own = 0;   ///< Seconds of this process.
    double busy = 0;  ///< Seconds of everybody, and of the machine's other guests.
    double all = 0;   ///< The same, and what nobody used.
  };
  static readings now() {
    readings r;
    rusage used{};
    if (::getrusage(RUSAGE_SELF, &used) == 0) {
      r.preempted = static_cast<std::uint64_t>(used.ru_nivcsw);
      auto const seconds = [](timeval const& t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
      };
      r.own = seconds(used.ru_utime) + seconds(used.ru_stime);
    }
    // cpu user nice system idle iowait irq softirq steal, in ticks of the system's clock
    std::ifstream file("/proc/stat");
    std::string name;
    file >> name;
    auto const ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
    for (int i = 0; i < 8; ++i) {
      double value = 0;
      if (!(file >> value)) break;
      r.all += value / ticks;
      if (i != 3 && i != 4) r.busy += value / ticks;
    }
    return r;
  }

  readings begin_;
};

/// All times of some repetitions together.
class gathered {
 public:
  void add(repetition const& r) {
    if (!r.times) return;
    if (all_) {
      all_->counts.merge(r.times->counts);
    } else {
      all_ = *r.times;
    }
  }
  [[nodiscard]] std::optional<distribution> const& get() const noexcept { return all_; }

 private:
  std::optional<distribution> all_;
};

std::vector<std::pair<double, double>> quantiles_of(distribution const& d) {
  std::vector<std::pair<double, double>> out;
  auto const n = static_cast<double>(d.counts.count());
  for (double const q : ranks) {
    if (q < 1 && (1 - q) * n < 1) continue;
    out.emplace_back(q, q < 1 ? d.at(q) : d.greatest());
  }
  return out;
}

/// What was not there to be measured is no failure.
void take_error(row& out, std::string const& error) {
  constexpr std::string_view absent = "not measured: ";
  if (error.starts_with(absent)) {
    out.not_measured = error.substr(absent.size());
  } else {
    out.error = error;
  }
}

/// The mode again and again.
class mode_watch {
 public:
  explicit mode_watch(row& out) : out_(out) {
    out_.mode_before = probe_mode();
    least_ = greatest_ = out_.mode_before;
  }
  void look() {
    out_.mode_after = probe_mode();
    least_ = std::min(least_, out_.mode_after);
    greatest_ = std::max(greatest_, out_.mode_after);
    out_.mode_changed = mode_changed(least_, greatest_);
  }

 private:
  row& out_;
  double least_ = 0;
  double greatest_ = 0;
};

}  // namespace

middle middle_of(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  return {values[values.size() / 2], values.front(), values.back()};
}

std::string name_of(floor_kind kind) {
  switch (kind) {
    case floor_kind::none: return "none";
    case floor_kind::ping_pong: return "ping_pong";
    case floor_kind::ring_pair: return "ring_pair";
    case floor_kind::by_hand: return "by_hand";
    case floor_kind::device_flag: return "device_flag";
    case floor_kind::device_hop: return "device_hop";
    case floor_kind::device_lines: return "device_lines";
    case floor_kind::device_copy: return "device_copy";
    case floor_kind::wake_up: return "wake_up";
    case floor_kind::gyre: return "gyre";
    case floor_kind::unwatched: return "unwatched";
  }
  return "unknown";
}

row measure(benchmark const& b, int repetitions, std::function<void(int)> const& done) {
  row out;
  out.name = b.name;
  out.unit = b.unit;
  out.engine = engine_of(b.name);
  out.floor_name = name_of(b.floor);
  out.point = b.point;
  out.not_measured = b.not_measured;
  if (!out.has_figures()) return out;

  auto const figure_of = [&](repetition const& r) { return out.is_latency() ? r.p50 : r.rate; };
  gathered own;
  gathered floors;
  std::vector<double> rates;
  mode_watch mode(out);
  company const there;
  for (int i = 0; i <= repetitions; ++i) {
    repetition const floor = b.run_floor ? b.run_floor() : repetition{};
    repetition const found = floor.error.empty() ? b.run() : repetition{};
    take_error(out, !floor.error.empty() ? floor.error : found.error);
    mode.look();
    if (done) done(i);
    if (!out.has_figures()) return out;
    if (i == 0) continue;  // it warmed the machine up
    pair_of_figures p{figure_of(found), figure_of(floor), 0};
    if (p.floor > 0) p.ratio = p.own / p.floor;
    out.repetitions.push_back(p);
    out.n += found.n;
    rates.push_back(found.rate);
    own.add(found);
    floors.add(floor);
  }
  there.tell(out);
  out.rate = middle_of(rates).median;
  auto const middle_over = [&](double pair_of_figures::*what) {
    std::vector<double> values;
    for (auto const& p : out.repetitions) values.push_back(p.*what);
    return middle_of(std::move(values));
  };
  out.figure = middle_over(&pair_of_figures::own);
  out.floor = middle_over(&pair_of_figures::floor);
  out.ratio = middle_over(&pair_of_figures::ratio);
  if (auto const& all = own.get()) {
    out.p50 = all->at(0.5);
    out.p99 = all->at(0.99);
    out.p999 = all->at(0.999);
    out.greatest = all->greatest();
    out.quantiles = quantiles_of(*all);
  } else if (out.is_latency()) {
    out.p50 = out.figure.median;
  }
  if (auto const& all = floors.get()) out.floor_quantiles = quantiles_of(*all);
  return out;
}

}  // namespace gyre::tool
