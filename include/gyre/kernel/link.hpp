#pragma once

#include <cstdint>

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
template <class Actor>
struct link {
  using address = far_actor<Actor, key_type<Actor>>;

  std::uint32_t row = 0;   ///< Of the kernel's table, from 1 on.
  std::uint32_t back = 0;  ///< The way back: the row of the other kernel's table.

  /// Its actor of this id or key.
  [[nodiscard]] GYRE_FN constexpr address at(key_type<Actor> const& id) const noexcept {
    return {id, row, back};
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
