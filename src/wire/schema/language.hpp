#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <gyre/core/error.hpp>
#include <gyre/wire/schema.hpp>

/// \file
/// What the declarations in other languages have in common: names, and what to say of a type that a
/// language does not have.

namespace gyre::wire::detail {

/// "vector_add" and "VectorAdd" become "VectorAdd"; "vectorAdd".
[[nodiscard]] std::string pascal_case(std::string_view name);
[[nodiscard]] std::string camel_case(std::string_view name);

/// Letters, digits and '_', no digit first.
[[nodiscard]] bool is_name(std::string_view name) noexcept;

/// Types that a declaration declares: structs, enums, unions.
[[nodiscard]] bool is_declared(shape form) noexcept;
/// Integers, floats, bool.
[[nodiscard]] bool is_number(shape form) noexcept;
/// Declared with `members`.
[[nodiscard]] bool has_members(shape form) noexcept;

/// "one", "one, two" from "one" and "two".
[[nodiscard]] std::string joined(std::span<std::string const> words, std::string_view between);

/// `text` in double quotes, with the escapes that C# and TypeScript share.
[[nodiscard]] std::string quoted(std::string_view text);

/// A renderer's notes: the names that it gives, and the first thing that it could not say.
class declaration {
 public:
  /// Names the types. `taken` are names that the language's own types have; unions get the
  /// `union_prefix`, unless they begin with it and a capital.
  declaration(schema const& s, std::string_view language, std::span<std::string_view const> taken,
              std::string_view union_prefix);

  [[nodiscard]] schema_type const& type(std::size_t index) const { return schema_.types[index]; }
  [[nodiscard]] schema_type const& part(schema_type const& t, std::size_t i = 0) const {
    return schema_.types[t.parts[i]];
  }
  [[nodiscard]] std::size_t size() const { return schema_.types.size(); }
  [[nodiscard]] std::string const& name(std::size_t index) const { return names_[index]; }
  [[nodiscard]] std::size_t index_of(schema_type const& t) const {
    return static_cast<std::size_t>(&t - schema_.types.data());
  }

  /// Names of members or enumerators; refuses those that are no names, or equal, or `taken`.
  [[nodiscard]] std::vector<std::string> member_names(schema_type const& t,
                                                      std::string (*convert)(std::string_view),
                                                      std::span<std::string_view const> taken);

  /// Says what is being declared: for messages.
  void enter(schema_type const& t, schema_member const* m = nullptr) {
    type_ = &t;
    member_ = m;
  }
  /// Remembers that this cannot be said, and why, if it is the first; returns no text.
  std::string refuse(std::string_view why);

  /// `text`, or the first refusal.
  [[nodiscard]] result<std::string> finish(std::string text);

 private:
  void name_types(std::span<std::string_view const> taken, std::string_view union_prefix);

  schema const& schema_;
  std::string_view language_;
  std::vector<std::string> names_;
  schema_type const* type_ = nullptr;
  schema_member const* member_ = nullptr;
  std::optional<error> refused_;
};

}  // namespace gyre::wire::detail
