#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#endif

#include <unit/kernel/loop_bench.hpp>

#include <gyre/gyre.hpp>

#include <tools/bench/wire/contestants.hpp>

#include <vector/vector_processor.hpp>

/// \file
/// The hot operations, each on one thread and the same every time, for callgrind to count: run by
/// scripts/instruction_budget.py. What two threads would do at once is taken apart: a port submits
/// to a kernel that is not active yet and takes in replies that are all there; a shard's loop
/// handles messages that are all there. So nobody waits, and the counts are those of the code
/// alone.

namespace {

using namespace std::chrono_literals;
using namespace gyre;

struct number {
  std::int64_t value = 0;
  std::int64_t tag = 0;
};
struct number_sent {
  std::int64_t value = 0;
  std::int64_t tag = 0;
};
struct adder {
  using handles = gyre::handles<number, number_sent>;
  std::int64_t sum = 0;
  GYRE_FN number on(number const& m, auto&) { return {sum += m.value, m.tag}; }
  GYRE_FN void on(number_sent const& m, auto&) { sum += m.value; }
};

/// Counts what `run` does, as so many operations of this name. Another thread must not run
/// meanwhile.
template <class Run>
void count(std::string const& name, std::size_t operations, Run&& run) {
  std::string const trigger = name + "/" + std::to_string(operations);
#if defined(CALLGRIND_ZERO_STATS)
  CALLGRIND_ZERO_STATS;
  run();
  CALLGRIND_DUMP_STATS_AT(trigger.c_str());
#else
  run();
  std::fprintf(stderr, "%s: not measured: built without valgrind's header\n", trigger.c_str());
#endif
}

[[noreturn]] void give_up(char const* what) {
  std::fprintf(stderr, "instructions: %s\n", what);
  std::exit(1);
}

template <writers Writers>
void count_ring(std::string const& name) {
  constexpr std::size_t n = 128;
  loop_test::owned_ring const slots(256, 64);
  ring_writer<loop_test::test_codec, Writers> const out(slots.get());
  ring_reader<loop_test::test_codec> in(slots.get(), nullptr, 0);
  envelope head;
  head.length = 16;
  std::array<std::byte, 16> payload{};
  auto const push = [&] {
    for (std::size_t i = 0; i < n; ++i) {
      std::uint64_t at = 0;
      if (!out.reserve(1, at)) give_up("the ring is full");
      out.write_in_place(at, head, [&](std::byte* to) { std::memcpy(to, payload.data(), 16); });
    }
  };
  auto const pop = [&] {
    message_view m;
    for (std::size_t i = 0; i < n; ++i) {
      if (!in.peek(m)) give_up("the ring is empty");
      in.pop(m);
    }
  };
  push();
  pop();
  count("ring.push." + name, n, push);
  count("ring.pop." + name, n, pop);
}

void count_port() {
  constexpr std::size_t n = 64;
  auto rt = runtime::create({.engine = engine_kind::cpu}).value();
  launch_options o;
  o.actors = 1024;
  o.spin = 1h;  // it never parks, so nobody pays for waking it
  auto k = rt.launch<adder>("k", o).value();
  auto end = k.open_port({.window = n}).value();
  std::array<asked<number>, n> flight{};
  std::uint64_t handled = 0;
  // The shard's thread looks on and gives way before and after, and is not counted.
  auto const settle = [&](std::uint64_t more) {
    handled += more;
    while (k.telemetry().handled < handled) std::this_thread::sleep_for(1ms);
    std::this_thread::sleep_for(20ms);
  };
  auto const submit = [&] {
    for (std::size_t i = 0; i < n; ++i) {
      flight[i] = end.submit(i, number{1, static_cast<std::int64_t>(i)}).value();
    }
  };
  auto const wait = [&] {
    for (std::size_t i = 0; i < n; ++i) {
      auto const r = end.wait(flight[i]);
      if (!r || r->tag != static_cast<std::int64_t>(i)) give_up("a reply is not right");
    }
  };
  auto const tell = [&] {
    for (std::size_t i = 0; i < n; ++i) {
      if (!end.tell(i, number_sent{1, 0})) give_up("a tell was refused");
    }
  };
  for (int round = 0; round < 8; ++round) {
    bool const counted = round > 0;
    auto const step = [&](char const* name, auto const& run) {
      if (counted) {
        count(name, n, run);
      } else {
        run();
      }
    };
    settle(0);
    step("port.submit", submit);
    k.activate().value();
    settle(n);
    step("port.wait", wait);
    k.deactivate().value();
    settle(0);
    step("port.tell", tell);
    k.activate().value();
    settle(n);
    k.deactivate().value();
  }
}

/// The vector request with an id that no other has: queues look for duplicates.
vector_add_request request_of(std::uint64_t id) {
  auto m = tool::wire_bench::sample_of<vector_add_request>();
  std::memcpy(m.message_id.bytes.data(), &id, sizeof id);
  return m;
}

/// A user's queue: what is sent stands in it until it is received.
void count_queue() {
  constexpr std::size_t n = 64;
  queue_registry queues;
  auto q = queues.create<vector_add_request>("q").value();
  std::vector<vector_add_request> messages;
  for (std::size_t i = 0; i < n; ++i) messages.push_back(request_of(0));
  vector_add_request back;
  std::uint64_t serial = 0;
  auto const send = [&] {
    for (auto const& m : messages) {
      if (!q.send(m)) give_up("a queue refused a message");
    }
  };
  auto const receive = [&] {
    for (std::size_t i = 0; i < n; ++i) {
      if (!q.receive_into(back, 0ns)) give_up("a queue has lost a message");
    }
  };
  // The window of ids is full after some rounds, and then forgets one for each.
  for (int round = 0; round < 8; ++round) {
    for (auto& m : messages) m = request_of(++serial);
    if (round < 7) {
      send();
      receive();
    } else {
      count("queue.send", n, send);
      count("queue.receive", n, receive);
    }
  }
}

/// A kernel's queues: a request goes straight to the ring, its reply straight to the receiver.
void count_bridge() {
  constexpr std::size_t n = 64;
  auto rt = runtime::create({.engine = engine_kind::cpu}).value();
  launch_options o;
  o.spin = 0ns;
  auto k = rt.launch<vector_processor>("k", o).value();
  auto requests = k.requests().value();
  auto responses = k.responses().value();
  std::vector<vector_add_request> messages(n);
  vector_add_response reply;
  std::uint64_t serial = 0;
  auto const send = [&] {
    for (auto const& m : messages) {
      if (!requests.send(m)) give_up("a kernel's queue refused a message");
    }
  };
  auto const receive = [&] {
    for (std::size_t i = 0; i < n; ++i) {
      if (!responses.receive_into(reply, 0ns) || !reply.success) give_up("a response is not right");
    }
  };
  std::uint64_t handled = 0;
  // The shard's thread sleeps before and after, as in `count_port`.
  auto const settle = [&](std::uint64_t more) {
    handled += more;
    while (k.telemetry().handled < handled) std::this_thread::sleep_for(1ms);
    std::this_thread::sleep_for(20ms);
  };
  for (int round = 0; round < 8; ++round) {
    bool const counted = round > 0;
    for (auto& m : messages) m = request_of(++serial);
    settle(0);
    if (counted) {
      count("bridge.send", n, send);
    } else {
      send();
    }
    k.activate().value();
    settle(n);
    if (counted) {
      count("bridge.receive", n, receive);
    } else {
      receive();
    }
    k.deactivate().value();
  }
}

/// A loop runs once; so the first warms up, and the second is counted.
template <class Message>
void count_shard(std::string const& name, bool answered) {
  constexpr std::size_t n = 128;
  for (bool const counted : {false, true}) {
    loop_test::loop_bench<adder> b;
    for (std::size_t i = 0; i < n; ++i) b.send(i % 2, Message{1, 0}, answered ? i + 1 : 0);
    if (counted) {
      count(name, n, [&] { b.run(); });
    } else {
      b.run();
    }
    if (b.states[0].sum + b.states[1].sum != n) give_up("the loop did not handle all");
    if (b.replies().size() != (answered ? n : 0)) give_up("the loop did not answer all");
  }
}

template <class Message>
void count_codec() {
  using namespace tool::wire_bench;
  constexpr std::size_t n = 64;
  std::string const bytes = std::to_string(bytes_of<Message>);
  Message const m = sample_of<Message>();
  Message back = m;
  std::array<std::byte, 512> out{};
  std::size_t size = 0;
  auto const encode = [&] {
    for (std::size_t i = 0; i < n; ++i) size = by_codec::encode(m, out.data());
  };
  auto const decode = [&] {
    for (std::size_t i = 0; i < n; ++i) {
      if (!by_codec::decode(std::span<std::byte const>(out.data(), size), back)) {
        give_up("the codec refuses its own bytes");
      }
    }
  };
  encode();
  decode();
  count("wire.encode." + bytes, n, encode);
  count("wire.decode." + bytes, n, decode);
}

}  // namespace

int main() {
  std::printf("compiler %s\n", __VERSION__);
  count_ring<writers::one>("one_writer");
  count_ring<writers::many>("many_writers");
  count_port();
  count_queue();
  count_bridge();
  count_shard<number>("shard.ask", true);
  count_shard<number_sent>("shard.tell", false);
  count_codec<tool::wire_bench::reading>();
  count_codec<tool::wire_bench::request>();
  return 0;
}
