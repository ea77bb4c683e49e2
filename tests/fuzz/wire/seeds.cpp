// wire_seeds DATA FOLDER
// Writes the fuzzer's first inputs into FOLDER, from the golden vectors and the malformed ones in
// DATA: each golden vector as each type that reads it, each malformed one as every type, a value of
// each type, and text that is cut inside a character.

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include <gyre/wire.hpp>

#include "fuzz/wire/inputs.hpp"

namespace {

fuzz::bytes from_hex(std::string const& hex) {
  fuzz::bytes out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return out;
}

class seeds {
 public:
  explicit seeds(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::filesystem::create_directories(folder_);
  }
  void add(std::size_t type, std::string const& name, fuzz::bytes const& message) {
    std::filesystem::path const file = folder_ / (std::to_string(type) + "-" + name);
    std::ofstream out(file, std::ios::binary);
    out.put(static_cast<char>(type));
    out.write(reinterpret_cast<char const*>(message.data()),
              static_cast<std::streamsize>(message.size()));
    if (!out) throw std::runtime_error("cannot write " + file.string());
    ++count_;
  }
  [[nodiscard]] std::size_t count() const { return count_; }

 private:
  std::filesystem::path folder_;
  std::size_t count_ = 0;
};

/// Each row's name and bytes; rows that are described in words have none.
std::map<std::string, fuzz::bytes> read_rows(std::filesystem::path const& file) {
  std::ifstream in(file);
  std::map<std::string, fuzz::bytes> rows;
  for (auto const& row : nlohmann::json::parse(in)) {
    std::string const hex = row.value("hex", "");
    if (hex.find_first_not_of("0123456789abcdef") == std::string::npos) {
      rows[row.at("name")] = from_hex(hex);
    }
  }
  return rows;
}

/// Strings whose last character is not all there: the reader must not look for the rest.
std::map<std::string, fuzz::bytes> cut_text() {
  std::map<std::string, fuzz::bytes> rows;
  for (std::string const whole : {"é", "あ", "🌍", "12345678あ"}) {
    for (std::size_t n = 1; n <= whole.size(); ++n) {
      fuzz::bytes out;
      (void)gyre::wire::encode(whole.substr(0, n), out);
      rows["cut" + std::to_string(whole.size()) + "." + std::to_string(n)] = out;
    }
  }
  return rows;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: wire_seeds DATA FOLDER\n";
    return 2;
  }
  try {
    std::filesystem::path const data(argv[1]);
    auto const golden = read_rows(data / "vectors.json");
    auto malformed = read_rows(data / "malformed.json");
    malformed.merge(cut_text());
    seeds out(argv[2]);
    for (std::size_t type = 0; type < fuzz::entries().size(); ++type) {
      out.add(type, "sample", fuzz::entries()[type].sample());
      for (auto const& [name, message] : golden) {
        if (fuzz::entries()[type].accepts(message)) out.add(type, name, message);
      }
      for (auto const& [name, message] : malformed) out.add(type, name, message);
    }
    std::cout << out.count() << " seeds of " << fuzz::entries().size() << " types\n";
  } catch (std::exception const& e) {
    std::cerr << "wire_seeds: " << e.what() << '\n';
    return 1;
  }
}
