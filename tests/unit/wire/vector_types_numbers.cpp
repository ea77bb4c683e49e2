#include "csharp_types.hpp"
#include "vector_types.hpp"

namespace vector_types {

void add_numbers(registry& all) {
  add<std::int32_t>(all, "int");
  add<std::uint32_t>(all, "uint");
  add<std::int64_t>(all, "long");
  add<std::uint64_t>(all, "ulong");
  add<float>(all, "float");
  add<double>(all, "double");
  all["Half"] = as<wire::half>();
  all["Rune"] = as<char32_t>();
  all["Int128"] = as<wire::int128>();
  all["UInt128"] = as<wire::uint128>();
  all["Complex"] = as<csharp::numbers<double, 2>>();
  all["Vector2"] = as<csharp::numbers<float, 2>>();
  all["Vector3"] = as<csharp::numbers<float, 3>>();
}

}  // namespace vector_types
