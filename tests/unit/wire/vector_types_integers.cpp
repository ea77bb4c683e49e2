#include "csharp_types.hpp"
#include "vector_types.hpp"

namespace vector_types {

void add_integers(registry& all) {
  add<bool>(all, "bool");
  add<std::uint8_t>(all, "byte");
  add<std::int8_t>(all, "sbyte");
  add<std::int16_t>(all, "short");
  add<std::uint16_t>(all, "ushort");
  add<char16_t>(all, "char");
  all["enum:byte"] = as<csharp::byte_enum>();
  all["enum(int)"] = as<csharp::int_enum>();
}

}  // namespace vector_types
