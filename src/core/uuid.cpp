#include <gyre/core/uuid.hpp>

#include <atomic>
#include <bit>

#include <unistd.h>

#include <gyre/core/hybrid_clock.hpp>

#include "process.hpp"

namespace gyre {
namespace {

/// Where each text byte stands in memory: .NET keeps the first three fields little endian.
constexpr std::array<std::size_t, 16> order{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

/// A seed from the system; where it refuses one (a filter of system calls), of what differs between
/// processes, threads and moments. That will do for ids, which are no secrets.
std::array<std::uint64_t, 4> seed() noexcept {
  std::array<std::uint64_t, 4> words{};
  if (::getentropy(words.data(), sizeof words) == 0) return words;
  static std::atomic<std::uint64_t> calls{0};
  std::uint64_t mixed = platform::clock_ns() ^ wall_micros() << 20 ^
                        static_cast<std::uint64_t>(::getpid()) << 40 ^
                        reinterpret_cast<std::uintptr_t>(&words);
  mixed += calls.fetch_add(1, std::memory_order_relaxed) << 52;
  for (std::uint64_t& word : words) {
    // splitmix64, by which the generator's authors seed it.
    mixed += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = mixed;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    word = z ^ (z >> 31);
  }
  return words;
}

/// xoshiro256++ (Blackman and Vigna, https://prng.di.unimi.it/), one for each thread. Seeded again
/// in a forked child, which would draw its parent's ids.
class generator {
 public:
  void begin(std::uint32_t epoch) noexcept {
    if (begun_ && epoch == epoch_) return;
    begun_ = true;
    epoch_ = epoch;
    state_ = seed();
  }

  std::uint64_t operator()() noexcept {
    std::uint64_t const out = std::rotl(state_[0] + state_[3], 23) + state_[0];
    std::uint64_t const t = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= t;
    state_[3] = std::rotl(state_[3], 45);
    return out;
  }

 private:
  std::array<std::uint64_t, 4> state_{};
  std::uint32_t epoch_ = 0;
  bool begun_ = false;
};

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr bool is_dash_at(std::size_t i) noexcept {
  return i == 8 || i == 13 || i == 18 || i == 23;
}

}  // namespace

uuid uuid::random() noexcept {
  thread_local generator next;
  next.begin(detail::process_epoch());
  std::uint64_t const words[2] = {next(), next()};
  uuid id;
  std::memcpy(id.bytes.data(), words, sizeof words);
  id.bytes[order[6]] = static_cast<std::uint8_t>((id.bytes[order[6]] & 0x0F) | 0x40);  // version
  id.bytes[order[8]] = static_cast<std::uint8_t>((id.bytes[order[8]] & 0x3F) | 0x80);  // variant
  return id;
}

std::optional<uuid> uuid::parse(std::string_view text) noexcept {
  if (text.size() == 38 && text.front() == '{' && text.back() == '}') text = text.substr(1, 36);
  if (text.size() != 36) return std::nullopt;
  uuid id;
  std::size_t byte = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (is_dash_at(i)) {
      if (text[i++] != '-') return std::nullopt;
      continue;
    }
    int const high = hex_value(text[i]);
    int const low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    id.bytes[order[byte++]] = static_cast<std::uint8_t>(high * 16 + low);
    i += 2;
  }
  return id;
}

std::string uuid::to_string() const {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(36);
  for (std::size_t byte = 0; byte < 16; ++byte) {
    if (is_dash_at(out.size())) out += '-';
    std::uint8_t const value = bytes[order[byte]];
    out += digits[value >> 4];
    out += digits[value & 15];
  }
  return out;
}

}  // namespace gyre
