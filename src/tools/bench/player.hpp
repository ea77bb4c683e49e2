#pragma once

#include <cstdint>

#include <gyre/kernel/call.hpp>
#include <gyre/kernel/handles.hpp>
#include <gyre/kernel/link.hpp>

/// \file
/// Actors that play ball, for the rows that measure messages between actors. They live on the
/// device by cuda_floors.cu.
namespace gyre::tool {

struct player;

/// How far a ball has to go: back and forth between two actors, of one kernel or of two.
struct ball {
  std::uint64_t hops = 0;  ///< Still to go; the last one ends the game.
  std::uint64_t to = 0;    ///< Who gets it next,
  std::uint64_t from = 0;  ///< and then.
  link<player> by{};       ///< The other one's kernel; made from nothing, it is this one's.
};
/// Throws such a ball, and answers when it has come back for the last time.
struct throw_ball {
  ball it{};
};

/// To all of so many actors: each throws one to the next.
struct start_playing {
  std::uint64_t hops = 0;
  std::uint64_t players = 1;
};

struct player {
  using handles = gyre::handles<ball, throw_ball, start_playing>;
  caller<std::uint64_t> waiting{};

  GYRE_FN reply<std::uint64_t> on(throw_ball const& m, auto& self) {
    waiting = self.who_asked();
    if (!hand_on(m.it, self)) return self.reject(1);
    return self.later();
  }
  GYRE_FN void on(start_playing const& m, auto& self) {
    (void)hand_on({m.hops, (self.id() + 1) % m.players, self.id(), {}}, self);
  }
  GYRE_FN void on(ball const& m, auto& self) {
    if (m.hops == 0) return self.answer_to(waiting, self.id());
    (void)hand_on({m.hops - 1, m.from, m.to, {m.by.back, m.by.row}}, self);
  }

 private:
  GYRE_FN static bool hand_on(ball const& it, auto& self) {
    if (it.by.row == 0) return self.tell(actor<player>{it.to}, it);
    return self.tell(it.by.at(it.to), it);
  }
};

}  // namespace gyre::tool
