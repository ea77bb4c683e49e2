#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <unordered_set>
#include <utility>
#include <vector>

#include <gyre/wire/codec.hpp>

/// \file
/// Who owns a cycle. Objects of kind circular_reference are held by std::shared_ptr; where they
/// own one another in a circle nobody frees them. So either let the pointers that lead back be
/// std::weak_ptr (a tree's `parent`), which read and write the same bytes, or give such values to
/// `dismantle` when they are done with. Bytes from strangers may make a cycle wherever the type has
/// room for one: a type without a way back by std::shared_ptr is safe from them.

namespace gyre::wire {

namespace detail {

/// A walk that collects the objects of a value, each once, and enters none of them.
class graph_collector {
 public:
  struct item {
    std::shared_ptr<void> object;
    void (*collect)(void const* object, graph_collector& into);
    void (*empty)(void* object);
  };
  std::vector<item> found;

  template <class T>
  [[nodiscard]] bool link(std::shared_ptr<T> const& object, bool) {
    if (object && seen_.insert({object.get(), &type_of<T>}).second) {
      found.push_back({object, &collect<T>, &empty_object<T>});
    }
    return true;
  }
  template <class T>
  void plain(T const&) const noexcept {}
  template <class T>
  void null() const noexcept {}
  void byte(std::size_t) const noexcept {}
  void i32(std::size_t) const noexcept {}
  void tag(std::uint16_t) const noexcept {}
  [[nodiscard]] bool descend() const noexcept { return true; }
  void ascend() const noexcept {}
  template <class T>
  [[nodiscard]] std::size_t open(std::int64_t) const noexcept {
    return 0;
  }
  [[nodiscard]] std::size_t position() const noexcept { return 0; }
  void close(std::size_t, std::size_t) const noexcept {}
  void enclose(std::uint32_t) const noexcept {}

 private:
  template <class T>
  static void collect(void const* object, graph_collector& into) {
    (void)walk_tolerant(*static_cast<T const*>(object), no_id, into);
  }

  std::unordered_set<identity, identity_hash> seen_;
};

}  // namespace detail

/// Takes apart what `value` refers to: every object that can be reached from it gets its defaults,
/// and so does `value`. Cycles are broken, and chains of any length are freed without recursion.
/// Objects that somebody else owns as well live on, empty.
///
/// O(n) in the objects and references. `fault::no_memory` if there is none for the list of them;
/// then some may be empty and the rest are as they were. Never throws. Not to be called while
/// another thread uses the objects. Host only.
template <class T>
  requires has_circular_references<T>
[[nodiscard]] status dismantle(T& value) noexcept {
  return detail::guarded([&]() -> status {
    detail::graph_collector all;
    (void)detail::walk(value, all);
    for (std::size_t i = 0; i < all.found.size(); ++i) {
      auto const next = all.found[i];
      next.collect(next.object.get(), all);
    }
    // The list holds every object, so that none is destroyed before it is empty.
    for (auto const& item : all.found) item.empty(item.object.get());
    value = T{};
    return {};
  });
}

}  // namespace gyre::wire
