// One thread, many asks in flight. `kernel::ask` waits for each reply, so a client gets one answer
// for each trip to another core and back. A port of its own sends on without waiting, up to its
// window, and takes the replies as they come; the trips overlap.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <thread>
#include <vector>

#include <gyre/gyre.hpp>

using namespace std::chrono_literals;

struct draw {
  std::uint64_t seed = 0;
};
struct drawn {
  std::uint64_t value = 0;
  std::uint64_t draws = 0;  // how often this actor was asked so far
};

constexpr std::uint64_t mixed(std::uint64_t seed) {
  seed = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9ULL;
  return seed ^ (seed >> 27);
}

struct lottery {
  using handles = gyre::handles<draw>;
  std::uint64_t draws = 0;

  GYRE_FN drawn on(draw const& m, auto&) { return {mixed(m.seed), ++draws}; }
};

constexpr std::uint64_t actors = 64;

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

int main() {
  constexpr std::uint64_t asks = 200'000;
  constexpr std::uint64_t asks_one_by_one = 20'000;

  // Actors are dealt over the shards; each shard is a thread. A core is left for this one.
  std::uint32_t const shards = std::clamp(std::thread::hardware_concurrency(), 3U, 5U) - 1;
  auto rt = gyre::runtime::create().value();
  auto kernel = rt.launch<lottery>("lottery", {.shards = shards, .actors = actors}).value();
  kernel.activate().value();

  std::uint64_t wrong = 0;
  auto begin = std::chrono::steady_clock::now();
  for (std::uint64_t n = 0; n < asks_one_by_one; ++n) {
    if (kernel.ask(n % actors, draw{n}, 5s).value().value != mixed(n)) ++wrong;
  }
  double const one_by_one = static_cast<double>(asks_one_by_one) / seconds_since(begin);
  std::printf("one by one:   %10.0f asks a second\n", one_by_one);

  // The window is how many asks may be unanswered. `submit` gives a ticket, typed by its reply;
  // `wait` takes it. Replies of different shards come in any order: each finds its own ticket.
  auto port = kernel.open_port({.window = 256}).value();
  std::vector<gyre::asked<drawn>> tickets(port.window());
  begin = std::chrono::steady_clock::now();
  std::uint64_t sent = 0;
  for (std::uint64_t n = 0; n < asks; ++n) {
    for (; sent < asks && sent - n < port.window(); ++sent) {
      tickets[sent % port.window()] = port.submit(sent % actors, draw{sent}).value();
    }
    auto const reply = port.wait(tickets[n % port.window()], 5s);
    if (!reply) {
      std::printf("ask %llu: %s\n", static_cast<unsigned long long>(n),
                  reply.error().message().c_str());
      return 1;
    }
    // Messages from one port to one actor are handled in the order in which they were sent.
    std::uint64_t const before = asks_one_by_one / actors + (n % actors < asks_one_by_one % actors);
    if (reply->value != mixed(n) || reply->draws != before + n / actors + 1) ++wrong;
  }
  double const in_flight = static_cast<double>(asks) / seconds_since(begin);
  std::printf("%3llu in flight: %9.0f asks a second, over %u shards\n",
              static_cast<unsigned long long>(port.window()), in_flight, shards);

  auto const report = kernel.terminate(5s).value();
  std::printf("%llu replies, %llu of them wrong\n", static_cast<unsigned long long>(report.handled),
              static_cast<unsigned long long>(wrong));
  bool const right = wrong == 0 && report.handled == asks + asks_one_by_one && report.drained;
  std::puts(right ? "right" : "WRONG");
  return right ? 0 : 1;
}
