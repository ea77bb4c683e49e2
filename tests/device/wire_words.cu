// Messages of fixed layout in words, in both directions. Compiled here; what nvcc makes of the
// kernels is looked at by tests/codegen/wire_words.py, which knows them by their names.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <gyre/core/uuid.hpp>
#include <gyre/wire/types.hpp>
#include <gyre/wire/words.hpp>

namespace {

using gyre::wire::words_size;

/// Six members of mixed sizes: a MemoryPack object of 1 + 28 bytes.
struct order {
  std::uint64_t id = 0;
  double price = 0;
  std::int32_t account = 0;
  float limit = 0;
  std::uint16_t venue = 0;
  std::int16_t flags = 0;
};
static_assert(gyre::wire::max_size<order> == 29 && words_size<order> == 32);

enum class state : std::uint8_t { idle, moving };

struct point {
  float x = 0, y = 0;
};

struct direction {
  static constexpr auto wire_kind = gyre::wire::kind::unmanaged;
  std::int16_t turn = 0;
  double angle = 0;
};

/// One of every kind of member; each is checked on its way in.
struct report {
  bool alive = false;
  state is = state::idle;
  gyre::uuid from{};
  std::optional<std::int32_t> hurt{};
  std::optional<double> speed{};
  point at{};
  direction to{};
  gyre::wire::date_time when{};
  char32_t mark = 0;
  std::array<point, 2> path{};
  std::array<bool, 3> seen{};
};
static_assert(gyre::wire::max_size<report> == 109 && words_size<report> == 112);

template <class T>
__device__ void encode(T const* in, std::byte* slots) {
  unsigned const i = threadIdx.x;
  gyre::wire::encode_words(in[i], slots + i * words_size<T>);
}

template <class T>
__device__ void decode(std::byte const* slots, T* out, std::uint32_t* accepted) {
  unsigned const i = threadIdx.x;
  T value{};
  auto const status = gyre::wire::decode_words(slots + i * words_size<T>, value);
  if (status) out[i] = value;
  accepted[i] = status ? 1 : 0;
}

}  // namespace

extern "C" __global__ void encode_order(order const* in, std::byte* slots) { encode(in, slots); }
extern "C" __global__ void decode_order(std::byte const* slots, order* out,
                                        std::uint32_t* accepted) {
  decode(slots, out, accepted);
}

extern "C" __global__ void encode_report(report const* in, std::byte* slots) { encode(in, slots); }
extern "C" __global__ void decode_report(std::byte const* slots, report* out,
                                         std::uint32_t* accepted) {
  decode(slots, out, accepted);
}

/// The whole status, as it is handed back from a kernel.
extern "C" __global__ void check_report(std::byte const* slots, gyre::wire::status* out) {
  unsigned const i = threadIdx.x;
  report value;
  out[i] = gyre::wire::decode_words(slots + i * words_size<report>, value);
}
