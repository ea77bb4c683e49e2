#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include <gyre/wire/detail/chain.hpp>
#include <gyre/wire/detail/walk.hpp>

/// \file
/// Writing values that hold references, in two walks of the same order. The first,
/// `graph_measurer`, gives ids to the objects as they begin and puts the lengths of their members
/// on a tape; the second, `graph_writer`, plays the tape. Both enter an object once, so the cost is
/// O(n) in the size of the message, for lists and for objects with many owners alike; the memory,
/// besides the message, is a table entry for each object and four bytes for each length.

GYRE_WIRE_EITHER_BEGIN
namespace gyre::wire::detail {

/// What makes an object itself: its address, and its type (a first member has the same address).
struct identity {
  void const* object;
  object_type const* type;
  friend bool operator==(identity, identity) = default;
};
struct identity_hash {
  std::size_t operator()(identity i) const noexcept {
    return std::hash<void const*>{}(i.object) * 31 + std::hash<void const*>{}(i.type);
  }
};

/// What the first walk finds out. Good for as long as the value stays as it is.
struct graph_plan {
  struct entry {
    std::uint32_t id;
    std::uint32_t height;  ///< 0 while its members are visited.
  };
  std::unordered_map<identity, entry, identity_hash> objects;
  std::vector<std::uint32_t> lengths;  ///< Of the members that have one, in the order of the wire.
  std::vector<std::shared_ptr<void const>> held;  ///< Objects that were met through a weak_ptr.
  std::size_t bytes = 0;                          ///< Of the whole message.
};

/// The first walk.
class graph_measurer {
 public:
  explicit graph_measurer(graph_plan& plan) noexcept : plan_(plan) {}

  status what;  ///< Why the walk stopped.

  template <class T>
  void plain(T const& value) noexcept {
    plan_.bytes += codec<T>::size(value);
  }
  template <class T>
  void null() noexcept {
    plan_.bytes += null_size<T>;
  }
  void byte(std::size_t) noexcept { plan_.bytes += 1; }
  void i32(std::size_t) noexcept { plan_.bytes += 4; }
  void tag(std::uint16_t tag) noexcept { plan_.bytes += tag < 250 ? 1 : 3; }

  [[nodiscard]] bool descend() noexcept {
    if (++depth_ <= depth_limit) return true;
    what.code = fault::too_deep;
    return false;
  }
  void ascend() noexcept { --depth_; }

  template <class T>
  [[nodiscard]] bool link(std::shared_ptr<T> const& object, bool owns) {
    if (!object) {
      plan_.bytes += 1;
      return true;
    }
    auto const id = static_cast<std::uint32_t>(plan_.objects.size());
    identity const key{object.get(), &type_of<T>};
    auto const [at, fresh] = plan_.objects.try_emplace(key, graph_plan::entry{id, 0});
    graph_plan::entry& known = at->second;
    if (!fresh) {
      plan_.bytes += 1 + varint_unsigned_size(known.id);
      if (!owns || links_.reaches(known.height, depth_)) return true;
      what.code = fault::too_deep;
      return false;
    }
    if (!owns) plan_.held.push_back(object);
    chain::visit const inside(links_, depth_);
    if (!inside) {
      what.code = fault::too_deep;
      return false;
    }
    if (!walk_tolerant(*object, id, *this)) return false;
    known.height = inside.height();
    return true;
  }

  /// Leaves room on the tape for the lengths of an object's members: they come before those of the
  /// objects inside.
  template <class T>
  [[nodiscard]] std::size_t open(std::int64_t id) {
    std::size_t const slot = plan_.lengths.size();
    plan_.lengths.resize(slot + member_count<T>);
    plan_.bytes += 1 + tolerant_codec<T>::blanks;
    if (id != no_id) plan_.bytes += varint_unsigned_size(static_cast<std::uint32_t>(id));
    return slot;
  }
  [[nodiscard]] std::size_t position() const noexcept { return plan_.bytes; }
  void close(std::size_t slot, std::size_t from) noexcept {
    std::size_t const length = plan_.bytes - from;
    // A longer message is refused as a whole.
    plan_.lengths[slot] = length < INT32_MAX ? static_cast<std::uint32_t>(length) : INT32_MAX;
    plan_.bytes += varint_size(static_cast<std::int64_t>(length));
  }
  void enclose(std::uint32_t step) noexcept { what.enclose(step); }

 private:
  graph_plan& plan_;
  chain links_;
  std::uint32_t depth_ = 0;
};

/// The second walk. An object is met for the first time exactly if its id is the next one, since
/// the order is the first walk's. Never refuses.
template <class Policy>
class graph_writer {
 public:
  graph_writer(graph_plan const& plan, std::byte* out) noexcept : plan_(plan), out_(out) {}

  [[nodiscard]] std::byte* end() const noexcept { return out_; }

  template <class T>
  void plain(T const& value) noexcept {
    out_ = codec<T>::template put<Policy>(value, out_);
  }
  template <class T>
  void null() noexcept {
    out_ = put_null<T>(out_);
  }
  void byte(std::size_t value) noexcept { out_ = store(out_, static_cast<std::uint8_t>(value)); }
  void i32(std::size_t value) noexcept { out_ = store(out_, static_cast<std::int32_t>(value)); }
  void tag(std::uint16_t tag) noexcept {
    if (tag < 250) return byte(tag);
    byte(250);
    out_ = store(out_, tag);
  }
  [[nodiscard]] bool descend() const noexcept { return true; }
  void ascend() const noexcept {}

  template <class T>
  [[nodiscard]] bool link(std::shared_ptr<T> const& object, bool) noexcept {
    if (!object) {
      out_ = store(out_, null_object);
      return true;
    }
    identity const key{object.get(), &type_of<T>};
    std::uint32_t const id = plan_.objects.find(key)->second.id;
    if (id == next_id_) {
      ++next_id_;
      return walk_tolerant(*object, id, *this);
    }
    out_ = put_varint_unsigned(id, store(out_, reference_code));
    return true;
  }

  template <class T>
  [[nodiscard]] std::size_t open(std::int64_t id) noexcept {
    using slots = typename tolerant_codec<T>::members;
    byte(slots::count);
    std::size_t blank = 0;
    for (std::size_t i = 0; i < member_count<T>; ++i, ++blank) {
      for (; blank < slots::at(i); ++blank) byte(0);
      out_ = put_varint(plan_.lengths[next_length_++], out_);
    }
    if (id != no_id) out_ = put_varint_unsigned(static_cast<std::uint32_t>(id), out_);
    return 0;
  }
  [[nodiscard]] std::size_t position() const noexcept { return 0; }
  void close(std::size_t, std::size_t) const noexcept {}
  void enclose(std::uint32_t) const noexcept {}

 private:
  graph_plan const& plan_;
  std::byte* out_;
  std::uint32_t next_id_ = 0;
  std::size_t next_length_ = 0;
};

/// Measures `value`. `fault::too_deep`, with the path, or `fault::too_long`.
template <class T>
[[nodiscard]] status measure_graph(T const& value, graph_plan& plan) {
  graph_measurer measurer(plan);
  if (!walk(value, measurer)) return measurer.what;
  if (plan.bytes > INT32_MAX) return {.code = fault::too_long};
  return {};
}

/// Writes the `plan.bytes` of the value that was measured; returns the address after them.
template <class Policy, class T>
std::byte* write_graph(T const& value, graph_plan const& plan, std::byte* out) noexcept {
  graph_writer<Policy> writer(plan, out);
  (void)walk(value, writer);
  return writer.end();
}

}  // namespace gyre::wire::detail
GYRE_WIRE_EITHER_END
