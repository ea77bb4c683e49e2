#pragma once

#include <string>

#include "language.hpp"

namespace gyre::wire::detail {

/// How C# writes this type: "int?[]". Refuses what C# does not have.
[[nodiscard]] std::string csharp_type(declaration& d, schema_type const& t);

/// An expression for what a member of this type holds in a new object.
[[nodiscard]] std::string csharp_nothing(declaration& d, schema_type const& t);

/// Whether C# gives a field of this type that value by itself.
[[nodiscard]] bool csharp_starts_right(declaration& d, schema_type const& t);

/// `value`, as `schema_member::default_value` has it, in C#.
[[nodiscard]] std::string csharp_value(declaration& d, schema_type const& t,
                                       std::string const& value);

}  // namespace gyre::wire::detail
