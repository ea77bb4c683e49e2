#include <cstdint>
#include <cstring>

#include <gyre/wire/detail/utf.hpp>

#include "contestants.hpp"

namespace gyre::tool::wire_bench::by_hand {
namespace {

template <class T>
void put(std::byte*& out, T const& value) noexcept {
  std::memcpy(out, &value, sizeof value);
  out += sizeof value;
}

void put_bytes(std::byte*& out, void const* from, std::size_t n) noexcept {
  std::memcpy(out, from, n);
  out += n;
}

void put_text(std::byte*& out, std::string const& text) noexcept {
  if (text.empty()) return put(out, std::int32_t{0});
  put(out, ~static_cast<std::int32_t>(text.size()));
  put(out, std::int32_t{-1});
  put_bytes(out, text.data(), text.size());
}

std::size_t between(std::byte const* begin, std::byte const* end) noexcept {
  return static_cast<std::size_t>(end - begin);
}

template <class T>
void get(std::byte const*& in, T& value) noexcept {
  std::memcpy(&value, in, sizeof value);
  in += sizeof value;
}

bool get_members(std::byte const*& in, std::uint8_t expected) noexcept {
  return static_cast<std::uint8_t>(*in++) == expected;
}

bool get_bool(std::byte const*& in, bool& value) noexcept {
  auto const byte = static_cast<std::uint8_t>(*in++);
  value = byte != 0;
  return byte <= 1;
}

bool get_text(std::byte const*& in, std::byte const* end, std::string& text) {
  if (between(in, end) < 4) return false;
  std::int32_t header = 0;
  get(in, header);
  if (header >= 0) {
    text.clear();
    return header == 0;
  }
  if (header == -1 || between(in, end) < 4) return false;
  auto const n = static_cast<std::size_t>(~header);
  std::int32_t units = 0;
  get(in, units);
  if (n > between(in, end)) return false;
  // The codec's own checks of text: what is compared is the way of the bytes.
  if (wire::detail::is_ascii(in, n)) {
    if (units > 0 && static_cast<std::size_t>(units) != n) return false;
  } else {
    wire::detail::utf_check const check = wire::detail::check_utf8(in, n);
    if (!check.valid || (units > 0 && static_cast<std::size_t>(units) != check.units)) return false;
  }
  text.assign(reinterpret_cast<char const*>(in), n);
  in += n;
  return true;
}

/// A count of elements of so many bytes, which must all be there.
bool get_count(std::byte const*& in, std::byte const* end, std::size_t bytes,
               std::size_t& count) noexcept {
  if (between(in, end) < 4) return false;
  std::int32_t header = 0;
  get(in, header);
  if (header < 0) return false;
  count = static_cast<std::size_t>(header);
  return count * bytes <= between(in, end);
}

void put_weapon(std::byte*& out, weapon const& w) noexcept {
  put(out, std::uint8_t{2});
  put_text(out, w.name);
  put(out, w.damage);
}

bool get_weapon(std::byte const*& in, std::byte const* end, weapon& w) {
  if (in == end || !get_members(in, 2) || !get_text(in, end, w.name)) return false;
  if (between(in, end) < 2) return false;
  get(in, w.damage);
  return true;
}

template <class E>
bool get_vector(std::byte const*& in, std::byte const* end, std::vector<E>& out) {
  std::size_t n = 0;
  if (!get_count(in, end, sizeof(E), n)) return false;
  out.resize(n);
  if (n == 0) return true;
  std::memcpy(out.data(), in, n * sizeof(E));
  in += n * sizeof(E);
  return true;
}

template <class V>
bool get_inline(std::byte const*& in, std::byte const* end, V& out) noexcept {
  std::size_t n = 0;
  if (!get_count(in, end, sizeof(float), n) || n > V::capacity()) return false;
  (void)out.resize(n);
  std::memcpy(out.data(), in, n * sizeof(float));
  in += n * sizeof(float);
  return true;
}

bool get_monster(std::byte const* in, std::byte const* end, monster& m) {
  if (between(in, end) < 17 || !get_members(in, 9)) return false;
  get(in, m.position);
  get(in, m.mana);
  get(in, m.health);
  if (!get_text(in, end, m.name) || !get_vector(in, end, m.inventory)) return false;
  if (in == end) return false;
  get(in, m.tint);
  std::size_t weapons = 0;
  if (!get_count(in, end, 1, weapons)) return false;
  // Nothing large is allocated for a count that the bytes do not bear out: a weapon takes 7.
  if (weapons > m.weapons.capacity() && weapons > between(in, end) / 7) return false;
  m.weapons.resize(weapons);
  for (weapon& w : m.weapons) {
    if (!get_weapon(in, end, w)) return false;
  }
  return get_weapon(in, end, m.equipped) && get_vector(in, end, m.path) && in == end;
}

bool get_remark(std::byte const* in, std::byte const* end, remark& m) {
  if (between(in, end) < 9 || !get_members(in, 4)) return false;
  get(in, m.id);
  if (!get_text(in, end, m.text) || between(in, end) != 12) return false;
  get(in, m.line);
  get(in, m.weight);
  return true;
}

}  // namespace

__attribute__((noinline)) std::size_t encode(reading const& m, std::byte* const begin) noexcept {
  std::byte* out = begin;
  put(out, std::uint8_t{6});
  put(out, m.sensor);
  put(out, m.time_ns);
  put(out, m.value);
  put(out, m.channel);
  put(out, m.how);
  put(out, m.valid);
  return between(begin, out);
}

__attribute__((noinline)) std::size_t encode(remark const& m, std::byte* const begin) noexcept {
  std::byte* out = begin;
  put(out, std::uint8_t{4});
  put(out, m.id);
  put_text(out, m.text);
  put(out, m.line);
  put(out, m.weight);
  return between(begin, out);
}

__attribute__((noinline)) std::size_t encode(monster const& m, std::byte* const begin) noexcept {
  std::byte* out = begin;
  put(out, std::uint8_t{9});
  put(out, m.position);
  put(out, m.mana);
  put(out, m.health);
  put_text(out, m.name);
  put(out, static_cast<std::int32_t>(m.inventory.size()));
  if (!m.inventory.empty()) put_bytes(out, m.inventory.data(), m.inventory.size());
  put(out, m.tint);
  put(out, static_cast<std::int32_t>(m.weapons.size()));
  for (weapon const& w : m.weapons) put_weapon(out, w);
  put_weapon(out, m.equipped);
  put(out, static_cast<std::int32_t>(m.path.size()));
  if (!m.path.empty()) put_bytes(out, m.path.data(), m.path.size() * sizeof(vec3));
  return between(begin, out);
}

__attribute__((noinline)) std::size_t encode(request const& m, std::byte* const begin) noexcept {
  std::byte* out = begin;
  put(out, std::uint8_t{11});
  put(out, m.message_id);
  put(out, m.priority);
  put(out, std::uint32_t{m.correlation_id.has_value()});
  put(out, m.correlation_id.value_or(uuid{}));
  put(out, m.length);
  put(out, m.operation);
  put(out, m.use_gpu_memory);
  put(out, m.a);
  put(out, m.b);
  put(out, m.result);
  for (auto const* v : {&m.inline_a, &m.inline_b}) {
    put(out, static_cast<std::int32_t>(v->size()));
    put_bytes(out, v->data(), v->size() * sizeof(float));
  }
  return between(begin, out);
}

__attribute__((noinline)) bool decode(std::span<std::byte const> bytes, reading& m) noexcept {
  std::byte const* in = bytes.data();
  if (bytes.size() != bytes_of<reading> || !get_members(in, 6)) return false;
  get(in, m.sensor);
  get(in, m.time_ns);
  get(in, m.value);
  get(in, m.channel);
  get(in, m.how);
  return get_bool(in, m.valid);
}

// Like the codec's, these come back with false where there is no memory.

__attribute__((noinline)) bool decode(std::span<std::byte const> bytes, remark& m) noexcept try {
  return get_remark(bytes.data(), bytes.data() + bytes.size(), m);
} catch (std::exception const&) {
  return false;
}

__attribute__((noinline)) bool decode(std::span<std::byte const> bytes, monster& m) noexcept try {
  return get_monster(bytes.data(), bytes.data() + bytes.size(), m);
} catch (std::exception const&) {
  return false;
}

__attribute__((noinline)) bool decode(std::span<std::byte const> bytes, request& m) noexcept {
  std::byte const* in = bytes.data();
  std::byte const* const end = in + bytes.size();
  if (bytes.size() < 71 || !get_members(in, 11)) return false;
  get(in, m.message_id);
  get(in, m.priority);
  auto const flag = static_cast<std::uint8_t>(*in);
  if (flag > 1) return false;
  if (flag != 0) {
    uuid correlation;
    std::memcpy(&correlation, in + 4, sizeof correlation);
    m.correlation_id = correlation;
  } else {
    m.correlation_id.reset();
  }
  in += 20;
  get(in, m.length);
  get(in, m.operation);
  if (!get_bool(in, m.use_gpu_memory)) return false;
  get(in, m.a);
  get(in, m.b);
  get(in, m.result);
  return get_inline(in, end, m.inline_a) && get_inline(in, end, m.inline_b) && in == end;
}

}  // namespace gyre::tool::wire_bench::by_hand
