#pragma once

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

namespace rivals {

/// Prints one line for each message and direction, when all have been run: the repetitions are
/// taken in random order, so that every library sees the machine in the same moods. Times are
/// medians of the processor's time; in brackets how many times Gyre's.
class table : public benchmark::BenchmarkReporter {
 public:
  explicit table(std::vector<std::string> libraries) : libraries_(std::move(libraries)) {}

  bool ReportContext(Context const& context) override {
    PrintBasicContext(&GetErrorStream(), context);
    return true;
  }

  void ReportRuns(std::vector<Run> const& runs) override {
    for (Run const& run : runs) {
      std::string const name = run.run_name.function_name;
      if (run.error_occurred) {
        std::printf("%s: %s\n", name.c_str(), run.error_message.c_str());
        failed_ = true;
      } else if (run.run_type == Run::RT_Iteration) {
        times_[name].push_back(run.GetAdjustedCPUTime());
        auto const bytes = run.counters.find("bytes");
        if (bytes != run.counters.end()) bytes_[name] = static_cast<int>(bytes->second);
      }
    }
  }

  /// Prints what was collected.
  void Finalize() override {
    std::printf("\n%-12s", "ns");
    for (auto const& library : libraries_) std::printf("%20s", library.c_str());
    std::printf("\n");
    for (char const* const message : {"29", "38", "135", "279"}) {
      for (char const* const direction : {"encode", "decode"}) {
        print_line(std::string(message) + "/" + direction);
      }
      print_bytes(std::string(message) + "/encode");
    }
  }

  [[nodiscard]] bool failed() const noexcept { return failed_; }

 private:
  [[nodiscard]] double median(std::string const& name) {
    auto const found = times_.find(name);
    if (found == times_.end()) return 0;
    auto& all = found->second;
    std::sort(all.begin(), all.end());
    return all[all.size() / 2];
  }

  /// Nothing for what was not run.
  void print_line(std::string const& what) {
    bool const any = std::any_of(libraries_.begin(), libraries_.end(), [&](auto const& library) {
      return times_.contains(what + "/" + library);
    });
    if (!any) return;
    double const own = median(what + "/" + libraries_.front());
    std::printf("%-12s", what.c_str());
    for (auto const& library : libraries_) {
      double const ns = median(what + "/" + library);
      if (ns == 0) {
        std::printf("%20s", "-");
      } else if (own == 0 || &library == &libraries_.front()) {
        std::printf("%20.1f", ns);
      } else {
        std::printf("%12.1f (%5.1f)", ns, ns / own);
      }
    }
    std::printf("\n");
  }

  void print_bytes(std::string const& what) {
    if (!bytes_.contains(what + "/" + libraries_.front())) return;
    std::printf("%-12s", "  bytes");
    for (auto const& library : libraries_) std::printf("%20d", bytes_[what + "/" + library]);
    std::printf("\n");
  }

  std::vector<std::string> libraries_;
  std::map<std::string, std::vector<double>> times_;
  std::map<std::string, int> bytes_;
  bool failed_ = false;
};

}  // namespace rivals
