#include <cstring>

#include <capnp/message.h>
#include <capnp/serialize.h>
#include <kj/io.h>

#include "messages.capnp.h"
#include "rivals.hpp"

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

namespace capn = rivals::capn;

capnp::Text::Reader text(std::string const& s) { return {s.c_str(), s.size()}; }

capnp::Data::Reader data(void const* at, std::size_t n) {
  return {static_cast<kj::byte const*>(at), n};
}

void build(capn::Reading::Builder to, reading const& m) {
  to.setSensor(m.sensor);
  to.setTimeNs(m.time_ns);
  to.setValue(m.value);
  to.setChannel(m.channel);
  to.setHow(static_cast<capn::Quality>(m.how));
  to.setValid(m.valid);
}

void build(capn::Remark::Builder to, remark const& m) {
  to.setId(m.id);
  to.setText(text(m.text));
  to.setLine(m.line);
  to.setWeight(m.weight);
}

void build(capn::Vec3::Builder to, vec3 const& v) {
  to.setX(v.x);
  to.setY(v.y);
  to.setZ(v.z);
}

void build(capn::Weapon::Builder to, weapon const& w) {
  to.setName(text(w.name));
  to.setDamage(w.damage);
}

void build(capn::Monster::Builder to, monster const& m) {
  build(to.initPosition(), m.position);
  to.setMana(m.mana);
  to.setHealth(m.health);
  to.setName(text(m.name));
  to.setInventory(data(m.inventory.data(), m.inventory.size()));
  to.setTint(static_cast<capn::Color>(m.tint));
  auto weapons = to.initWeapons(static_cast<unsigned>(m.weapons.size()));
  for (unsigned i = 0; i < weapons.size(); ++i) build(weapons[i], m.weapons[i]);
  build(to.initEquipped(), m.equipped);
  auto path = to.initPath(static_cast<unsigned>(m.path.size()));
  for (unsigned i = 0; i < path.size(); ++i) build(path[i], m.path[i]);
}

template <class V>
kj::ArrayPtr<float const> floats(V const& v) {
  return {v.data(), v.size()};
}

void build(capn::Request::Builder to, request const& m) {
  to.setMessageId(data(&m.message_id, 16));
  to.setPriority(m.priority);
  if (m.correlation_id) to.setCorrelationId(data(&*m.correlation_id, 16));
  to.setLength(m.length);
  to.setOperation(static_cast<std::int32_t>(m.operation));
  to.setUseGpuMemory(m.use_gpu_memory);
  to.setA(m.a);
  to.setB(m.b);
  to.setResult(m.result);
  to.setInlineA(floats(m.inline_a));
  to.setInlineB(floats(m.inline_b));
}

void read(capnp::Text::Reader from, std::string& to) { to.assign(from.begin(), from.size()); }

bool read(capn::Reading::Reader from, reading& m) {
  m = {from.getSensor(),
       from.getTimeNs(),
       from.getValue(),
       from.getChannel(),
       static_cast<quality>(from.getHow()),
       from.getValid()};
  return true;
}

bool read(capn::Remark::Reader from, remark& m) {
  m.id = from.getId();
  read(from.getText(), m.text);
  m.line = from.getLine();
  m.weight = from.getWeight();
  return true;
}

void read(capn::Vec3::Reader from, vec3& v) { v = {from.getX(), from.getY(), from.getZ()}; }

void read(capn::Weapon::Reader from, weapon& w) {
  read(from.getName(), w.name);
  w.damage = from.getDamage();
}

template <class From, class E>
void read_all(From from, std::vector<E>& to) {
  to.resize(from.size());
  for (unsigned i = 0; i < from.size(); ++i) read(from[i], to[i]);
}

bool read(capn::Monster::Reader from, monster& m) {
  read(from.getPosition(), m.position);
  m.mana = from.getMana();
  m.health = from.getHealth();
  read(from.getName(), m.name);
  auto const inventory = from.getInventory();
  m.inventory.assign(inventory.begin(), inventory.end());
  m.tint = static_cast<color>(from.getTint());
  read_all(from.getWeapons(), m.weapons);
  read(from.getEquipped(), m.equipped);
  read_all(from.getPath(), m.path);
  return true;
}

bool read(capnp::Data::Reader from, uuid& id) {
  if (from.size() != 16) return false;
  std::memcpy(&id, from.begin(), 16);
  return true;
}

template <class V>
bool read(capnp::List<float>::Reader from, V& to) {
  if (!to.resize(from.size())) return false;
  for (unsigned i = 0; i < from.size(); ++i) to[i] = from[i];
  return true;
}

bool read(capn::Request::Reader from, request& m) {
  m.priority = from.getPriority();
  m.correlation_id.reset();
  if (from.hasCorrelationId() && !read(from.getCorrelationId(), m.correlation_id.emplace())) {
    return false;
  }
  m.length = from.getLength();
  m.operation = static_cast<vector_operation>(from.getOperation());
  m.use_gpu_memory = from.getUseGpuMemory();
  m.a = from.getA();
  m.b = from.getB();
  m.result = from.getResult();
  return read(from.getMessageId(), m.message_id) && read(from.getInlineA(), m.inline_a) &&
         read(from.getInlineB(), m.inline_b);
}

template <class Message>
struct schema;
template <>
struct schema<reading> {
  using type = capn::Reading;
};
template <>
struct schema<remark> {
  using type = capn::Remark;
};
template <>
struct schema<monster> {
  using type = capn::Monster;
};
template <>
struct schema<request> {
  using type = capn::Request;
};

}  // namespace

namespace rivals {

template <class Message>
void by_capnproto<Message>::encode(benchmark::State& state) {
  using root = typename schema<Message>::type;
  alignas(apart) Message const sample = sample_of<Message>();
  Message const& m = opaque(sample);
  // The builder takes its first segment from here, and leaves it zero.
  alignas(apart) capnp::word scratch[128] = {};
  alignas(apart) kj::byte room[1024];
  auto& out = opaque(room);
  time_encode(state, [&] {
    capnp::MallocMessageBuilder builder(kj::arrayPtr(scratch, 128));
    build(builder.initRoot<root>(), m);
    kj::ArrayOutputStream to(kj::arrayPtr(out, sizeof out));
    capnp::writeMessage(to, builder);
    return to.getArray().size();
  });
}

template <class Message>
void by_capnproto<Message>::decode(benchmark::State& state) {
  using root = typename schema<Message>::type;
  capnp::MallocMessageBuilder builder;
  build(builder.initRoot<root>(), sample_of<Message>());
  auto const sample = capnp::messageToFlatArray(builder);
  auto const& bytes = opaque(sample);
  time_decode<Message>(state, [&](Message& m) {
    capnp::FlatArrayMessageReader reader(bytes);
    return read(reader.getRoot<root>(), m);
  });
}

template struct by_capnproto<reading>;
template struct by_capnproto<remark>;
template struct by_capnproto<monster>;
template struct by_capnproto<request>;

}  // namespace rivals
