#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <gyre/wire/detail/chain.hpp>
#include <gyre/wire/detail/codec.hpp>
#include <gyre/wire/detail/link.hpp>
#include <gyre/wire/detail/varint.hpp>
#include <gyre/wire/detail/version_tolerant.hpp>

/// \file
/// Reading objects that may be referred to twice (MemoryPack's GenerateType.CircularReference). The
/// first visit is `u8 count || varint length… || varint id || members`, as a version-tolerant
/// object with an id; each later one `fa || varint id`; null is `ff`. Ids count the objects of a
/// message from 0, in the order in which they begin. (Writing: detail/graph.hpp.)

GYRE_WIRE_EITHER_BEGIN
namespace gyre::wire::detail {

/// `fa`: an id follows, of an object that was there before.
inline constexpr std::byte reference_code{250};

/// What there is to know of a type of objects at run time; the address stands for the type.
struct object_type {
  /// Gives an object its defaults, so that it lets go of others.
  void (*empty)(void* object);
};
template <class T>
void empty_object(void* object) {
  *static_cast<T*>(object) = T{};
}
template <class T>
inline constexpr object_type type_of{&empty_object<T>};

/// The reader's state for a type that holds references: `failure`, which every codec passes on, and
/// the objects read so far. `get_all` and `get_prefix` make one wherever `holds_links`; so a link's
/// codec can rely on finding it behind the `failure&` that it is given.
struct object_reader : failure {
  struct entry {
    std::uint32_t id;
    std::uint32_t height;  ///< 0 while its members are read.
    object_type const* type;
    std::shared_ptr<void> object;
  };

  std::vector<entry> objects;  ///< In ascending order of their ids.
  chain links;

  using failure::failure;

  /// The object of this id; null if there is none.
  [[nodiscard]] entry const* find(std::int64_t id) const noexcept {
    auto const at = static_cast<std::uint64_t>(id);
    if (at < objects.size() && objects[at].id == at) return &objects[at];
    auto const found = std::lower_bound(
        objects.begin(), objects.end(), id,
        [](entry const& e, std::int64_t wanted) { return std::int64_t{e.id} < wanted; });
    return found != objects.end() && found->id == id ? &*found : nullptr;
  }

  /// Whether an object that begins `offset` bytes into the message may have this id. Ids ascend;
  /// those of objects in members that this reader does not know, and has skipped, are left out. An
  /// object takes two bytes at least, so none can be over half the offset.
  [[nodiscard]] bool may_follow(std::int64_t id, std::size_t offset) const noexcept {
    std::int64_t const least = objects.empty() ? 0 : std::int64_t{objects.back().id} + 1;
    return id >= least && static_cast<std::uint64_t>(id) <= offset / 2 && id <= UINT32_MAX;
  }

  /// Takes the objects of a refused message apart: cycles among them would own themselves for ever.
  void dismantle() noexcept {
    for (entry const& e : objects) {
      try {
        e.type->empty(e.object.get());
      } catch (...) {  // its defaults take memory, and there is none: then it stays as it is
      }
    }
  }
};

template <class T>
struct link_codec {
  static constexpr std::size_t min = 1;
  static constexpr std::size_t max = unbounded;
  static constexpr std::size_t least = 1;
  static constexpr bool rigid = false;
  static constexpr null_form null = null_form::object;

  static std::byte const* read(std::byte const* at, std::byte const* end, std::shared_ptr<T>& out,
                               object_reader& r, bool owns) {
    if (at == end) return refuse(r, fault::truncated, at);
    if (*at == null_object) {
      out.reset();
      return at + 1;
    }
    if (*at == reference_code) return read_reference(at, end, out, r, owns);
    return read_object(at, end, out, r);
  }

 private:
  static std::byte const* read_reference(std::byte const* at, std::byte const* end,
                                         std::shared_ptr<T>& out, object_reader& r, bool owns) {
    std::int64_t id = 0;
    std::byte const* const after = get_varint(at + 1, end, id);
    if (after == nullptr) return refuse(r, fault::truncated, at);
    auto const* const known = r.find(id);
    if (known == nullptr || known->type != &type_of<T>) return refuse(r, fault::bad_reference, at);
    if (owns && !r.links.reaches(known->height, r.depth)) return refuse(r, fault::too_deep, at);
    out = std::static_pointer_cast<T>(known->object);
    return after;
  }

  static std::byte const* read_object(std::byte const* at, std::byte const* end,
                                      std::shared_ptr<T>& out, object_reader& r) {
    using tolerant = tolerant_codec<T>;
    auto const present = static_cast<std::size_t>(*at);
    if (present > 249) return refuse(r, fault::bad_header, at);
    std::uint64_t total = 0;
    std::byte const* const lengths = at + 1;
    std::byte const* const id_at = tolerant::pass_lengths(lengths, end, present, total, r);
    if (id_at == nullptr) return nullptr;
    std::int64_t id = 0;
    std::byte const* const values = get_varint(id_at, end, id);
    if (values == nullptr) return refuse(r, fault::truncated, id_at);
    if (!r.may_follow(id, left(r.begin, at))) return refuse(r, fault::bad_reference, id_at);
    if (total > left(values, end)) return refuse(r, fault::bad_length, at);
    chain::visit const inside(r.links, r.depth);
    if (!inside) return refuse(r, fault::too_deep, at);

    // It has its id before its members are read: they may refer to it.
    std::size_t const place = r.objects.size();
    auto object = std::make_shared<T>();
    r.objects.push_back({static_cast<std::uint32_t>(id), 0, &type_of<T>, object});
    std::byte const* const after =
        visit_members(*object, typename tolerant::get_all{lengths, values, end, r, present});
    if (after == nullptr) return nullptr;
    r.objects[place].height = inside.height();
    out = std::move(object);
    return after;
  }
};

template <class Link>
inline constexpr bool is_good_link = [] {
  if constexpr (is_link<Link>) {
    return is_circular<link_target<Link>>() && refuse_struct<link_target<Link>>() == refusal::none;
  } else {
    return false;
  }
}();

/// Always a new object: the one that `out` held may be somebody else's too.
template <class T>
  requires is_good_link<std::shared_ptr<T>>
struct codec<std::shared_ptr<T>> : link_codec<T> {
  static std::byte const* get(std::byte const* at, std::byte const* end, std::shared_ptr<T>& out,
                              failure& f) {
    return link_codec<T>::read(at, end, out, static_cast<object_reader&>(f), true);
  }
};

/// Reads as the same object, without a share of it.
template <class T>
  requires is_good_link<std::weak_ptr<T>>
struct codec<std::weak_ptr<T>> : link_codec<T> {
  static std::byte const* get(std::byte const* at, std::byte const* end, std::weak_ptr<T>& out,
                              failure& f) {
    std::shared_ptr<T> object;
    at = link_codec<T>::read(at, end, object, static_cast<object_reader&>(f), false);
    if (at != nullptr) out = object;
    return at;
  }
};

}  // namespace gyre::wire::detail
GYRE_WIRE_EITHER_END
