#include <array>
#include <fstream>
#include <string_view>
#include <utility>

#include <sys/utsname.h>
#include <unistd.h>

#include "core/processors.hpp"
#include "machine.hpp"

namespace gyre::tool {

namespace {

std::string trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\"";
  auto const first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(blank) - first + 1));
}

/// What stands behind `key`, and then `separator`, in the file's first such line.
std::string value_in(char const* path, std::string_view key, char separator) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    auto const at = line.find(separator);
    if (at == std::string::npos || trimmed(std::string_view(line).substr(0, at)) != key) continue;
    return trimmed(std::string_view(line).substr(at + 1));
  }
  return "unknown";
}

std::string compiler() {
#if defined(__clang__)
  return "clang " __clang_version__;
#elif defined(__GNUC__)
  return "gcc " __VERSION__;
#else
  return "unknown";
#endif
}

std::string build() {
  std::string text;
#if defined(__OPTIMIZE__)
  text = "optimised";
#else
  text = "not optimised";
#endif
#if defined(NDEBUG)
  text += ", no assertions";
#else
  text += ", assertions";
#endif
#if defined(__SANITIZE_ADDRESS__)
  text += ", AddressSanitizer";
#endif
#if defined(__SANITIZE_THREAD__)
  text += ", ThreadSanitizer";
#endif
  return text;
}

}  // namespace

std::vector<int> allowed_cores() { return detail::allowed_cores(); }

bool pin_this_thread(int core) noexcept { return detail::restrict_this_thread({core}) == 0; }

pinned::pinned(int core) noexcept {
  if (core < 0) return;
  before_ = allowed_cores();
  done_ = pin_this_thread(core);
}

pinned::~pinned() {
  if (done_) (void)detail::restrict_this_thread(before_);
}

machine describe_machine() {
  machine m;
  m.cpu = value_in("/proc/cpuinfo", "model name", ':');
  m.cores = static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
  m.allowed_cores = allowed_cores();
  m.cpu_quota = detail::cpu_quota();
  m.memory_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) *
                   static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  m.os = value_in("/etc/os-release", "PRETTY_NAME", '=');
  utsname name{};
  m.kernel = ::uname(&name) == 0
                 ? std::string(name.sysname) + " " + name.release + " " + name.machine
                 : "unknown";
  m.compiler = compiler();
  m.build = build();
  return m;
}

}  // namespace gyre::tool
