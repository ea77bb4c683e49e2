#include <cstring>

#include <msgpack.hpp>

#include "rivals.hpp"

// Objects are arrays of their members, the most compact form; bytes and ids are `bin`.

namespace {

using gyre::uuid;
using gyre::tool::wire_bench::color;
using gyre::tool::wire_bench::quality;
using gyre::tool::wire_bench::vec3;
using gyre::tool::wire_bench::weapon;
using rivals::monster;
using rivals::reading;
using rivals::remark;
using rivals::request;
using packer = msgpack::packer<msgpack::sbuffer>;

template <class... Ms>
void pack_members(packer& to, Ms const&... ms);

void pack_one(packer& to, uuid const& id) {
  to.pack_bin(16);
  to.pack_bin_body(reinterpret_cast<char const*>(id.bytes.data()), 16);
}
void pack_one(packer& to, std::optional<uuid> const& id) {
  if (id) {
    pack_one(to, *id);
  } else {
    to.pack_nil();
  }
}
void pack_one(packer& to, vec3 const& v) { pack_members(to, v.x, v.y, v.z); }
void pack_one(packer& to, weapon const& w) { pack_members(to, w.name, w.damage); }
template <class E>
void pack_items(packer& to, E const& items) {
  to.pack_array(static_cast<std::uint32_t>(items.size()));
  for (auto const& item : items) pack_one(to, item);
}
void pack_one(packer& to, std::vector<weapon> const& all) { pack_items(to, all); }
void pack_one(packer& to, std::vector<vec3> const& all) { pack_items(to, all); }
template <class M>
void pack_one(packer& to, M const& m) {
  if constexpr (std::is_enum_v<M>) {
    to.pack(static_cast<std::underlying_type_t<M>>(m));
  } else {
    to.pack(m);
  }
}
template <std::size_t N>
void pack_one(packer& to, gyre::inplace_vector<float, N> const& all) {
  to.pack_array(static_cast<std::uint32_t>(all.size()));
  for (float const f : all) to.pack(f);
}
template <class... Ms>
void pack_members(packer& to, Ms const&... ms) {
  to.pack_array(sizeof...(Ms));
  (pack_one(to, ms), ...);
}

void pack(packer& to, reading const& m) {
  pack_members(to, m.sensor, m.time_ns, m.value, m.channel, m.how, m.valid);
}
void pack(packer& to, remark const& m) { pack_members(to, m.id, m.text, m.line, m.weight); }
void pack(packer& to, monster const& m) {
  pack_members(to, m.position, m.mana, m.health, m.name, m.inventory, m.tint, m.weapons, m.equipped,
               m.path);
}
void pack(packer& to, request const& m) {
  pack_members(to, m.message_id, m.priority, m.correlation_id, m.length, m.operation,
               m.use_gpu_memory, m.a, m.b, m.result, m.inline_a, m.inline_b);
}

/// What the library throws where a type is not the expected one.
void expect(bool right) {
  if (!right) throw msgpack::type_error();
}

template <class... Ms>
void convert_members(msgpack::object const& from, Ms&... ms);

void convert_one(msgpack::object const& from, uuid& id) {
  expect(from.type == msgpack::type::BIN && from.via.bin.size == 16);
  std::memcpy(id.bytes.data(), from.via.bin.ptr, 16);
}
void convert_one(msgpack::object const& from, std::optional<uuid>& id) {
  if (from.is_nil()) {
    id.reset();
  } else {
    convert_one(from, id.emplace());
  }
}
void convert_one(msgpack::object const& from, vec3& v) { convert_members(from, v.x, v.y, v.z); }
void convert_one(msgpack::object const& from, weapon& w) {
  convert_members(from, w.name, w.damage);
}
template <class E>
void convert_items(msgpack::object const& from, std::vector<E>& out) {
  expect(from.type == msgpack::type::ARRAY);
  out.resize(from.via.array.size);
  for (std::size_t i = 0; i < out.size(); ++i) convert_one(from.via.array.ptr[i], out[i]);
}
void convert_one(msgpack::object const& from, std::vector<weapon>& all) {
  convert_items(from, all);
}
void convert_one(msgpack::object const& from, std::vector<vec3>& all) { convert_items(from, all); }
template <class M>
void convert_one(msgpack::object const& from, M& m) {
  if constexpr (std::is_enum_v<M>) {
    m = static_cast<M>(from.as<std::underlying_type_t<M>>());
  } else {
    from.convert(m);
  }
}
template <std::size_t N>
void convert_one(msgpack::object const& from, gyre::inplace_vector<float, N>& all) {
  expect(from.type == msgpack::type::ARRAY && all.resize(from.via.array.size));
  for (std::size_t i = 0; i < all.size(); ++i) from.via.array.ptr[i].convert(all[i]);
}
template <std::size_t... I, class... Ms>
void convert_each(msgpack::object const& from, std::index_sequence<I...>, Ms&... ms) {
  (convert_one(from.via.array.ptr[I], ms), ...);
}
template <class... Ms>
void convert_members(msgpack::object const& from, Ms&... ms) {
  expect(from.type == msgpack::type::ARRAY && from.via.array.size == sizeof...(Ms));
  convert_each(from, std::index_sequence_for<Ms...>{}, ms...);
}

void convert(msgpack::object const& from, reading& m) {
  convert_members(from, m.sensor, m.time_ns, m.value, m.channel, m.how, m.valid);
}
void convert(msgpack::object const& from, remark& m) {
  convert_members(from, m.id, m.text, m.line, m.weight);
}
void convert(msgpack::object const& from, monster& m) {
  convert_members(from, m.position, m.mana, m.health, m.name, m.inventory, m.tint, m.weapons,
                  m.equipped, m.path);
}
void convert(msgpack::object const& from, request& m) {
  convert_members(from, m.message_id, m.priority, m.correlation_id, m.length, m.operation,
                  m.use_gpu_memory, m.a, m.b, m.result, m.inline_a, m.inline_b);
}

}  // namespace

namespace rivals {

template <class Message>
void by_msgpack<Message>::encode(benchmark::State& state) {
  alignas(apart) Message const sample = sample_of<Message>();
  Message const& m = opaque(sample);
  msgpack::sbuffer buffer;
  auto& out = opaque(buffer);
  time_encode(state, [&] {
    out.clear();
    packer to(out);
    pack(to, m);
    return out.size();
  });
}

template <class Message>
void by_msgpack<Message>::decode(benchmark::State& state) {
  msgpack::sbuffer buffer;
  auto& bytes = opaque(buffer);
  packer to(bytes);
  pack(to, sample_of<Message>());
  msgpack::zone zone;
  time_decode<Message>(state, [&](Message& m) {
    // Texts and bytes stay in the input until they are copied into the message.
    auto const in_place = [](msgpack::type::object_type, std::size_t, void*) { return true; };
    zone.clear();
    std::size_t end = 0;
    convert(msgpack::unpack(zone, bytes.data(), bytes.size(), end, in_place), m);
    return end == bytes.size();
  });
}

template struct by_msgpack<reading>;
template struct by_msgpack<remark>;
template struct by_msgpack<monster>;
template struct by_msgpack<request>;

}  // namespace rivals
