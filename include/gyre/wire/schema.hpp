#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gyre/core/error.hpp>
#include <gyre/wire/detail/schema_build.hpp>
#include <gyre/wire/schema_types.hpp>

/// \file
/// What a message type is on the wire, as a value; and as text, as C# and as TypeScript, so that
/// the other side is declared from the one declaration that C++ has. Host only. All functions are
/// reentrant; they allocate, and throw only `std::bad_alloc`.
///
/// Names: what C++ calls `vector_add_request` is `VectorAddRequest` in C# and TypeScript; members
/// are `MessageId` in C# and `messageId` in TypeScript; enumerators are `Add` in both. A type's
/// own name is `gyre_name` or the spelled one; `static constexpr std::string_view wire_name`, in
/// the type or in its `adapt`, is the name for other languages alone, for instances of templates
/// and for unions, say. Members are named as `member_names` says (`wire_names`).

namespace gyre::wire {

/// The schema of these types and of all that they are made of, each type once.
template <class... Ts>
[[nodiscard]] schema schema_of() {
  schema s;
  (s.roots.push_back(detail::add_type<Ts>(s)), ...);
  return s;
}

/// For people: each declared type with its members, their types, order, offsets and sizes in bytes.
/// An offset is stated where nothing before the member can vary in size.
[[nodiscard]] std::string schema_text(schema const& s);

/// C# for MemoryPack: `[MemoryPackable]` classes, unions as interfaces, `unmanaged` structs, enums.
/// `errc::unsupported`, with the member and the reason, for what C# cannot say.
[[nodiscard]] result<std::string> csharp_declaration(schema const& s);

struct typescript_options {
  /// Where the module finds the runtime. Node's own type stripping wants the ending `.ts`.
  std::string runtime = "./gyre_memorypack.js";
};

/// A TypeScript module: classes with `serialize`, `deserialize`, `write` and `read`, that use
/// `typescript_runtime()`. Its types can be erased: no enum, no namespace, no parameter property.
/// `errc::unsupported`, with the member and the reason, for what the profile of C#, TypeScript and
/// C++ leaves out: structs, decimal, char, times but DateTime, enums of 64 bits, tuples, grids,
/// version-tolerant objects, and maps whose entries C# pads.
[[nodiscard]] result<std::string> typescript_declaration(schema const& s,
                                                         typescript_options const& options = {});

/// The module that the declarations import: the file `gyre_memorypack.ts`. It needs nothing.
[[nodiscard]] std::string_view typescript_runtime() noexcept;

/// The same, of types.
template <class... Ts>
[[nodiscard]] std::string schema_text() {
  return schema_text(schema_of<Ts...>());
}
template <class... Ts>
[[nodiscard]] result<std::string> csharp_declaration() {
  return csharp_declaration(schema_of<Ts...>());
}
template <class... Ts>
[[nodiscard]] result<std::string> typescript_declaration(typescript_options const& options = {}) {
  return typescript_declaration(schema_of<Ts...>(), options);
}

}  // namespace gyre::wire
