#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

#include <gyre/core/error.hpp>
#include <gyre/core/platform.hpp>
#include <gyre/core/type_name.hpp>
#include <gyre/kernel/keys.hpp>
#include <gyre/ring/envelope.hpp>

namespace gyre {

namespace detail {

/// "answer:" and a type's name, made at compile time.
template <class Reply>
struct answer_name {
  static constexpr std::string_view prefix = "answer:";
  static constexpr std::size_t size = prefix.size() + type_name<Reply>().size();
  struct text_type {
    char text[size + 1] = {};
  };
  static constexpr text_type made = [] {
    text_type out;
    std::size_t i = 0;
    for (char c : prefix) out.text[i++] = c;
    for (char c : type_name<Reply>()) out.text[i++] = c;
    return out;
  }();
};

}  // namespace detail

/// What a handler's own ask (`self.ask`) comes back as: a message to the actor that asked, which
/// lists `answered<Reply>` among its `handles`.
template <class Reply = void>
struct answered {
  static constexpr std::string_view gyre_name{detail::answer_name<Reply>::made.text,
                                              detail::answer_name<Reply>::size};
  std::uint64_t tag = 0;          ///< What `self.ask` was given.
  std::uint32_t failure = 0;      ///< 0: there is a value; else an `errc` + 1.
  std::uint32_t reject_code = 0;  ///< With `rejected`: the other handler's own code,
  std::int64_t detail = 0;        ///< and its detail.
  Reply value{};

  [[nodiscard]] GYRE_FN bool ok() const noexcept { return failure == 0; }
  /// Why there is no value.
  [[nodiscard]] GYRE_FN errc why() const noexcept { return static_cast<errc>(failure - 1); }
};

/// The answer of a handler that returns nothing.
template <>
struct answered<void> {
  static constexpr std::string_view gyre_name = "answer:void";
  std::uint64_t tag = 0;
  std::uint32_t failure = 0;
  std::uint32_t reject_code = 0;
  std::int64_t detail = 0;

  [[nodiscard]] GYRE_FN bool ok() const noexcept { return failure == 0; }
  [[nodiscard]] GYRE_FN errc why() const noexcept { return static_cast<errc>(failure - 1); }
};

/// Where the answer to a handler's ask goes; it travels before the message.
struct return_address {
  std::uint64_t actor = 0;  ///< Its `full_key`.
  std::uint64_t rest = 0;
  std::uint64_t tag = 0;
  type_code answer_code = 0;         ///< Of `answered<Reply>`,
  std::uint32_t answer_bytes = 0;    ///< its size,
  std::uint32_t value_offset = 0;    ///< and where in it the value lies.
  std::uint32_t address_length = 0;  ///< `address_bytes` of the actor that asked.
  /// Where the actor that asked lives: 0 in the kernel of the one that answers, else behind this
  /// row of that kernel's links.
  std::uint32_t link = 0;
  std::uint32_t unused = 0;
};

static_assert(sizeof(return_address) == 48, "a multiple of 16, so that the message is aligned");

/// What may stand before a message, at most: a wide address, and a return address.
inline constexpr std::size_t greatest_prefix = 16 + sizeof(return_address);

/// What begins every `answered<Reply>`.
struct answer_head {
  std::uint64_t tag = 0;
  std::uint32_t failure = 0;
  std::uint32_t reject_code = 0;
  std::int64_t detail = 0;
};

static_assert(sizeof(answer_head) == sizeof(answered<void>));

/// Who waits for a `Reply`: kept by an actor that answers later (`self.who_asked()`,
/// `self.answer_to(caller, value)`). A plain value. Each is to be answered once; the asker of one
/// that never is waits until its deadline, and then its place in the asker's window stays taken.
template <class Reply>
struct caller {
  std::uint64_t correlation = 0;
  std::uint64_t actor = 0;
  std::uint32_t expires = 0;
  std::uint16_t port = no_port;
  std::uint16_t unused = 0;
  return_address back{};

  /// Whether somebody waits at all: a tell has no caller.
  [[nodiscard]] GYRE_FN bool waits() const noexcept { return port != no_port; }
};

}  // namespace gyre
