#pragma once

#include <string>
#include <string_view>

#include "language.hpp"

namespace gyre::wire::detail {

/// How TypeScript writes this type: "Map<number, string | null>". Refuses what the profile leaves
/// out.
[[nodiscard]] std::string typescript_type(declaration& d, schema_type const& t);

/// An expression for what a member of this type holds in a new object.
[[nodiscard]] std::string typescript_nothing(declaration& d, schema_type const& t);

/// `value`, as `schema_member::default_value` has it, in TypeScript.
[[nodiscard]] std::string typescript_value(declaration& d, schema_type const& t,
                                           std::string const& value);

/// A call that writes `value` with the runtime's `writer`; one that reads with its `reader`.
/// `depth` numbers the arguments of functions inside functions.
[[nodiscard]] std::string typescript_write(declaration& d, schema_type const& t,
                                           std::string const& value, int depth = 1);
[[nodiscard]] std::string typescript_read(declaration& d, schema_type const& t);

}  // namespace gyre::wire::detail
