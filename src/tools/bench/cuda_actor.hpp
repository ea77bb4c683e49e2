#pragma once

#include <cstdint>

#include <gyre/kernel/call.hpp>
#include <gyre/kernel/handles.hpp>
#include <gyre/kernel/link.hpp>

/// \file
/// The actors that the rows `cuda.` measure. They live on the device by cuda_floors.cu.
namespace gyre::tool {

/// 16 bytes there, 16 back: with its envelope, a line each way.
struct cuda_number {
  std::int64_t value = 0;
  std::int64_t tag = 0;
};

/// 64 bytes: with its envelope, two lines.
struct cuda_parcel {
  std::int64_t a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
};

struct cuda_adder {
  using handles = gyre::handles<cuda_number, cuda_parcel>;
  std::int64_t sum = 0;

  GYRE_FN cuda_number on(cuda_number const& m, auto&) { return {sum += m.value, m.tag}; }
  GYRE_FN void on(cuda_parcel const& m, auto&) { sum += m.a + m.h; }
};

struct cuda_player;

/// How far a ball has to go: back and forth between two actors, of one kernel or of two.
struct cuda_ball {
  std::uint64_t hops = 0;  ///< Still to go; the last one ends the game.
  std::uint64_t to = 0;    ///< Who gets it next,
  std::uint64_t from = 0;  ///< and then.
  link<cuda_player> by{};  ///< The other one's kernel; made from nothing, it is this one's.
};
/// Throws such a ball, and answers when it has come back for the last time.
struct cuda_throw {
  cuda_ball ball{};
};

/// To all of so many actors: each throws one to the next.
struct cuda_start {
  std::uint64_t hops = 0;
  std::uint64_t players = 1;
};

struct cuda_player {
  using handles = gyre::handles<cuda_ball, cuda_throw, cuda_start>;
  caller<std::uint64_t> waiting{};

  GYRE_FN reply<std::uint64_t> on(cuda_throw const& m, auto& self) {
    waiting = self.who_asked();
    if (!hand_on(m.ball, self)) return self.reject(1);
    return self.later();
  }
  GYRE_FN void on(cuda_start const& m, auto& self) {
    (void)hand_on({m.hops, (self.id() + 1) % m.players, self.id(), {}}, self);
  }
  GYRE_FN void on(cuda_ball const& m, auto& self) {
    if (m.hops == 0) return self.answer_to(waiting, self.id());
    (void)hand_on({m.hops - 1, m.from, m.to, {m.by.back, m.by.row}}, self);
  }

 private:
  GYRE_FN static bool hand_on(cuda_ball const& ball, auto& self) {
    if (ball.by.row == 0) return self.tell(actor<cuda_player>{ball.to}, ball);
    return self.tell(ball.by.at(ball.to), ball);
  }
};

}  // namespace gyre::tool
