#include <cstring>

#include <flatbuffers/flatbuffers.h>

#include "messages_generated.h"
#include "rivals.hpp"

namespace {

using flatbuffers::FlatBufferBuilder;
using gyre::uuid;
using gyre::tool::wire_bench::color;
using gyre::tool::wire_bench::quality;
using gyre::tool::wire_bench::vec3;
using gyre::tool::wire_bench::weapon;
using rivals::monster;
using rivals::reading;
using rivals::remark;
using rivals::request;

namespace flat = rivals::flat;

// A struct of the schema has the memory of ours, so it is copied as memory.
static_assert(sizeof(flat::Uuid) == sizeof(uuid) && sizeof(flat::Vec3) == sizeof(vec3));

auto build(FlatBufferBuilder& to, reading const& m) {
  return flat::CreateReading(to, m.sensor, m.time_ns, m.value, m.channel,
                             static_cast<flat::Quality>(m.how), m.valid);
}

auto build(FlatBufferBuilder& to, remark const& m) {
  return flat::CreateRemark(to, m.id, to.CreateString(m.text), m.line, m.weight);
}

auto build(FlatBufferBuilder& to, weapon const& w) {
  return flat::CreateWeapon(to, to.CreateString(w.name), w.damage);
}

auto build(FlatBufferBuilder& to, monster const& m) {
  auto const name = to.CreateString(m.name);
  auto const inventory = to.CreateVector(m.inventory);
  auto const weapons = to.CreateVector<flatbuffers::Offset<flat::Weapon>>(
      m.weapons.size(), [&](std::size_t i) { return build(to, m.weapons[i]); });
  auto const equipped = build(to, m.equipped);
  auto const path =
      to.CreateVectorOfStructs(reinterpret_cast<flat::Vec3 const*>(m.path.data()), m.path.size());
  flat::Vec3 const position(m.position.x, m.position.y, m.position.z);
  return flat::CreateMonster(to, &position, m.mana, m.health, name, inventory,
                             static_cast<flat::Color>(m.tint), weapons, equipped, path);
}

flat::Uuid to_flat(uuid const& id) {
  std::uint64_t half[2];
  std::memcpy(half, &id, sizeof half);
  return {half[0], half[1]};
}

auto build(FlatBufferBuilder& to, request const& m) {
  auto const a = to.CreateVector(m.inline_a.data(), m.inline_a.size());
  auto const b = to.CreateVector(m.inline_b.data(), m.inline_b.size());
  flat::Uuid const id = to_flat(m.message_id);
  flat::Uuid correlation;
  if (m.correlation_id) correlation = to_flat(*m.correlation_id);
  return flat::CreateRequest(to, &id, m.priority, m.correlation_id ? &correlation : nullptr,
                             m.length, static_cast<std::int32_t>(m.operation), m.use_gpu_memory,
                             m.a, m.b, m.result, a, b);
}

// Members that are not there have defaults; these would be an error of the sender.

bool copy(flatbuffers::String const* from, std::string& to) {
  if (from == nullptr) return false;
  to.assign(from->c_str(), from->size());
  return true;
}

bool read(flat::Reading const& from, reading& m) {
  m = {
      from.sensor(), from.time_ns(), from.value(), from.channel(), static_cast<quality>(from.how()),
      from.valid()};
  return true;
}

bool read(flat::Remark const& from, remark& m) {
  m.id = from.id();
  m.line = from.line();
  m.weight = from.weight();
  return copy(from.text(), m.text);
}

bool read(flat::Weapon const* from, weapon& w) {
  if (from == nullptr) return false;
  w.damage = from->damage();
  return copy(from->name(), w.name);
}

bool read(flat::Monster const& from, monster& m) {
  if (from.position() == nullptr || from.inventory() == nullptr || from.weapons() == nullptr ||
      from.path() == nullptr) {
    return false;
  }
  m.position = {from.position()->x(), from.position()->y(), from.position()->z()};
  m.mana = from.mana();
  m.health = from.health();
  m.tint = static_cast<color>(from.tint());
  m.inventory.assign(from.inventory()->begin(), from.inventory()->end());
  m.weapons.resize(from.weapons()->size());
  for (flatbuffers::uoffset_t i = 0; i < from.weapons()->size(); ++i) {
    if (!read(from.weapons()->Get(i), m.weapons[i])) return false;
  }
  m.path.resize(from.path()->size());
  std::memcpy(static_cast<void*>(m.path.data()), from.path()->Data(), m.path.size() * sizeof(vec3));
  return copy(from.name(), m.name) && read(from.equipped(), m.equipped);
}

template <class V>
bool copy(flatbuffers::Vector<float> const* from, V& to) {
  if (from == nullptr || !to.resize(from->size())) return false;
  std::memcpy(to.data(), from->data(), to.size() * sizeof(float));
  return true;
}

bool read(flat::Request const& from, request& m) {
  if (from.message_id() == nullptr) return false;
  std::memcpy(m.message_id.bytes.data(), from.message_id(), 16);
  m.priority = from.priority();
  m.correlation_id.reset();
  if (auto const* id = from.correlation_id()) {
    std::memcpy(m.correlation_id.emplace().bytes.data(), id, 16);
  }
  m.length = from.length();
  m.operation = static_cast<vector_operation>(from.operation());
  m.use_gpu_memory = from.use_gpu_memory();
  m.a = from.a();
  m.b = from.b();
  m.result = from.result();
  return copy(from.inline_a(), m.inline_a) && copy(from.inline_b(), m.inline_b);
}

template <class Message>
struct table;
template <>
struct table<reading> {
  using type = flat::Reading;
};
template <>
struct table<remark> {
  using type = flat::Remark;
};
template <>
struct table<monster> {
  using type = flat::Monster;
};
template <>
struct table<request> {
  using type = flat::Request;
};

}  // namespace

namespace rivals {

template <class Message>
void by_flatbuffers<Message>::encode(benchmark::State& state) {
  alignas(apart) Message const sample = sample_of<Message>();
  Message const& m = opaque(sample);
  FlatBufferBuilder builder(1024);
  auto& to = opaque(builder);
  time_encode(state, [&] {
    to.Clear();
    to.Finish(build(to, m));
    return std::size_t{to.GetSize()};
  });
}

template <class Message>
void by_flatbuffers<Message>::decode(benchmark::State& state) {
  FlatBufferBuilder builder;
  auto& bytes = opaque(builder);
  bytes.Finish(build(bytes, sample_of<Message>()));
  time_decode<Message>(state, [&](Message& m) {
    using root = typename table<Message>::type;
    flatbuffers::Verifier verifier(bytes.GetBufferPointer(), bytes.GetSize());
    return verifier.VerifyBuffer<root>(nullptr) &&
           read(*flatbuffers::GetRoot<root>(bytes.GetBufferPointer()), m);
  });
}

template struct by_flatbuffers<reading>;
template struct by_flatbuffers<remark>;
template struct by_flatbuffers<monster>;
template struct by_flatbuffers<request>;

}  // namespace rivals
