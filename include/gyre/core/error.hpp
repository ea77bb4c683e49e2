#pragma once

#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include <tl/expected.hpp>

namespace gyre {

/// Why an operation did not do what was asked. Each value has one sentence, `describe(code)`; the
/// error that carries it says which thing, which value, and what is allowed.
enum class errc : std::uint8_t {
  invalid_option,    ///< An option is outside its bounds.
  invalid_argument,  ///< An argument cannot be used.
  already_exists,    ///< The id or the name is taken.
  not_found,         ///< Nothing has this id or name.
  wrong_type,        ///< The thing exists, but carries another message type.
  wrong_state,       ///< The thing's state does not allow the operation.
  unsupported,       ///< This build, engine or machine does not have it.
  no_memory,         ///< There is not enough memory.
  full,              ///< There was no room, and the policy is not to wait.
  timed_out,         ///< The deadline passed first.
  cancelled,         ///< The caller's stop token was signalled.
  duplicate,         ///< A message with this id was seen in the deduplication window.
  dropped,           ///< The overflow policy dropped this message.
  too_large,         ///< The message is larger than its ring or queue carries.
  malformed,         ///< The bytes are not a message of the expected type.
  rejected,          ///< The handler refused the message.
  handler_failed,    ///< The handler threw an exception.
  no_such_actor,     ///< No actor has this id.
  unknown_message,   ///< The kernel has no handler for this message type.
  terminated,        ///< The kernel was terminated.
  engine_failed,     ///< The engine, or the kernel on it, failed.
  stale_handle,      ///< The handle's buffer was freed.
  foreign_handle,    ///< The handle belongs to another runtime.
  out_of_range,      ///< The access goes past the end.
  input_output,      ///< A file or stream could not be read or written.
};

/// The enumerator's name, for logs and JSON.
[[nodiscard]] std::string_view to_string(errc code) noexcept;

/// One sentence on what the code means.
[[nodiscard]] std::string_view describe(errc code) noexcept;

/// A code and its context. Cheap to move; allocates only where it is made, and a rejection not even
/// there.
struct error {
  errc code = errc::invalid_argument;
  std::uint32_t reject_code = 0;  ///< With `errc::rejected`: the handler's own code.
  std::int64_t detail = 0;        ///< With `errc::rejected`: the handler's own detail.
  /// Which thing, which value, what is allowed. With `errc::rejected` the kernel's id, or nothing
  /// where that is longer than 15 bytes.
  std::string context;

  /// "code: context", or the code's sentence where there is no context; of a rejection with the
  /// handler's own code and detail.
  [[nodiscard]] std::string message() const;
};

}  // namespace gyre

/// What `value()` of a result throws: `what()` is the error's `message()`. Where no memory is left
/// for that text it is the code's sentence.
template <>
class tl::bad_expected_access<gyre::error> : public std::exception {
 public:
  explicit bad_expected_access(gyre::error why);

  [[nodiscard]] char const* what() const noexcept override;

  [[nodiscard]] gyre::error const& error() const& noexcept { return error_; }
  [[nodiscard]] gyre::error& error() & noexcept { return error_; }
  [[nodiscard]] gyre::error const&& error() const&& noexcept { return std::move(error_); }
  [[nodiscard]] gyre::error&& error() && noexcept { return std::move(error_); }

 private:
  gyre::error error_;
  std::string text_;
};

namespace gyre {

/// Done, or why not. `tl::expected<void, error>` with the `value()` that its version 1.0 lacks.
class completion : public tl::expected<void, gyre::error> {
 public:
  using tl::expected<void, gyre::error>::expected;

  /// Nothing; throws `tl::bad_expected_access<gyre::error>` if it is an error.
  void value() const {
    if (!has_value()) throw tl::bad_expected_access<gyre::error>(this->error());
  }
};

namespace detail {
template <class T>
struct result_type {
  using type = tl::expected<T, error>;
};
template <>
struct result_type<void> {
  using type = completion;
};
}  // namespace detail

/// A value, or why there is none: `tl::expected<T, error>`.
template <class T>
using result = typename detail::result_type<T>::type;

/// `return fail(errc::full, "…")` from a function that returns any `result`.
[[nodiscard]] inline tl::unexpected<error> fail(errc code, std::string context = {}) {
  return tl::unexpected<error>(error{code, 0, 0, std::move(context)});
}

}  // namespace gyre
