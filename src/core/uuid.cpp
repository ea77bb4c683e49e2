#include <gyre/core/uuid.hpp>

#include <bit>
#include <random>

namespace gyre {
namespace {

/// Where each text byte stands in memory: .NET keeps the first three fields little endian.
constexpr std::array<std::size_t, 16> order{3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};

/// xoshiro256++ (Blackman and Vigna, https://prng.di.unimi.it/), one for each thread.
class generator {
 public:
  generator() {
    std::random_device seed;
    for (auto& word : state_) word = (std::uint64_t{seed()} << 32) | seed();
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
