#pragma once

#include <algorithm>
#include <cstdint>

#include <gyre/wire/status.hpp>

namespace gyre::wire::detail {

/// How deep the objects with references lie, on one visit to all of them.
///
/// What must be bounded is more than the nesting on the wire: objects that stand side by side there
/// may still own one another, each the one before it, and destroying the last destroys them all on
/// one stack. So each object has a height, the longest chain of owners that it starts. References
/// to objects whose visit is not over close a cycle and count nothing: nobody destroys a cycle.
struct chain {
  std::uint32_t base = 0;     ///< Levels from the message to the innermost object, itself included.
  std::uint32_t deepest = 0;  ///< The deepest level that the innermost object reaches.

  /// The visit of one object, while it lives. `depth` is the visitor's own count.
  class visit {
   public:
    visit(chain& of, std::uint32_t& depth) noexcept
        : chain_(of), depth_(depth), outer_depth_(depth), outer_deepest_(of.deepest) {
      chain_.base += depth + 1;
      chain_.deepest = chain_.base;
      depth_ = 0;
    }
    ~visit() {
      chain_.base -= outer_depth_ + 1;
      chain_.deepest = std::max(chain_.deepest, outer_deepest_);
      depth_ = outer_depth_;
    }
    visit(visit const&) = delete;
    visit& operator=(visit const&) = delete;

    /// False if the object lies too deep to be entered.
    [[nodiscard]] explicit operator bool() const noexcept {
      return chain_.base <= reference_depth_limit;
    }
    /// The object's height, once its members have been visited.
    [[nodiscard]] std::uint32_t height() const noexcept { return chain_.deepest - chain_.base + 1; }

   private:
    chain& chain_;
    std::uint32_t& depth_;
    std::uint32_t outer_depth_;
    std::uint32_t outer_deepest_;
  };

  /// Notes an owning reference, `depth` collections away from the innermost object, to an object of
  /// this height (0: its visit is not over). False if the chain gets too long.
  [[nodiscard]] bool reaches(std::uint32_t height, std::uint32_t from) noexcept {
    if (height == 0) return true;
    std::uint32_t const level = base + from + height;
    deepest = std::max(deepest, level);
    return level <= reference_depth_limit;
  }
};

}  // namespace gyre::wire::detail
