#pragma once

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

/// Whole numbers from an example's command line, each at least 1. Anything else ends the program
/// with its usage: status 0 if that was asked for, else 2.
class numbers {
 public:
  /// `names`: what the arguments are, as the usage shows them: "ACCOUNTS [TRANSFERS]".
  numbers(int argc, char** argv, char const* names) : argc_(argc), argv_(argv), names_(names) {
    for (int i = 1; i < argc; ++i) {
      bool const help = std::strcmp(argv[i], "--help") == 0 || std::strcmp(argv[i], "-h") == 0;
      if (help || read(i) == 0) end(help);
    }
  }

  /// The i-th argument, from 1 on, or another value if there are not so many.
  [[nodiscard]] std::uint64_t at(int i, std::uint64_t otherwise) const {
    return i < argc_ ? read(i) : otherwise;
  }

 private:
  /// 0: it is none.
  [[nodiscard]] std::uint64_t read(int i) const {
    char* after = nullptr;
    errno = 0;
    std::uint64_t const n = std::strtoull(argv_[i], &after, 10);
    bool const whole = argv_[i][0] != '-' && *argv_[i] != '\0' && *after == '\0' && errno == 0;
    return whole ? n : 0;
  }
  [[noreturn]] void end(bool asked) const {
    std::fprintf(asked ? stdout : stderr, "usage: %s [%s]\nWhole numbers, at least 1.\n", argv_[0],
                 names_);
    std::exit(asked ? 0 : 2);
  }

  int argc_;
  char** argv_;
  char const* names_;
};
