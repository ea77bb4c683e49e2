#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <gyre/core/error.hpp>

namespace gyre::tool {

/// Where requests come from and replies go: files, or "-" for standard input and output. Move-only;
/// closes what it opened.
class file {
 public:
  /// "FILE: reason" with what is allowed; a folder is refused.
  [[nodiscard]] static result<file> for_reading(std::string const& path);
  /// The same; the file is made, or emptied. Refused if it is the file that `input` reads, if any.
  [[nodiscard]] static result<file> for_writing(std::string const& path,
                                                file const* input = nullptr);

  file(file&& other) noexcept;
  file& operator=(file&&) = delete;
  ~file();

  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }
  [[nodiscard]] std::string const& name() const noexcept { return name_; }
  /// In bytes, of a file that has a size.
  [[nodiscard]] std::optional<std::uint64_t> size() const;

  /// Writes all of it. `input_output`, with the reason.
  result<void> write(std::string_view bytes);
  /// Reports what the system found out late. Nothing for standard output.
  result<void> close();

 private:
  file(int descriptor, bool owned, std::string name) noexcept
      : descriptor_(descriptor), owned_(owned), name_(std::move(name)) {}

  int descriptor_;
  bool owned_;
  std::string name_;
};

}  // namespace gyre::tool
