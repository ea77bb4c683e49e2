// Exchanges messages with node, through files:
//   typescript_exchange write DIR   writes the generated TypeScript, and messages as NAME.bin
//   typescript_exchange check DIR   reads what node wrote, NAME.out: the same values, the same
//   bytes

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gyre/wire.hpp>
#include <vector/vector_messages.hpp>

#include "exchange_values.hpp"
#include "messages.hpp"
#include "unit/wire/csharp_types.hpp"

// Instances of templates have no name in other languages.
template <>
struct gyre::wire::adapt<csharp::nested> {
  static constexpr std::string_view wire_name = "nested";
};
template <>
struct gyre::wire::adapt<csharp::union_1> {
  static constexpr std::string_view wire_name = "number_holder";
};
template <>
struct gyre::wire::adapt<csharp::union_2> {
  static constexpr std::string_view wire_name = "text_holder";
};

namespace {

namespace wire = gyre::wire;
using bytes = std::vector<std::byte>;

bool write_file(std::string const& path, void const* data, std::size_t size) {
  std::ofstream file(path, std::ios::binary);
  file.write(static_cast<char const*>(data), static_cast<std::streamsize>(size));
  file.close();
  return file.good();
}

bool write_text(std::string const& path, std::string_view text) {
  return write_file(path, text.data(), text.size());
}

bytes contents(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  std::string const text{std::istreambuf_iterator<char>(file), {}};
  auto const* const begin = reinterpret_cast<std::byte const*>(text.data());
  return {begin, begin + text.size()};
}

/// What C++ does with one message.
struct message {
  std::string name;
  std::function<bytes()> write;
  std::function<std::string(bytes const&)> check;  ///< What is wrong, or nothing.
};

template <class T>
bytes encoded(T const& value) {
  bytes out;
  // JavaScript knows its strings' lengths in UTF-16, so the bytes can be equal.
  (void)wire::encode(value, out, wire::utf16_length_exact{});
  return out;
}

/// The vector processor's messages have no operator==.
template <class T>
bool same(T const& a, T const& b) {
  if constexpr (std::equality_comparable<T>) {
    return a == b;
  } else {
    bool equal = true;
    wire::detail::visit_members(a, [&](auto const&... as) {
      wire::detail::visit_members(b, [&](auto const&... bs) { equal = ((as == bs) && ...); });
    });
    return equal;
  }
}

enum class floats : std::uint8_t { numbers, with_nan };

template <class T>
message of(std::string name, T value, floats held = floats::numbers) {
  auto const kept = std::make_shared<T>(std::move(value));
  auto const check = [kept, held](bytes const& in) -> std::string {
    T got{};
    wire::status const s = wire::decode(in, got);
    if (!s) return wire::describe<T>(s);
    // A NaN is unlike itself; then the bytes alone say it.
    if (held == floats::numbers && !same(got, *kept)) return "another value";
    return in == encoded(*kept) ? "" : "other bytes";
  };
  return {std::move(name), [kept] { return encoded(*kept); }, check};
}

std::vector<message> messages() {
  std::vector<message> all;
  all.push_back(of("request_new", vector_add_request{}));
  all.push_back(of("request_full", exchange::full_request()));
  all.push_back(of("request_nan", exchange::nan_request(), floats::with_nan));
  all.push_back(of("response_new", vector_add_response{}));
  all.push_back(of("response_full", exchange::full_response()));
  all.push_back(of("scalars_new", exchange::scalars{}));
  all.push_back(of("scalars_least", exchange::least_scalars()));
  all.push_back(of("scalars_greatest", exchange::greatest_scalars()));
  all.push_back(of("collections_new", exchange::collections{}));
  all.push_back(of("collections_full", exchange::full_collections()));
  all.push_back(of("figure_circle", exchange::figure{exchange::circle{2.5}}));
  all.push_back(of("figure_label", exchange::figure{exchange::label{"", exchange::point{1, 2}}}));
  all.push_back(of("figure_nothing", exchange::figure{exchange::nothing{}}));
  all.push_back(of("figure_point", exchange::figure{exchange::point{-1, -2}}));
  all.push_back(of("node_63", exchange::chain(63)));
  all.push_back(of("convertable_new", csharp::all_convertable{}));
  return all;
}

int write_all(std::string const& folder) {
  auto const declare = [&](std::string const& runtime) {
    return wire::typescript_declaration<
        vector_add_request, vector_add_response, exchange::scalars, exchange::collections,
        exchange::figure, csharp::all_convertable, csharp::empty, csharp::mixed_scalars,
        csharp::four_ints, csharp::recursive>({runtime});
  };
  auto const module = declare("./gyre_memorypack.js");
  auto const native = declare("./gyre_memorypack.ts");
  if (!module || !native) {
    std::fprintf(stderr, "%s\n", module.error().message().c_str());
    return 1;
  }
  bool written = write_text(folder + "/gyre_memorypack.ts", wire::typescript_runtime()) &&
                 write_text(folder + "/messages.ts", *module) &&
                 write_text(folder + "/messages_native.ts", *native);
  for (message const& m : messages()) {
    bytes const all = m.write();
    written = write_file(folder + "/" + m.name + ".bin", all.data(), all.size()) && written;
  }
  if (!written) std::fprintf(stderr, "%s: cannot be written\n", folder.c_str());
  return written ? 0 : 1;
}

int check_all(std::string const& folder) {
  int wrong = 0;
  for (message const& m : messages()) {
    std::string const why = m.check(contents(folder + "/" + m.name + ".out"));
    if (why.empty()) continue;
    std::fprintf(stderr, "%s, as node wrote it: %s\n", m.name.c_str(), why.c_str());
    ++wrong;
  }
  std::printf("%zu messages came back, %d wrong\n", messages().size(), wrong);
  return wrong == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::string const command = argc == 3 ? argv[1] : "";
  if (command == "write") return write_all(argv[2]);
  if (command == "check") return check_all(argv[2]);
  std::fprintf(stderr, "usage: typescript_exchange write|check DIR\n");
  return 2;
}
