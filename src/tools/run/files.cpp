#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../commands.hpp"
#include "files.hpp"

namespace gyre::tool {

namespace {

tl::unexpected<error> no_input(std::string const& path, std::string_view why) {
  return fail(errc::input_output,
              "--input " + in_quotes(path) + ": " + std::string(why) +
                  "; allowed: a file that can be read, or - for standard input");
}

tl::unexpected<error> no_output(std::string const& path, std::string_view why) {
  return fail(errc::input_output,
              "--output " + in_quotes(path) + ": " + std::string(why) +
                  "; allowed: a file that can be written, or - for standard output");
}

}  // namespace

result<file> file::for_reading(std::string const& path) {
  if (path == "-") return file(STDIN_FILENO, false, "standard input");
  int const descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return no_input(path, std::strerror(errno));
  file opened(descriptor, true, "--input " + in_quotes(path));
  struct stat about {};
  if (::fstat(descriptor, &about) == 0 && S_ISDIR(about.st_mode)) {
    return no_input(path, std::strerror(EISDIR));
  }
  return opened;
}

result<file> file::for_writing(std::string const& path, file const* input) {
  if (path == "-") return file(STDOUT_FILENO, false, "standard output");
  // Not emptied at once: it may turn out to be the input.
  int const descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor < 0) return no_output(path, std::strerror(errno));
  file opened(descriptor, true, "--output " + in_quotes(path));
  struct stat out {};
  struct stat in {};
  bool const regular = ::fstat(descriptor, &out) == 0 && S_ISREG(out.st_mode);
  if (regular && input != nullptr && ::fstat(input->descriptor(), &in) == 0 &&
      in.st_dev == out.st_dev && in.st_ino == out.st_ino) {
    return no_output(path, "it is the input");
  }
  if (regular && ::ftruncate(descriptor, 0) != 0) return no_output(path, std::strerror(errno));
  return opened;
}

file::file(file&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      owned_(other.owned_),
      name_(std::move(other.name_)) {}

file::~file() {
  if (owned_ && descriptor_ >= 0) ::close(descriptor_);
}

std::optional<std::uint64_t> file::size() const {
  struct stat about {};
  if (::fstat(descriptor_, &about) != 0 || !S_ISREG(about.st_mode)) return std::nullopt;
  return static_cast<std::uint64_t>(about.st_size);
}

result<void> file::write(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t const written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail(errc::input_output, name_ + ": " + std::strerror(errno));
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

result<void> file::close() {
  if (!owned_ || descriptor_ < 0) return {};
  if (::close(std::exchange(descriptor_, -1)) != 0) {
    return fail(errc::input_output, name_ + ": " + std::strerror(errno));
  }
  return {};
}

}  // namespace gyre::tool
