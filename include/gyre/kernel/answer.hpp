#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include <gyre/core/dead_letter.hpp>
#include <gyre/core/error.hpp>
#include <gyre/core/platform.hpp>
#include <gyre/core/type_name.hpp>
#include <gyre/kernel/call.hpp>
#include <gyre/kernel/handles.hpp>
#include <gyre/kernel/payload.hpp>
#include <gyre/kernel/view.hpp>
#include <gyre/ring/envelope.hpp>

/// \file
/// What every loop does with one message: reads it from its payload, and makes an answer of what
/// its handler returned. How an answer travels is the loop's; `To` is its way to one asker:
///
/// | `To::`                           |                                                          |
/// | -------------------------------- | -------------------------------------------------------- |
/// | `asked()`                        | whether somebody waits for an answer                     |
/// | `send(kind, type, length, fill)` | sends `length` bytes that `fill(std::byte*)` writes      |
/// | `send_failure(type, why)`        | sends a `failure_reply`                                  |
/// | `refused()`                      | counts a message whose handler refused it, or threw      |
/// | `note(code)`                     | notes the last error                                     |
/// | `bury(reason)`                   | counts a dead letter, and tells the host                 |

namespace gyre::detail {

/// Calls `handle(message)` with the message that a payload holds: where it lies, if it is raw and
/// payloads are aligned enough for it, else a copy. False: the bytes are no such message.
GYRE_EITHER_SIDE
template <class Message, std::size_t PayloadAlignment, class Handle>
[[nodiscard]] GYRE_FN bool read_message(std::byte const* bytes, std::size_t length,
                                        message_kind kind, Handle&& handle) noexcept {
  bool const raw = kind == message_kind::raw;
  if constexpr (payload<Message>::raw && alignof(Message) <= PayloadAlignment) {
    if (raw && length == sizeof(Message)) {
      handle(*reinterpret_cast<Message const*>(bytes));
      return true;
    }
  }
  Message copy{};
  if (!payload<Message>::unpack({bytes, length}, raw, copy)) return false;
  handle(copy);
  return true;
}

/// Sends a message back to the actor that asked, in this kernel or another.
GYRE_EITHER_SIDE
template <class Env, class Fill>
GYRE_FN void post_answer(kernel_view const& kernel, Env& env, return_address const& back,
                         envelope const& head, Fill&& fill) noexcept {
  kernel_view const* to = &kernel;
  if (back.link != 0) to = env.linked(kernel, back.link);
  if (to == nullptr) return env.lose(kernel, drop_reason::no_such_actor, head);
  (void)env.post(kernel, back.link, to->home(back.actor), head, fill);
}

/// Sends an answer to the actor that asked, as a message: an `answered<Reply>`. `fill` writes its
/// value.
GYRE_EITHER_SIDE
template <class Env, class Fill>
GYRE_FN void answer_actor(kernel_view const& kernel, Env& env, return_address const& back,
                          std::uint64_t time, answer_head const& first, Fill&& fill) noexcept {
  envelope head;
  head.actor = back.actor;
  head.time = time;
  head.type = back.answer_code;
  head.length = back.address_length + back.answer_bytes;
  post_answer(kernel, env, back, head, [&](std::byte* out) {
    std::memset(out, 0, head.length);
    if (back.address_length != 0) std::memcpy(out, &back.rest, sizeof back.rest);
    std::byte* const body = out + back.address_length;
    std::memcpy(body, &first, sizeof first);
    fill(body + back.value_offset);
  });
}

/// The same for a failure.
GYRE_EITHER_SIDE
template <class Env>
GYRE_FN void refuse_actor(kernel_view const& kernel, Env& env, return_address const& back,
                          std::uint64_t time, failure_reply const& why) noexcept {
  answer_head const first{back.tag, why.code + 1, why.reject_code, why.detail};
  answer_actor(kernel, env, back, time, first, [](std::byte*) {});
}

/// Answers with a failure, or buries the message if nobody waits for an answer.
GYRE_EITHER_SIDE
template <class To>
GYRE_FN void answer_failure(To& to, envelope const& head, errc code, drop_reason reason,
                            rejection refusal = {}) noexcept {
  to.note(code);
  if (!to.asked()) {
    to.bury(reason);
    return;
  }
  failure_reply const why{static_cast<std::uint32_t>(code), refusal.code, refusal.detail};
  to.send_failure(head.type, why);
}

/// The handler threw.
GYRE_EITHER_SIDE
template <class To>
GYRE_FN void answer_thrown(To& to, envelope const& head) noexcept {
  to.refused();
  answer_failure(to, head, errc::handler_failed, drop_reason::handler_failed);
}

/// The handler returned nothing.
GYRE_EITHER_SIDE
template <class To>
GYRE_FN void answer_nothing(To& to) noexcept {
  if (to.asked()) to.send(message_kind::raw_reply, 0, 0, [](std::byte*) {});
}

/// The handler returned `value`, which may be a refusal.
GYRE_EITHER_SIDE
template <class To, class Value>
GYRE_FN void answer(To& to, envelope const& head, Value const& value) noexcept {
  if constexpr (is_reply<Value>) {
    if (value.is_later()) return;
    if (!value.ok()) {
      if (value.is_unsent()) {
        if (!to.asked()) return;  // a dead letter already
      } else {
        to.refused();
      }
      answer_failure(to, head, value.why(), drop_reason::rejected, value.refusal());
    } else if constexpr (std::is_void_v<typename Value::value_type>) {
      answer_nothing(to);
    } else {
      answer(to, head, value.value());
    }
  } else {
    if (!to.asked()) return;
    using form = payload<Value>;
    std::size_t const length = form::size(value);
    if (length > form::greatest) {
      answer_failure(to, head, errc::too_large, drop_reason::malformed);
      return;
    }
    to.send(form::raw ? message_kind::raw_reply : message_kind::wire_reply, type_code_of<Value>,
            length, [&](std::byte* out) { form::pack(value, out); });
  }
}

}  // namespace gyre::detail
