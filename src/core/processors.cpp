#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstddef>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "processors.hpp"

namespace gyre::detail {
namespace {

/// More cores than any kernel is built for; `cpu_set_t` ends at 1024.
constexpr std::size_t most_cores = std::size_t{1} << 20;
constexpr std::size_t word_bits = 8 * sizeof(unsigned long);

std::vector<std::string> words_of(std::string const& line) {
  std::istringstream in(line);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(std::move(word));
  return words;
}

/// Whether a list like "rw,cpu,cpuacct" names it.
bool names(std::string_view list, std::string_view what) {
  while (!list.empty()) {
    std::size_t const comma = std::min(list.find(','), list.size());
    if (list.substr(0, comma) == what) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

/// Where control groups that may bound the processor's time are to be seen.
struct hierarchy {
  bool second = false;  ///< Of version 2.
  std::string root;     ///< The group that is shown at `at`.
  std::string at;
};

std::vector<hierarchy> mounted(std::string const& root) {
  std::vector<hierarchy> out;
  std::ifstream mounts(root + "/proc/self/mountinfo");
  for (std::string line; std::getline(mounts, line);) {
    // proc(5): id, parent, device, root, mount point, options, optional fields, "-", type, source,
    // options of the file system.
    auto const words = words_of(line);
    auto const dash = std::find(words.begin(), words.end(), "-");
    if (words.size() < 6 || words.end() - dash < 4) continue;
    if (dash[1] == "cgroup2" || (dash[1] == "cgroup" && names(dash[3], "cpu"))) {
      out.push_back({dash[1] == "cgroup2", words[3], words[4]});
    }
  }
  return out;
}

/// This process's group in such a hierarchy; empty: it has none.
std::string group_in(hierarchy const& h, std::string const& root) {
  std::ifstream groups(root + "/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {
    // "0::/path", "4:cpu,cpuacct:/path"
    std::size_t const first = line.find(':');
    std::size_t const second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    std::string const controllers = line.substr(first + 1, second - first - 1);
    if (h.second ? controllers.empty() : names(controllers, "cpu")) return line.substr(second + 1);
  }
  return {};
}

/// What a group itself is bound to. None: nothing, or it cannot be read.
std::optional<double> bound_of(hierarchy const& h, std::string const& folder) {
  double quota = 0;
  double period = 0;
  if (h.second) {
    std::ifstream file(folder + "/cpu.max");  // "max 100000", "50000 100000"
    if (!(file >> quota >> period)) return std::nullopt;
  } else {
    std::ifstream a(folder + "/cpu.cfs_quota_us");  // -1: none
    std::ifstream b(folder + "/cpu.cfs_period_us");
    if (!(a >> quota) || !(b >> period)) return std::nullopt;
  }
  if (quota <= 0 || period <= 0) return std::nullopt;
  return quota / period;
}

/// As large as the greatest core needs; empty: a core is none.
std::vector<unsigned long> mask_of(std::vector<int> const& cores) {
  std::vector<unsigned long> mask;
  for (int const core : cores) {
    auto const i = static_cast<std::size_t>(core);
    if (core < 0 || i >= most_cores) return {};
    if (mask.size() <= i / word_bits) mask.resize(i / word_bits + 1);
    mask[i / word_bits] |= 1UL << (i % word_bits);
  }
  return mask;
}

}  // namespace

std::vector<int> allowed_cores() {
  std::vector<int> cores;
  for (std::size_t bits = 1024; bits <= most_cores; bits *= 2) {
    std::vector<unsigned long> mask(bits / word_bits);
    // The call itself, which says how many bytes it wrote.
    long const bytes =
        ::syscall(SYS_sched_getaffinity, 0, mask.size() * sizeof(unsigned long), mask.data());
    if (bytes < 0 && errno == EINVAL) continue;  // there are more
    for (std::size_t i = 0; bytes > 0 && i < bits; ++i) {
      if ((mask[i / word_bits] >> (i % word_bits) & 1U) != 0) cores.push_back(static_cast<int>(i));
    }
    break;
  }
  return cores;
}

int restrict_this_thread(std::vector<int> const& cores) {
  auto const mask = mask_of(cores);
  if (mask.empty()) return EINVAL;
  return ::pthread_setaffinity_np(::pthread_self(), mask.size() * sizeof(unsigned long),
                                  reinterpret_cast<cpu_set_t const*>(mask.data()));
}

int restrict_thread(::pthread_t thread, int core) {
  auto const mask = mask_of({core});
  if (mask.empty()) return EINVAL;
  return ::pthread_setaffinity_np(thread, mask.size() * sizeof(unsigned long),
                                  reinterpret_cast<cpu_set_t const*>(mask.data()));
}

std::string list_of(std::vector<int> const& cores) {
  std::string text;
  for (std::size_t i = 0; i < cores.size();) {
    std::size_t last = i;
    while (last + 1 < cores.size() && cores[last + 1] == cores[last] + 1) ++last;
    if (!text.empty()) text += ' ';
    text += std::to_string(cores[i]);
    if (last != i) text += (last == i + 1 ? " " : "-") + std::to_string(cores[last]);
    i = last + 1;
  }
  return text;
}

std::optional<double> cpu_quota(std::string const& root) {
  std::optional<double> least;
  for (hierarchy const& h : mounted(root)) {
    std::string group = group_in(h, root);
    if (group.empty()) continue;
    // What is mounted may begin below the root of all groups, in a container at its own.
    if (h.root != "/" && group.compare(0, h.root.size(), h.root) == 0) {
      group.erase(0, h.root.size());
    }
    // A group has what each one above it has too. A group that is not shown ("/../..") is above.
    if (group.find("..") != std::string::npos) group.clear();
    for (;;) {
      while (!group.empty() && group.back() == '/') group.pop_back();
      auto const bound = bound_of(h, root + h.at + group);
      if (bound && (!least || *bound < *least)) least = bound;
      if (group.empty()) break;
      group.erase(group.rfind('/'));
    }
  }
  return least;
}

unsigned usable_cores() {
  auto cores = static_cast<unsigned>(allowed_cores().size());
  if (cores == 0) cores = std::thread::hardware_concurrency();
  cores = std::max(1U, cores);
  auto const quota = cpu_quota();
  if (!quota || *quota >= cores) return cores;
  return std::max(1U, static_cast<unsigned>(std::ceil(*quota)));
}

}  // namespace gyre::detail
