#include <algorithm>
#include <array>
#include <cstring>

#include <pthread.h>

#include "thread.hpp"

namespace gyre::detail {
namespace {

/// Without the zero at the end.
constexpr std::size_t greatest_name = 15;

/// How many of the first bytes, `n` at most, are whole UTF-8 characters.
std::size_t whole_before(std::string_view text, std::size_t n) noexcept {
  while (n > 0 && n < text.size() && (static_cast<unsigned char>(text[n]) & 0xC0U) == 0x80U) --n;
  return n;
}

/// Where the last bytes begin, `n` at most, that are whole UTF-8 characters.
std::size_t whole_after(std::string_view text, std::size_t n) noexcept {
  std::size_t at = text.size() - n;
  while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) ++at;
  return at;
}

}  // namespace

signals_blocked::signals_blocked() noexcept {
  ::sigset_t all;
  ::sigfillset(&all);
  // A blocked fault ends the process with no word to a handler that would report it.
  for (int const own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT, SIGPROF}) {
    ::sigdelset(&all, own);
  }
  ::pthread_sigmask(SIG_SETMASK, &all, &before_);
}

signals_blocked::~signals_blocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

void name_thread(std::thread& thread, std::string_view name) noexcept {
  std::array<char, greatest_name + 1> text{};
  std::memcpy(text.data(), name.data(), whole_before(name, std::min(name.size(), greatest_name)));
  ::pthread_setname_np(thread.native_handle(), text.data());
}

std::string thread_name(std::string_view kernel, std::string_view part) {
  std::string const of_it = "/" + std::string(part);
  std::size_t const room = greatest_name - std::min(of_it.size(), greatest_name - 3);
  if (kernel.size() <= room) return std::string(kernel) + of_it;
  std::size_t const last = (room - 1) / 2;
  std::string name(kernel.substr(0, whole_before(kernel, room - 1 - last)));
  name += '~';
  name += kernel.substr(whole_after(kernel, last));
  return name + of_it;
}

}  // namespace gyre::detail
