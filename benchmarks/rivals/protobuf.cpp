#include <string>

#include "messages.pb.h"
#include "rivals.hpp"

// Its users' own types are the generated ones: encoding begins, and decoding ends, with these.

namespace {

using rivals::monster;
using rivals::reading;
using rivals::remark;
using rivals::request;

namespace proto = rivals::proto;

proto::Reading generated(reading const& m) {
  proto::Reading out;
  out.set_sensor(m.sensor);
  out.set_time_ns(m.time_ns);
  out.set_value(m.value);
  out.set_channel(m.channel);
  out.set_how(static_cast<proto::Quality>(m.how));
  out.set_valid(m.valid);
  return out;
}

proto::Remark generated(remark const& m) {
  proto::Remark out;
  out.set_id(m.id);
  out.set_text(m.text);
  out.set_line(m.line);
  out.set_weight(m.weight);
  return out;
}

void fill(proto::Vec3& to, gyre::tool::wire_bench::vec3 const& v) {
  to.set_x(v.x);
  to.set_y(v.y);
  to.set_z(v.z);
}

void fill(proto::Weapon& to, gyre::tool::wire_bench::weapon const& w) {
  to.set_name(w.name);
  to.set_damage(w.damage);
}

proto::Monster generated(monster const& m) {
  proto::Monster out;
  fill(*out.mutable_position(), m.position);
  out.set_mana(m.mana);
  out.set_health(m.health);
  out.set_name(m.name);
  out.set_inventory(m.inventory.data(), m.inventory.size());
  out.set_tint(static_cast<proto::Color>(m.tint));
  for (auto const& w : m.weapons) fill(*out.add_weapons(), w);
  fill(*out.mutable_equipped(), m.equipped);
  for (auto const& v : m.path) fill(*out.add_path(), v);
  return out;
}

proto::Request generated(request const& m) {
  proto::Request out;
  out.set_message_id(m.message_id.bytes.data(), 16);
  out.set_priority(m.priority);
  if (m.correlation_id) out.set_correlation_id(m.correlation_id->bytes.data(), 16);
  out.set_length(m.length);
  out.set_operation(static_cast<std::int32_t>(m.operation));
  out.set_use_gpu_memory(m.use_gpu_memory);
  out.set_a(m.a);
  out.set_b(m.b);
  out.set_result(m.result);
  for (float const f : m.inline_a) out.add_inline_a(f);
  for (float const f : m.inline_b) out.add_inline_b(f);
  return out;
}

}  // namespace

namespace rivals {

template <class Message>
void by_protobuf<Message>::encode(benchmark::State& state) {
  alignas(apart) auto const sample = generated(sample_of<Message>());
  auto const& m = opaque(sample);
  alignas(apart) std::uint8_t room[1024];
  auto& out = opaque(room);
  time_encode(state, [&] {
    std::size_t const size = m.ByteSizeLong();
    return m.SerializeWithCachedSizesToArray(out) == out + size ? size : 0;
  });
}

template <class Message>
void by_protobuf<Message>::decode(benchmark::State& state) {
  auto const sample = generated(sample_of<Message>());
  std::string const encoded = sample.SerializeAsString();
  std::string const& bytes = opaque(encoded);
  alignas(apart) auto message = sample;
  auto& out = opaque(message);
  bool right = true;
  for (auto _ : state) {
    right = out.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) && right;
    benchmark::ClobberMemory();
  }
  if (!right || out.SerializeAsString() != bytes) {
    state.SkipWithError("what was decoded is not the sample");
  }
}

template struct by_protobuf<reading>;
template struct by_protobuf<remark>;
template struct by_protobuf<monster>;
template struct by_protobuf<request>;

}  // namespace rivals
