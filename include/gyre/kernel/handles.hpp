#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <gyre/core/error.hpp>
#include <gyre/core/platform.hpp>
#include <gyre/core/type_name.hpp>

namespace gyre {

namespace detail {

/// Whether no two of the types have the same code.
template <class... Messages>
[[nodiscard]] constexpr bool distinct_types() noexcept {
  constexpr std::size_t n = sizeof...(Messages);
  type_code const codes[n + 1] = {type_code_of<Messages>..., 0};
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = i + 1; j < n; ++j) {
      if (codes[i] == codes[j]) return false;
    }
  }
  return true;
}

}  // namespace detail

/// The messages that an actor understands: `using handles = gyre::handles<deposit, withdraw>;`.
/// Anything else sent to it does not compile.
template <class... Messages>
struct handles {
  static constexpr std::size_t size = sizeof...(Messages);
  static_assert(size > 0, "an actor handles at least one message");
  static_assert(detail::distinct_types<Messages...>(),
                "two messages of this actor have the same name: give one a gyre_name of its own");

  template <class Message>
  static constexpr bool contains = (std::is_same_v<Message, Messages> || ...);
};

/// A typed address: `self.tell(gyre::actor<account>{43}, deposit{5})`. A plain value; it can travel
/// in messages. `Key` is `std::uint64_t`, for dense ids and keys of 64 bits, or `gyre::uuid`.
template <class Actor, class Key = std::uint64_t>
struct actor {
  Key id{};
};

/// What a handler returns that answers later, or has passed the message on: `self.later()`.
template <class Reply>
struct later {};

/// How wide an actor's handlers run on the device: `static constexpr auto width = …`; on the cpu
/// engine there is one lane.
///
/// Every lane of a wide handler runs it, with locals of its own; all of them return the same, and
/// one of these is the answer. Work is dealt out by `self.for_each`, or by `self.lane()` and
/// `self.lanes()`; `self.sync()` has all lanes meet. The actor's state is changed, and others are
/// told, by lane 0 alone.
enum class width : std::uint8_t {
  lane,   ///< One thread; up to 32 actors side by side in a warp. The default.
  warp,   ///< The 32 lanes of a warp work on one message.
  block,  ///< All lanes of the block work on one message.
};

/// A handler's refusal: a code and a detail of its own, for the asker.
struct rejection {
  std::uint32_t code = 0;
  std::int64_t detail = 0;
};

namespace detail {

/// What `self.forward` returns when the message could not be sent on.
struct unsent {
  errc why{};
};

/// What every `gyre::reply` says, beside its value.
class reply_state {
 public:
  [[nodiscard]] GYRE_FN constexpr bool ok() const noexcept { return what_ == what::value; }
  /// Neither a value nor a failure: somebody answers later.
  [[nodiscard]] GYRE_FN constexpr bool is_later() const noexcept { return what_ == what::later; }
  /// It was to be passed on, and could not be sent.
  [[nodiscard]] GYRE_FN constexpr bool is_unsent() const noexcept { return what_ == what::unsent; }
  /// Of what is neither: `rejected`, or why it could not be sent.
  [[nodiscard]] GYRE_FN constexpr errc why() const noexcept { return why_; }
  [[nodiscard]] GYRE_FN constexpr rejection refusal() const noexcept { return refusal_; }

 protected:
  enum class what : std::uint8_t { value, refusal, later, unsent };

  GYRE_FN constexpr explicit reply_state(what w) noexcept : what_(w) {}
  GYRE_FN constexpr explicit reply_state(rejection refusal) noexcept
      : refusal_(refusal), what_(what::refusal) {}
  GYRE_FN constexpr explicit reply_state(unsent u) noexcept : what_(what::unsent), why_(u.why) {}

 private:
  rejection refusal_{};
  what what_;
  errc why_ = errc::rejected;
};

}  // namespace detail

/// What a handler returns that may refuse, or answer later: a value, a `rejection`, `self.later()`
/// or `self.forward(…)`.
template <class Value>
class reply : public detail::reply_state {
 public:
  using value_type = Value;

  GYRE_FN constexpr reply(Value const& value) noexcept : reply_state(what::value), value_(value) {}
  GYRE_FN constexpr reply(rejection refusal) noexcept : reply_state(refusal) {}
  GYRE_FN constexpr reply(later<Value>) noexcept : reply_state(what::later) {}
  GYRE_FN constexpr reply(detail::unsent u) noexcept : reply_state(u) {}

  [[nodiscard]] GYRE_FN constexpr Value const& value() const noexcept { return value_; }

 private:
  Value value_{};
};

/// A handler that returns nothing but may refuse.
template <>
class reply<void> : public detail::reply_state {
 public:
  using value_type = void;

  GYRE_FN constexpr reply() noexcept : reply_state(what::value) {}
  GYRE_FN constexpr reply(rejection refusal) noexcept : reply_state(refusal) {}
  GYRE_FN constexpr reply(later<void>) noexcept : reply_state(what::later) {}
  GYRE_FN constexpr reply(detail::unsent u) noexcept : reply_state(u) {}
};

namespace detail {

template <class T>
struct reply_value {
  using type = T;
};
template <class T>
struct reply_value<reply<T>> {
  using type = T;
};

template <class T>
inline constexpr bool is_reply = false;
template <class T>
inline constexpr bool is_reply<reply<T>> = true;

}  // namespace detail

}  // namespace gyre
