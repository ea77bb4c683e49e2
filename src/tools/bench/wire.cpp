#include <array>
#include <cstring>
#include <span>

#include <gyre/wire.hpp>

#include <vector/vector_messages.hpp>

#include "../floor/machine.hpp"
#include "benchmark.hpp"

namespace gyre::tool {
namespace {

constexpr std::size_t bytes_of_25 = 279;
constexpr std::size_t burst = 64;

vector_add_request request_of_25() {
  vector_add_request m;
  m.length = 25;
  (void)m.inline_a.resize(25);
  (void)m.inline_b.resize(25);
  for (std::size_t i = 0; i < 25; ++i) {
    m.inline_a[i] = static_cast<float>(i) + 0.5F;
    m.inline_b[i] = static_cast<float>(3 * i);
  }
  return m;
}

template <class T>
void put(std::byte*& out, T const& value) noexcept {
  std::memcpy(out, &value, sizeof value);
  out += sizeof value;
}

/// The same message, written by hand for this one type.
__attribute__((noinline)) std::size_t encode_by_hand(vector_add_request const& m,
                                                     std::byte* const begin) noexcept {
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
    std::memcpy(out, v->data(), v->size() * sizeof(float));
    out += v->size() * sizeof(float);
  }
  return static_cast<std::size_t>(out - begin);
}

template <class T>
void get(std::byte const*& in, T& value) noexcept {
  std::memcpy(&value, in, sizeof value);
  in += sizeof value;
}

/// The same checks that the codec makes: sizes, counts, capacities, flags, nothing left over.
__attribute__((noinline)) bool decode_by_hand(std::span<std::byte const> bytes,
                                              vector_add_request& m) noexcept {
  constexpr std::size_t fixed = 79;
  if (bytes.size() < fixed) return false;
  std::byte const* in = bytes.data();
  std::uint8_t members = 0;
  get(in, members);
  if (members != 11) return false;
  get(in, m.message_id);
  get(in, m.priority);
  std::uint32_t flag = 0;
  get(in, flag);
  if (flag > 1) return false;
  uuid correlation;
  get(in, correlation);
  if (flag != 0) {
    m.correlation_id = correlation;
  } else {
    m.correlation_id.reset();
  }
  get(in, m.length);
  get(in, m.operation);
  std::uint8_t gpu = 0;
  get(in, gpu);
  if (gpu > 1) return false;
  m.use_gpu_memory = gpu != 0;
  get(in, m.a);
  get(in, m.b);
  get(in, m.result);
  std::size_t left = bytes.size() - fixed + 8;
  for (auto* v : {&m.inline_a, &m.inline_b}) {
    std::int32_t count = 0;
    get(in, count);
    left -= 4;
    if (count < 0 || static_cast<std::size_t>(count) > v->capacity()) return false;
    std::size_t const size = static_cast<std::size_t>(count) * sizeof(float);
    if (size > left) return false;
    (void)v->resize(static_cast<std::size_t>(count));
    std::memcpy(v->data(), in, size);
    in += size;
    left -= size;
  }
  return left == 0;
}

__attribute__((noinline)) std::size_t encode(vector_add_request const& m, std::byte* out) noexcept {
  return wire::encode_unchecked(m, out);
}

__attribute__((noinline)) bool decode(std::span<std::byte const> bytes,
                                      vector_add_request& m) noexcept {
  return static_cast<bool>(wire::decode(bytes, m));
}

/// Too short to be timed one by one: bursts are, and each sample is a burst's mean.
template <class Operation>
repetition in_bursts(bench_effort const& effort, Operation&& operation) {
  pinned const here(cores_for_bench().client);
  // Picoseconds, so that a fraction of a nanosecond is not lost.
  samples times(1 << 18);
  repetition r;
  std::uint64_t const begin = platform::clock_ns();
  std::uint64_t before = begin;
  bool right = true;
  while (!times.full() && before - begin < static_cast<std::uint64_t>(effort.time.count())) {
    for (std::size_t i = 0; i < burst; ++i) right = operation() && right;
    std::uint64_t const now = platform::clock_ns();
    times.add((now - before) * 1000 / burst);
    before = now;
  }
  r = times.summary(0);
  r.n *= burst;
  r.p50 /= 1000;
  r.p99 /= 1000;
  r.p999 /= 1000;
  r.rate = static_cast<double>(r.n) * 1e9 / static_cast<double>(before - begin);
  if (!right) r.error = "the codec did not do what it should";
  return r;
}

template <class Encode>
repetition encoding(bench_effort const& effort, Encode&& run) {
  vector_add_request const m = request_of_25();
  alignas(64) std::array<std::byte, 320> out{};
  return in_bursts(effort, [&] {
    asm volatile("" : : "r"(&m) : "memory");
    return run(m, out.data()) == bytes_of_25;
  });
}

template <class Decode>
repetition decoding(bench_effort const& effort, Decode&& run) {
  vector_add_request const m = request_of_25();
  alignas(64) std::array<std::byte, 320> bytes{};
  std::size_t const size = wire::encode_unchecked(m, bytes.data());
  vector_add_request out;
  return in_bursts(effort, [&] {
    asm volatile("" : : "r"(&out) : "memory");
    return run(std::span<std::byte const>(bytes.data(), size), out) && out.inline_b.size() == 25;
  });
}

}  // namespace

std::vector<benchmark> wire_benchmarks(bench_effort const& effort) {
  return {{"wire.encode", "ns", floor_kind::by_hand, [=] { return encoding(effort, encode); },
           [=] { return encoding(effort, encode_by_hand); }},
          {"wire.decode", "ns", floor_kind::by_hand, [=] { return decoding(effort, decode); },
           [=] { return decoding(effort, decode_by_hand); }}};
}

}  // namespace gyre::tool
