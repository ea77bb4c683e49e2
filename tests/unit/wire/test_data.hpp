#pragma once

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <gyre/wire.hpp>

namespace test_data {

using bytes = std::vector<std::byte>;

inline bytes from_hex(std::string_view hex) {
  bytes out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<std::byte>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return out;
}

inline std::string to_hex(bytes const& in) {
  std::string out;
  for (std::byte const b : in) {
    out += "0123456789abcdef"[static_cast<unsigned>(b) >> 4U];
    out += "0123456789abcdef"[static_cast<unsigned>(b) & 15U];
  }
  return out;
}

inline nlohmann::json load_path(std::string const& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error("cannot read " + path);
  return nlohmann::json::parse(in);
}

/// A file of the tests' own vectors.
inline nlohmann::json load(std::string const& file) {
  return load_path(GYRE_TEST_DATA_DIR + ("/" + file));
}

/// The golden vectors of the file, or of the folder, that GYRE_WIRE_VECTORS names; our own without.
inline nlohmann::json load_others() {
  char const* const given = std::getenv("GYRE_WIRE_VECTORS");
  if (given == nullptr || *given == '\0') return load("vectors.json");
  std::filesystem::path path(given);
  if (std::filesystem::is_directory(path)) path /= "vectors.json";
  return load_path(path.string());
}

/// Encodes what is known to be encodable.
template <class T, class Policy = gyre::wire::utf16_length_unknown>
bytes encoded(T const& value, Policy policy = {}) {
  bytes out;
  if (!gyre::wire::encode(value, out, policy)) throw std::runtime_error("not encodable");
  return out;
}

}  // namespace test_data

namespace gyre::wire {

inline void PrintTo(fault code, std::ostream* out) { *out << to_string(code); }

}  // namespace gyre::wire
