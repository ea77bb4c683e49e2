#include <array>
#include <string>

#include "../../floor/machine.hpp"
#include "../benchmark.hpp"
#include "contestants.hpp"

namespace gyre::tool {
namespace {

using namespace wire_bench;

/// The clock moves in steps of 10 ns on some machines, and costs 25: spread over so many operations
/// neither is seen.
constexpr std::size_t burst = 1024;
constexpr std::size_t room = 512;
/// The alignment of what is on the stack: nothing lies across the edge of a page, or an address
/// that differs from run to run would show in the figures.
constexpr std::size_t apart = 512;

/// Too short to be timed one by one: bursts are, and each sample is a burst's mean.
template <class Operation>
repetition in_bursts(bench_effort const& effort, Operation&& operation) {
  pinned const here(cores_for_bench().client);
  // Picoseconds, so that a fraction of a nanosecond is not lost.
  samples times(SIZE_MAX);
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
  r = times.summary(0, 0.001);
  r.n *= burst;
  r.rate = static_cast<double>(r.n) * 1e9 / static_cast<double>(before - begin);
  if (!right) r.error = "the codec did not do what it should";
  return r;
}

template <class Message>
using encoder = std::size_t (*)(Message const&, std::byte*) noexcept;
template <class Message>
using decoder = bool (*)(std::span<std::byte const>, Message&) noexcept;

template <class Message>
repetition encoding(bench_effort const& effort, encoder<Message> run) {
  alignas(apart) Message const m = sample_of<Message>();
  alignas(apart) std::array<std::byte, room> out{};
  return in_bursts(effort, [&] {
    asm volatile("" : : "r"(&m) : "memory");
    return run(m, out.data()) == bytes_of<Message>;
  });
}

template <class Message>
repetition decoding(bench_effort const& effort, decoder<Message> run) {
  alignas(apart) std::array<std::byte, room> bytes{};
  std::size_t const size = by_codec::encode(sample_of<Message>(), bytes.data());
  alignas(apart) Message out;
  repetition r = in_bursts(effort, [&] {
    asm volatile("" : : "r"(&out) : "memory");
    return run(std::span<std::byte const>(bytes.data(), size), out);
  });
  alignas(apart) std::array<std::byte, room> again{};
  if (by_codec::encode(out, again.data()) != size || again != bytes) {
    r.error = "what was decoded is not what was encoded";
  }
  return r;
}

template <class Message>
void add_both(bench_effort const& effort, std::vector<benchmark>& to) {
  std::string const bytes = std::to_string(bytes_of<Message>);
  encoder<Message> const encode_by_hand = by_hand::encode;
  decoder<Message> const decode_by_hand = by_hand::decode;
  to.push_back({"wire.encode." + bytes, "ns", floor_kind::by_hand,
                [=] { return encoding<Message>(effort, by_codec::encode<Message>); },
                [=] { return encoding<Message>(effort, encode_by_hand); }});
  to.push_back({"wire.decode." + bytes, "ns", floor_kind::by_hand,
                [=] { return decoding<Message>(effort, by_codec::decode<Message>); },
                [=] { return decoding<Message>(effort, decode_by_hand); }});
}

}  // namespace

std::vector<benchmark> wire_benchmarks(bench_effort const& effort) {
  std::vector<benchmark> all;
  add_both<reading>(effort, all);
  add_both<remark>(effort, all);
  add_both<monster>(effort, all);
  add_both<request>(effort, all);
  return all;
}

}  // namespace gyre::tool
