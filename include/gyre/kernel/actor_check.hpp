#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include <gyre/kernel/context.hpp>
#include <gyre/kernel/handles.hpp>
#include <gyre/kernel/keys.hpp>

/// \file
/// What would compile and then never be called, or fail on a page of templates, is refused in one
/// sentence where an actor is launched.

namespace gyre::detail {

/// Whether an `on` of the actor takes this message.
template <class Actor, class Message>
concept has_handler = requires(Actor& state, Message const& message,
                               context<Actor, declared_environment, Message>& self) {
  state.on(message, self);
};

/// Members of these names; a type that derives from an actor and from this finds such a name twice
/// if the actor has one too, whatever it is.
struct hook_names {
  int on_activate;
  int on_deactivate;
};
template <class Actor>
struct with_hook_names : Actor, hook_names {};

template <class Actor>
inline constexpr bool is_open = std::is_class_v<Actor> && !std::is_final_v<Actor>;
/// Of a final type nobody can say whether it has the name, if it is a template: not looked for.
template <class Actor>
concept names_on_activate = is_open<Actor> && !requires {
  &with_hook_names<Actor>::on_activate;
};
template <class Actor>
concept names_on_deactivate = is_open<Actor> && !requires {
  &with_hook_names<Actor>::on_deactivate;
};

template <class Actor, class Env>
concept calls_on_activate = requires(Actor& state, context<Actor, Env>& self) {
  { state.on_activate(self) } -> std::same_as<void>;
};
template <class Actor, class Env>
concept calls_on_deactivate = requires(Actor& state, context<Actor, Env>& self) {
  { state.on_deactivate(self) } -> std::same_as<void>;
};

template <class Actor, class Message>
struct handler_check {
  static constexpr bool value = has_handler<Actor, Message>;
  static_assert(
      value,
      "the actor lists a message in `handles` that it has no handler for: it needs a public "
      "`Reply on(Message const& message, auto& self)`; both types are named near here");
};

/// `Env` is the one that they are called with: nvcc warns of instances that nobody calls.
template <class Actor, class Env>
struct hook_check {
  static constexpr bool activates = !names_on_activate<Actor> || calls_on_activate<Actor, Env>;
  static constexpr bool deactivates =
      !names_on_deactivate<Actor> || calls_on_deactivate<Actor, Env>;
  static constexpr bool has_home =
      keyed<Actor> || !(names_on_activate<Actor> || names_on_deactivate<Actor>);
  static constexpr bool value = activates && deactivates && has_home;
  static_assert(activates,
                "on_activate would never be called: it is `void on_activate(auto& self)`");
  static_assert(deactivates,
                "on_deactivate would never be called: it is `void on_deactivate(auto& self)`");
  static_assert(has_home,
                "on_activate and on_deactivate are called for keyed actors alone: give the actor a "
                "`using key`, or the hook another name");
};

template <class Actor, class... Messages>
[[nodiscard]] constexpr bool check_handlers(handles<Messages...> const*) noexcept {
  return (handler_check<Actor, Messages>::value && ...);
}

/// Whether all that the actor lists and names can be called. Says in words what cannot.
template <class Actor, class Env>
inline constexpr bool is_sound_actor =
    check_handlers<Actor>(static_cast<typename Actor::handles const*>(nullptr)) &&
    hook_check<Actor, Env>::value;

}  // namespace gyre::detail
