#pragma once

#include <cstdint>
#include <type_traits>

#include <gyre/core/platform.hpp>
#include <gyre/kernel/keys.hpp>

namespace gyre {

struct kernel_view;

/// An actor of another kernel: `self.tell(to.at(7), noted{…})`. A plain value; it can travel in
/// messages, among the actors of the kernel that the link belongs to.
template <class Actor, class Key = std::uint64_t>
struct far_actor {
  Key id{};
  std::uint32_t link = 0;  ///< As in `link`.
  std::uint32_t back = 0;
};

/// The way from the handlers of one kernel to the actors of another (`kernel::link_to`). A plain
/// value that only the handlers of the kernel that it was made for understand; give it to them in a
/// message. Made from nothing, it leads nowhere.
///
/// `Actor` need not be complete where a link to it is a member or is used, so two actors may have
/// links to each other. `Key`, if it is said, is the only kind of address that `at` takes; links
/// with and without it convert into each other.
template <class Actor, class Key = void>
struct link {
  std::uint32_t row = 0;   ///< Of the kernel's table, from 1 on.
  std::uint32_t back = 0;  ///< The way back: the row of the other kernel's table.

  /// Its actor of this id, or of this key of 64 bits. Where the actor's key is of another kind, the
  /// tell or ask that takes the result does not compile.
  [[nodiscard]] GYRE_FN constexpr far_actor<Actor> at(std::uint64_t id) const noexcept
      requires(!std::is_same_v<Key, uuid>) {
    return {id, row, back};
  }
  /// Its actor of this key of 128 bits.
  [[nodiscard]] GYRE_FN constexpr far_actor<Actor, uuid> at(uuid const& id) const noexcept
      requires(!std::is_same_v<Key, std::uint64_t>) {
    return {id, row, back};
  }

  template <class Other>
  // NOLINTNEXTLINE(google-explicit-constructor): the same link by its other name
  [[nodiscard]] GYRE_FN constexpr operator link<Actor, Other>() const noexcept {
    return {row, back};
  }
};

/// Kernels that a kernel may be linked with, in either direction, as long as it lives.
inline constexpr std::uint32_t greatest_links = 64;

/// Another kernel, as this one's shards reach it. *Memory ordering*: the host stores `way`, then
/// `target` with release; a shard loads `target` with acquire.
struct link_view {
  platform::atomic<kernel_view const*> target{nullptr};  ///< Null: the row is not used.
  void* way = nullptr;                                   ///< The engine's.
};

}  // namespace gyre
