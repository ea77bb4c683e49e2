// Conway's game of life: each cell is an actor that tells its eight neighbours when it is alive.
// In a terminal the grid is drawn as it lives; everywhere else the last picture alone. Checked
// against a plain loop.
//
//   example_06_life [GENERATIONS [SHARDS [SEED]]]

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <unistd.h>

#include <gyre/gyre.hpp>

#include <arguments.hpp>

using namespace std::chrono_literals;

constexpr std::uint64_t width = 72;
constexpr std::uint64_t height = 28;
constexpr std::uint64_t cells = width * height;

/// Be born, or not: the first generation.
struct begin_as {
  bool alive = false;
};
/// Tell your neighbours that you are alive, if you are.
struct call_out {};
struct called {
  std::uint64_t sent = 0;
  std::uint64_t lost = 0;  // a neighbour's inbox was full
};
struct neighbour {};
/// Live on, die, or be born, by what you have heard.
struct step {};
struct state {
  bool alive = false;
};

struct cell {
  using handles = gyre::handles<begin_as, call_out, neighbour, step>;
  bool alive = false;
  std::uint8_t heard = 0;

  GYRE_FN state on(begin_as const& m, auto&) { return {alive = m.alive}; }
  GYRE_FN called on(call_out const&, auto& self) {
    called out;
    if (!alive) return out;
    std::uint64_t const x = self.id() % width;
    std::uint64_t const y = self.id() / width;
    for (std::uint64_t dy : {height - 1, std::uint64_t{0}, std::uint64_t{1}}) {
      for (std::uint64_t dx : {width - 1, std::uint64_t{0}, std::uint64_t{1}}) {
        if (dx == 0 && dy == 0) continue;
        gyre::actor<cell> const to{(y + dy) % height * width + (x + dx) % width};
        ++(self.tell(to, neighbour{}) ? out.sent : out.lost);
      }
    }
    return out;
  }
  GYRE_FN void on(neighbour const&, auto&) { ++heard; }
  GYRE_FN state on(step const&, auto&) {
    alive = heard == 3 || (alive && heard == 2);
    heard = 0;
    return {alive};
  }
};

std::vector<bool> next_by_hand(std::vector<bool> const& now) {
  std::vector<bool> next(cells);
  for (std::uint64_t i = 0; i < cells; ++i) {
    int heard = 0;
    for (std::uint64_t k = 0; k < 9; ++k) {
      std::uint64_t const x = (i % width + width + k % 3 - 1) % width;
      std::uint64_t const y = (i / width + height + k / 3 - 1) % height;
      heard += k != 4 && now[y * width + x] ? 1 : 0;
    }
    next[i] = heard == 3 || (now[i] && heard == 2);
  }
  return next;
}

/// Two rows of cells to a line of text.
void draw(std::vector<bool> const& now, std::uint64_t generation) {
  std::string text;
  for (std::uint64_t y = 0; y < height; y += 2) {
    for (std::uint64_t x = 0; x < width; ++x) {
      bool const upper = now[y * width + x];
      bool const lower = now[(y + 1) * width + x];
      text += upper ? (lower ? "█" : "▀") : (lower ? "▄" : " ");
    }
    text += '\n';
  }
  std::printf("%sgeneration %llu\n", text.c_str(), static_cast<unsigned long long>(generation));
  std::fflush(stdout);
}

int main(int argc, char** argv) {
  numbers const given(argc, argv, "GENERATIONS [SHARDS [SEED]]");
  std::uint64_t const generations = given.at(1, 100);
  bool const terminal = ::isatty(STDOUT_FILENO) != 0;

  auto rt = gyre::runtime::create().value();
  auto kernel = rt.launch<cell>("life", {.queue_capacity = 1 << 15,
                                         .shards = static_cast<std::uint32_t>(given.at(2, 2)),
                                         .actors = cells})
                    .value();
  kernel.activate().value();
  auto a = gyre::asker<cell>::open(kernel, {.window = 256}).value();
  auto const ask = [&](auto message) {
    return a.run(a.ask_all(
        cells, [](std::size_t i) { return i; }, message, 60s));
  };

  std::mt19937_64 random(given.at(3, 1));
  std::vector<bool> now(cells);
  for (std::uint64_t i = 0; i < cells; ++i) now[i] = random() % 3 == 0;
  std::uint64_t messages = 0;
  bool right = true;
  for (auto const& s : ask([&](std::size_t i) { return begin_as{now[i]}; })) right = right && s;
  messages += cells;
  for (std::uint64_t g = 1; g <= generations && right; ++g) {
    for (auto const& c : ask([](std::size_t) { return call_out{}; })) {
      right = right && c && c->lost == 0;
      messages += 1 + (c ? c->sent : 0);
    }
    gyre::deadline const until(60s);
    while (kernel.status().handled < messages && !until.expired()) std::this_thread::yield();
    std::vector<bool> const expected = next_by_hand(now);
    auto const states = ask([](std::size_t) { return step{}; });
    messages += cells;
    for (std::uint64_t i = 0; i < cells; ++i) {
      right = right && states[i] && states[i]->alive == expected[i];
    }
    now = expected;
    if (!terminal) continue;
    if (g > 1) std::printf("\033[%lluA", static_cast<unsigned long long>(height / 2 + 1));
    draw(now, g);
    std::this_thread::sleep_for(50ms);
  }
  if (!terminal) draw(now, generations);
  std::printf("%llu messages between cells and from outside\n",
              static_cast<unsigned long long>(messages));
  std::puts(right ? "right" : "WRONG");
  return right ? 0 : 1;
}
