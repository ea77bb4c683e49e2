#include <array>

#include "rivals.hpp"

namespace rivals {

template <class Message>
void by_gyre<Message>::encode(benchmark::State& state) {
  alignas(apart) Message const sample = sample_of<Message>();
  Message const& m = opaque(sample);
  alignas(apart) std::array<std::byte, 512> room;
  auto& out = opaque(room);
  time_encode(state, [&] {
    std::size_t written = 0;
    return gyre::wire::encode(m, out, written) ? written : 0;
  });
}

template <class Message>
void by_gyre<Message>::decode(benchmark::State& state) {
  auto const sample = gyre_bytes(sample_of<Message>());
  auto const& bytes = opaque(sample);
  time_decode<Message>(state,
                       [&](Message& m) { return static_cast<bool>(gyre::wire::decode(bytes, m)); });
}

template struct by_gyre<reading>;
template struct by_gyre<remark>;
template struct by_gyre<monster>;
template struct by_gyre<request>;

}  // namespace rivals
