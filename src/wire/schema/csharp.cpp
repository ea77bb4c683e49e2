#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <gyre/wire/schema.hpp>

#include "csharp_types.hpp"
#include "language.hpp"

namespace gyre::wire {

namespace detail {

namespace {

// Types that a declaration may name: one of the same name in the user's namespace would be taken.
constexpr std::array<std::string_view, 22> taken_types{"Array",        "DateOnly",
                                                       "DateTime",     "DateTimeOffset",
                                                       "Dictionary",   "Enumerable",
                                                       "Guid",         "Half",
                                                       "HashSet",      "Int128",
                                                       "KeyValuePair", "LayoutKind",
                                                       "Object",       "Rune",
                                                       "String",       "StructLayout",
                                                       "TimeOnly",     "TimeSpan",
                                                       "UInt128",      "ValueTuple",
                                                       "System",       "StructLayoutAttribute"};

// MemoryPack's generator adds these to each class.
constexpr std::array<std::string_view, 3> taken_members{"Serialize", "Deserialize",
                                                        "RegisterFormatter"};

class csharp {
 public:
  explicit csharp(schema const& s) : notes_(s, "C#", taken_types, "I") {}

  result<std::string> render() {
    std::string body;
    for (std::size_t i = 0; i < notes_.size(); ++i) {
      if (is_declared(notes_.type(i).form)) body += "\n" + declare(notes_.type(i));
    }
    return notes_.finish(usings(body) + body);
  }

 private:
  static std::string usings(std::string const& body) {
    auto const uses = [&](std::string_view word) { return body.find(word) != std::string::npos; };
    std::string out = "#nullable enable\nusing System;\n";
    if (uses("Dictionary<") || uses("HashSet<") || uses("KeyValuePair<")) {
      out += "using System.Collections.Generic;\n";
    }
    if (uses("Enumerable.")) out += "using System.Linq;\n";
    if (uses("StructLayout")) out += "using System.Runtime.InteropServices;\n";
    if (uses("Rune")) out += "using System.Text;\n";
    return out + "using MemoryPack;\n";
  }

  std::string declare(schema_type const& t) {
    notes_.enter(t);
    switch (t.form) {
      case shape::enumeration: return declare_enum(t);
      case shape::one_of: return declare_union(t);
      case shape::unmanaged: return declare_struct(t);
      default: return declare_class(t);
    }
  }

  std::string declare_enum(schema_type const& t) {
    schema_type const& underlying = notes_.part(t);
    auto const names = notes_.member_names(t, pascal_case, {});
    std::string out =
        "public enum " + name_of(t) + " : " + csharp_type(notes_, underlying) + "\n{\n";
    for (std::size_t i = 0; i < names.size(); ++i) {
      std::int64_t const value = t.enumerators[i].value;
      out += "    " + names[i] + " = " +
             (underlying.form == shape::uint64 ? std::to_string(static_cast<std::uint64_t>(value))
                                               : std::to_string(value)) +
             ",\n";
    }
    return out + "}\n";
  }

  std::string declare_union(schema_type const& t) {
    std::string out = "[MemoryPackable]\n";
    for (std::size_t i = 0; i < t.parts.size(); ++i) {
      out += "[MemoryPackUnion(" + std::to_string(t.tags[i]) + ", typeof(" +
             notes_.name(t.parts[i]) + "))]\n";
    }
    return out + "public partial interface " + name_of(t) + "\n{\n}\n";
  }

  std::string declare_struct(schema_type const& t) {
    auto const names = notes_.member_names(t, pascal_case, {});
    std::string out =
        "[StructLayout(LayoutKind.Sequential)]\npublic struct " + name_of(t) + "\n{\n";
    for (std::size_t i = 0; i < names.size(); ++i) {
      schema_type const& of = notes_.type(t.members[i].type);
      notes_.enter(t, &t.members[i]);
      out += "    public " + csharp_type(notes_, of) + " " + names[i] + ";\n";
    }
    return out + "}\n";
  }

  std::string declare_class(schema_type const& t) {
    std::string_view const how = t.form == shape::version_tolerant ? "VersionTolerant"
                                 : t.form == shape::circular       ? "CircularReference"
                                                                   : "";
    auto const names = notes_.member_names(t, pascal_case, taken_members);
    std::string out = "[MemoryPackable]\n";
    if (!how.empty()) out = "[MemoryPackable(GenerateType." + std::string(how) + ")]\n";
    out += "public partial class " + name_of(t) + bases_of(t) + "\n{\n";
    for (std::size_t i = 0; i < names.size(); ++i) {
      schema_member const& m = t.members[i];
      notes_.enter(t, &m);
      if (!how.empty()) out += "    [MemoryPackOrder(" + std::to_string(m.order) + ")]\n";
      out += "    public " + csharp_type(notes_, notes_.type(m.type)) + " " + names[i] +
             " { get; set; }" + initializer(m) + bounds(notes_.type(m.type)) + "\n";
    }
    return out + "}\n";
  }

  std::string initializer(schema_member const& m) {
    schema_type const& t = notes_.type(m.type);
    if (m.other_default) return notes_.refuse("the value that it has in a new object");
    if (m.default_value) return " = " + csharp_value(notes_, t, *m.default_value) + ";";
    return csharp_starts_right(notes_, t) ? "" : " = " + csharp_nothing(notes_, t) + ";";
  }

  /// How much C++ takes: C# has no word for it.
  std::string bounds(schema_type const& t) {
    if (t.form == shape::optional) return bounds(notes_.part(t));
    if (t.capacity == SIZE_MAX) return {};
    std::string const count = std::to_string(t.capacity);
    if (t.form == shape::string) return "  // at most " + count + " bytes of UTF-8";
    return (t.least == t.capacity ? "  // exactly " : "  // at most ") + count;
  }

  /// " : IOne, ITwo": the unions that a class is an alternative of.
  std::string bases_of(schema_type const& t) {
    std::vector<std::string> unions;
    for (std::size_t i = 0; i < notes_.size(); ++i) {
      auto const& of = notes_.type(i);
      bool const is_one =
          of.form == shape::one_of &&
          std::find(of.parts.begin(), of.parts.end(), notes_.index_of(t)) != of.parts.end();
      if (is_one) unions.push_back(notes_.name(i));
    }
    return (unions.empty() ? "" : " : ") + joined(unions, ", ");
  }

  std::string const& name_of(schema_type const& t) { return notes_.name(notes_.index_of(t)); }

  declaration notes_;
};

}  // namespace
}  // namespace detail

result<std::string> csharp_declaration(schema const& s) { return detail::csharp(s).render(); }

}  // namespace gyre::wire
