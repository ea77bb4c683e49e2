#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include <gyre/core/chrono.hpp>
#include <gyre/queue/detail/message_members.hpp>
#include <gyre/queue/named_queue.hpp>
#include <gyre/wire/codec.hpp>
#include <gyre/wire/describe.hpp>

namespace gyre {

/// A named queue of T: encodes what is sent, decodes what is received. A handle, cheap to copy;
/// copies are the same queue, which lives until the last is gone. Thread-safe as `named_queue`.
///
/// A message's own members tell what the queue has to know, where it has them: `uuid message_id`
/// (nil: this message is not deduplicated; no such member: a random id), `std::uint8_t priority`
/// (else 128), `std::uint64_t actor_id` (else 0).
template <class T>
class queue {
  static_assert(wire::serializable<T>, "a queue carries types that have a place on the wire");

 public:
  using message_type = T;

  /// Of a queue that carries T, not null.
  explicit queue(std::shared_ptr<named_queue> core) noexcept : core_(std::move(core)) {}

  /// Enqueues a message; policy block waits for room as long as the option `block_timeout` says.
  /// Errors as `named_queue::send`.
  result<void> send(T const& message) {
    return encoded(message, [&](message_info const& info, std::span<std::byte const> bytes) {
      return core_->send(info, bytes);
    });
  }
  /// The same; policy block waits for at most `timeout`, `forever` without end.
  result<void> send(T const& message, std::chrono::nanoseconds timeout, std::stop_token stop = {}) {
    return encoded(message, [&](message_info const& info, std::span<std::byte const> bytes) {
      return core_->send(info, bytes, timeout, std::move(stop));
    });
  }
  /// The same; policy block waits until the deadline.
  result<void> send(T const& message, deadline until, std::stop_token stop = {}) {
    return encoded(message, [&](message_info const& info, std::span<std::byte const> bytes) {
      return core_->send(info, bytes, until, std::move(stop));
    });
  }

  /// Takes the next message out. Zero does not wait. `timed_out`, `cancelled`, `terminated`;
  /// `malformed`: the bytes were not a T, and are now a dead letter; the context says where.
  [[nodiscard]] result<T> receive(std::chrono::nanoseconds timeout = forever,
                                  std::stop_token stop = {}) {
    return received([&](T& out) { return receive_into(out, timeout, std::move(stop)); });
  }
  /// The same until a deadline.
  [[nodiscard]] result<T> receive(deadline until, std::stop_token stop = {}) {
    return received([&](T& out) { return receive_into(out, until, std::move(stop)); });
  }

  /// Takes the next message into `out`, whose strings and vectors keep their capacity. After
  /// `malformed`, `out` is valid but unspecified.
  result<void> receive_into(T& out, std::chrono::nanoseconds timeout = forever,
                            std::stop_token stop = {}) {
    return decoded(out, timeout, std::move(stop));
  }
  /// The same until a deadline.
  result<void> receive_into(T& out, deadline until, std::stop_token stop = {}) {
    return decoded(out, until, std::move(stop));
  }

  [[nodiscard]] std::string const& name() const noexcept { return core_->about().name; }
  [[nodiscard]] std::uint64_t depth() const noexcept { return core_->depth(); }
  [[nodiscard]] std::uint64_t capacity() const noexcept { return core_->capacity(); }
  [[nodiscard]] named_queue::statistics stats() const noexcept { return core_->stats(); }
  [[nodiscard]] std::shared_ptr<named_queue> const& core() const noexcept { return core_; }

 private:
  template <class Send>
  result<void> encoded(T const& message, Send&& send) {
    message_info const info = detail::info_of(message);
    if constexpr (wire::has_circular_references<T>) {
      // Its size is not to be had without a walk that may be refused.
      auto const bytes = wire::write(message);
      if (!bytes) return tl::unexpected<error>(bytes.error());
      if (bytes->size() > core_->max_bytes()) return core_->refuse_size(bytes->size());
      return send(info, std::span<std::byte const>(*bytes));
    } else if constexpr (wire::max_size<T> <= detail::near_bytes) {
      std::array<std::byte, wire::max_size<T> == 0 ? 1 : wire::max_size<T>> bytes;
      std::size_t const size = wire::encode_unchecked(message, bytes.data());
      return send(info, std::span<std::byte const>(bytes.data(), size));
    } else {
      std::size_t const size = wire::encoded_size(message);
      if (size <= detail::near_bytes) {
        std::array<std::byte, detail::near_bytes> bytes;
        (void)wire::encode_unchecked(message, bytes.data());
        return send(info, std::span<std::byte const>(bytes.data(), size));
      }
      // Refused before it is encoded: a message may be of any size.
      if (size > core_->max_bytes()) return core_->refuse_size(size);
      // Taken while in use: a wait may pump a link, and that may send from this thread.
      static thread_local std::vector<std::byte> kept;
      std::vector<std::byte> bytes = std::move(kept);
      try {
        if (bytes.size() < size) bytes.resize(size);
      } catch (std::bad_alloc const&) {
        return fail(errc::no_memory, "no memory to encode " + std::to_string(size) + " bytes");
      }
      (void)wire::encode_unchecked(message, bytes.data());
      auto sent = send(info, std::span<std::byte const>(bytes.data(), size));
      kept = std::move(bytes);
      return sent;
    }
  }

  template <class Limit>
  result<void> decoded(T& out, Limit limit, std::stop_token stop) {
    static_assert(!detail::borrows<T>(),
                  "a received message may hold no view: the bytes that it borrows do not outlive "
                  "the receive");
    wire::status status;
    auto r = core_->receive(
        [&](std::span<std::byte const> bytes) {
          status = wire::decode(bytes, out);
          return static_cast<bool>(status);
        },
        limit, std::move(stop));
    if (r) [[likely]]
      return {};
    if (!status) {
      r.error().context = name() + ": " + wire::describe<T>(status);
      if (status.code == wire::fault::no_memory) r.error().code = errc::no_memory;
    }
    return tl::unexpected<error>(std::move(r.error()));
  }

  template <class Receive>
  static result<T> received(Receive&& receive) {
    result<T> out{T{}};
    if (auto r = receive(*out); !r) [[unlikely]] {
      return tl::unexpected<error>(std::move(r.error()));
    }
    return out;
  }

  std::shared_ptr<named_queue> core_;
};

}  // namespace gyre
