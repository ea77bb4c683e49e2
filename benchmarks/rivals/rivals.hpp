#pragma once

#include <cstddef>
#include <vector>

#include <benchmark/benchmark.h>

#include <gyre/wire.hpp>

#include <tools/bench/wire/messages.hpp>

/// Each library has, for each message, a benchmark that encodes and one that decodes. README.md
/// says what each of them does and does not do.
namespace rivals {

using gyre::tool::wire_bench::bytes_of;
using gyre::tool::wire_bench::monster;
using gyre::tool::wire_bench::reading;
using gyre::tool::wire_bench::remark;
using gyre::tool::wire_bench::request;
using gyre::tool::wire_bench::sample_of;

template <class Message>
struct by_gyre {
  static void encode(benchmark::State&);
  static void decode(benchmark::State&);
};
template <class Message>
struct by_msgpack {
  static void encode(benchmark::State&);
  static void decode(benchmark::State&);
};
template <class Message>
struct by_flatbuffers {
  static void encode(benchmark::State&);
  static void decode(benchmark::State&);
};
template <class Message>
struct by_capnproto {
  static void encode(benchmark::State&);
  static void decode(benchmark::State&);
};
template <class Message>
struct by_protobuf {
  static void encode(benchmark::State&);
  static void decode(benchmark::State&);
};

/// The bytes that Gyre writes for a value: how two values are compared.
template <class Message>
[[nodiscard]] std::vector<std::byte> gyre_bytes(Message const& m) {
  std::vector<std::byte> out;
  (void)gyre::wire::encode(m, out);
  return out;
}

/// The alignment of what is on the stack: nothing lies across the edge of a page, or an address
/// that differs from run to run would show in the figures.
inline constexpr std::size_t apart = 1024;

/// The same thing, of which the compiler no longer knows what is in it and who looks at it: nothing
/// can be worked out beforehand or left out.
template <class T>
[[nodiscard]] T& opaque(T& thing) {
  T* at = &thing;
  benchmark::DoNotOptimize(at);
  return *at;
}

/// Times `encode()`, which returns how many bytes the message took.
template <class Encode>
void time_encode(benchmark::State& state, Encode&& encode) {
  std::size_t bytes = 0;
  for (auto _ : state) {
    bytes = encode();
    benchmark::ClobberMemory();
  }
  if (bytes == 0) state.SkipWithError("nothing was encoded");
  state.counters["bytes"] = static_cast<double>(bytes);
}

/// Times `decode(message)`, which fills a message that is used again and again, or says that it
/// cannot. In the end it must hold the sample.
template <class Message, class Decode>
void time_decode(benchmark::State& state, Decode&& decode) {
  alignas(apart) Message message;
  Message& out = opaque(message);
  bool right = true;
  for (auto _ : state) {
    right = decode(out) && right;
    benchmark::ClobberMemory();
  }
  if (!right || gyre_bytes(out) != gyre_bytes(sample_of<Message>())) {
    state.SkipWithError("what was decoded is not the sample");
  }
}

}  // namespace rivals
