#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <gyre/wire/schema.hpp>

#include "language.hpp"
#include "typescript_types.hpp"

namespace gyre::wire {

namespace detail {

namespace {

// Names of JavaScript and of the runtime that a declaration uses.
constexpr std::array<std::string_view, 17> taken_types{"Array",
                                                       "BigInt",
                                                       "Boolean",
                                                       "DataView",
                                                       "Date",
                                                       "DateTime",
                                                       "Error",
                                                       "Map",
                                                       "MemoryPackReader",
                                                       "Number",
                                                       "Object",
                                                       "MemoryPackWriter",
                                                       "String",
                                                       "MemoryPackError",
                                                       "Set",
                                                       "Symbol",
                                                       "Uint8Array"};
constexpr std::array<std::string_view, 1> taken_members{"constructor"};

class typescript {
 public:
  typescript(schema const& s, typescript_options const& options)
      : notes_(s, "TypeScript", taken_types, ""), options_(options) {}

  result<std::string> render() {
    std::string body;
    for (std::size_t i = 0; i < notes_.size(); ++i) {
      if (is_declared(notes_.type(i).form)) body += "\n" + declare(notes_.type(i), notes_.name(i));
    }
    std::string const import = import_for(body);
    return notes_.finish(import.empty() ? body.substr(std::min<std::size_t>(1, body.size()))
                                        : import + body);
  }

 private:
  std::string import_for(std::string_view body) const {
    auto const uses = [&](std::string_view word) { return body.find(word) != body.npos; };
    if (!uses("MemoryPackReader")) return {};
    return std::string("import { ") + (uses("DateTime") ? "DateTime, " : "") +
           "MemoryPackReader, MemoryPackWriter } from " + quoted(options_.runtime) + ";\n";
  }

  std::string declare(schema_type const& t, std::string const& name) {
    notes_.enter(t);
    switch (t.form) {
      case shape::enumeration: return declare_enum(t, name);
      case shape::one_of: return declare_union(t, name);
      case shape::object: return declare_class(t, name);
      default: return typescript_type(notes_, t);  // refuses
    }
  }

  std::string declare_enum(schema_type const& t, std::string const& name) {
    (void)typescript_type(notes_, t);
    auto const names = notes_.member_names(t, pascal_case, {});
    if (names.empty()) return "export type " + name + " = number;\n";
    std::string out = "export const " + name + " = {\n";
    for (std::size_t i = 0; i < names.size(); ++i) {
      out += "  \"" + names[i] + "\": " + std::to_string(t.enumerators[i].value) + ",\n";
    }
    return out + "} as const;\nexport type " + name + " = (typeof " + name + ")[keyof typeof " +
           name + "];\n";
  }

  std::string declare_class(schema_type const& t, std::string const& name) {
    auto const names = notes_.member_names(t, camel_case, taken_members);
    std::string members;
    std::string writes;
    std::string reads;
    for (std::size_t i = 0; i < names.size(); ++i) {
      schema_member const& m = t.members[i];
      schema_type const& of = notes_.type(m.type);
      notes_.enter(t, &m);
      std::string const type = typescript_type(notes_, of);
      // What could not be said has been noted; there is no more to say of it.
      if (type.empty()) return {};
      members += "  " + names[i] + ": " + type + " = " + initial(m) + ";\n";
      writes += "    " + typescript_write(notes_, of, "value." + names[i]) + ";\n";
      reads += "    if (present > " + std::to_string(i) + ") value." + names[i] + " = " +
               typescript_read(notes_, of) + ";\n";
    }
    std::string const count = std::to_string(names.size());
    std::string const header = "reader.objectHeader(\"" + name + "\", " + count + ");\n";
    return "export class " + name + " {\n" + members + (members.empty() ? "" : "\n") +
           whole_messages(name, "  static ", "") +
           "  /** Writes it as a part of a message. */\n"
           "  static write(writer: MemoryPackWriter, value: " +
           name + "): void {\n    writer.objectHeader(" + count + ");\n" + writes +
           "  }\n\n"
           "  /** Reads it as a part of a message; members that are not there keep their values. "
           "*/\n"
           "  static read(reader: MemoryPackReader): " +
           name + " {\n    " + (reads.empty() ? "" : "const present = ") + header +
           "    const value = new " + name + "();\n" + reads + "    return value;\n  }\n}\n";
  }

  std::string declare_union(schema_type const& t, std::string const& name) {
    std::vector<std::string> alternatives;
    std::string writes;
    std::string reads;
    for (std::size_t i = 0; i < t.parts.size(); ++i) {
      std::string const& of = notes_.name(t.parts[i]);
      std::string const tag = std::to_string(t.tags[i]);
      alternatives.push_back(of);
      writes += "    if (any instanceof " + of + ") {\n      writer.unionTag(" + tag +
                ");\n      " + of + ".write(writer, any);\n      return;\n    }\n";
      reads += "    if (tag === " + tag + ") return " + of + ".read(reader);\n";
    }
    return "export type " + name + " = " + joined(alternatives, " | ") + ";\n" + "export const " +
           name + " = {\n" + whole_messages(name, "  ", ",") +
           "  /** Writes it as a part of a message. */\n"
           "  write(writer: MemoryPackWriter, value: " +
           name + "): void {\n    const any: unknown = value;\n" + writes +
           "    throw writer.refusal(\"" + name +
           " is none of its classes\");\n  },\n\n"
           "  /** Reads it as a part of a message. */\n"
           "  read(reader: MemoryPackReader): " +
           name + " {\n    const tag = reader.unionTag();\n" + reads +
           "    throw reader.refusal(\"" + name + " has no tag \" + tag);\n  },\n};\n";
  }

  static std::string whole_messages(std::string const& name, std::string const& begin,
                                    std::string const& between) {
    return "  /** The bytes of a message. */\n" + begin + "serialize(value: " + name +
           "): Uint8Array {\n    const writer = new MemoryPackWriter();\n    " + name +
           ".write(writer, value);\n    return writer.finish();\n  }" + between +
           "\n\n  /** The message of these bytes, all of them. Throws a MemoryPackError. */\n" +
           begin + "deserialize(bytes: Uint8Array): " + name +
           " {\n    const reader = new MemoryPackReader(bytes);\n    const value = " + name +
           ".read(reader);\n    reader.finish();\n    return value;\n  }" + between + "\n\n";
  }

  std::string initial(schema_member const& m) {
    schema_type const& t = notes_.type(m.type);
    if (m.other_default) return notes_.refuse("the value that it has in a new object");
    return m.default_value ? typescript_value(notes_, t, *m.default_value)
                           : typescript_nothing(notes_, t);
  }

  declaration notes_;
  typescript_options const& options_;
};

}  // namespace
}  // namespace detail

result<std::string> typescript_declaration(schema const& s, typescript_options const& options) {
  return detail::typescript(s, options).render();
}

}  // namespace gyre::wire
