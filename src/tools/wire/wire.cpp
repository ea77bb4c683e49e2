#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <gyre/wire/schema.hpp>
#include <vector/vector_messages.hpp>

#include "../command_line.hpp"
#include "../commands.hpp"
#include "../run/files.hpp"
#include "../text.hpp"

namespace gyre::tool {

namespace {

constexpr char const* examples =
    R"(Without TYPE, the known types. Types that a type is made of are declared with it, once.
What a language cannot say is an error, with the member and the reason: exit status 1.

Examples:
  gyre wire schema vector_add_request
  gyre wire schema vector_add_request vector_add_response --lang csharp --output Messages.cs
  gyre wire schema vector_add_request --lang typescript --output messages.ts
  gyre wire schema --runtime --output gyre_memorypack.ts)";

struct choice {
  std::vector<std::string> types;
  std::optional<std::string> lang;
  std::string output = "-";
  std::optional<std::string> import;
  bool list = false;
  bool runtime = false;
};

struct known_type {
  std::string_view name;
  std::size_t (*add)(wire::schema&);
};

template <class T>
constexpr known_type known() {
  return {type_name<T>(), &wire::detail::add_type<T>};
}

constexpr std::array known_types{known<vector_add_request>(), known<vector_add_response>(),
                                 known<vector_operation>()};

std::string allowed() {
  std::vector<std::string_view> names;
  for (known_type const& t : known_types) names.push_back(t.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string list_text() {
  table lines({{"type"}, {"is"}, {"bytes", align::right}});
  for (known_type const& known : known_types) {
    wire::schema s;
    auto const& t = s.types[known.add(s)];
    lines.add({std::string(known.name), std::string(to_string(t.form)),
               t.min_size == t.max_size ? fmt::to_string(t.min_size)
                                        : fmt::format("{} to {}", t.min_size, t.max_size)});
  }
  return lines.text();
}

result<std::string> declare(choice const& chosen) {
  wire::schema s;
  for (std::string const& name : chosen.types) {
    auto const* const found = std::find_if(known_types.begin(), known_types.end(),
                                           [&](known_type const& t) { return t.name == name; });
    if (found == known_types.end()) {
      return fail(errc::not_found, "unknown type " + in_quotes(name) + "; allowed: " + allowed());
    }
    s.roots.push_back(found->add(s));
  }
  if (chosen.lang == "csharp") return wire::csharp_declaration(s);
  if (chosen.lang == "typescript") {
    wire::typescript_options options;
    if (chosen.import) options.runtime = *chosen.import;
    return wire::typescript_declaration(s, options);
  }
  return wire::schema_text(s);
}

result<std::string> text_for(choice const& chosen) {
  // No option is taken and then not heeded.
  bool const alone = chosen.types.empty() && !chosen.import && !(chosen.runtime && chosen.list);
  if (chosen.runtime) {
    if (alone && (!chosen.lang || chosen.lang == "typescript")) {
      return std::string(wire::typescript_runtime());
    }
    return fail(errc::invalid_option, "--runtime stands alone; allowed with it: --output");
  }
  if (chosen.list && !(alone && !chosen.lang)) {
    return fail(errc::invalid_option, "--list stands alone; allowed with it: --output");
  }
  if (chosen.types.empty() && (chosen.lang || chosen.import)) {
    return fail(errc::invalid_option, "TYPE is missing; allowed: " + allowed());
  }
  if (chosen.import && chosen.lang != "typescript") {
    return fail(errc::invalid_option, "--import is for --lang typescript");
  }
  return chosen.types.empty() ? list_text() : declare(chosen);
}

int run_schema(choice const& chosen) {
  constexpr std::string_view command = "wire schema";
  // What can be refused is refused before the output is touched.
  auto const text = text_for(chosen);
  if (!text) {
    return complain(command, text.error().context,
                    text.error().code == errc::unsupported ? exit_failed : exit_usage);
  }
  if (chosen.output == "-") {
    print(*text);
    return exit_ok;
  }
  auto const input = file::for_reading("-");
  if (!input) return complain(command, input.error().context, exit_usage);
  auto output = file::for_writing(chosen.output, &*input);
  if (!output) return complain(command, output.error().context, exit_usage);
  auto done = output->write(*text);
  if (done) done = output->close();
  return done ? exit_ok : complain(command, done.error().context, exit_failed);
}

}  // namespace

cli_command wire_command() {
  auto chosen = std::make_shared<choice>();
  cli_command schema{
      .name = "schema",
      .text = "Declare a message in another language",
      .footer = examples,
      .options =
          {{.name = "TYPE", .text = "The messages' names", .target = &chosen->types, .shown = " "},
           {.name = "--lang",
            .text = "The language [text]",
            .target = &chosen->lang,
            .allowed = {"text", "csharp", "typescript"}},
           {.name = "--output",
            .text = "Where to write; -: standard output [-]",
            .target = &chosen->output,
            .shown = "FILE|-"},
           {.name = "--import",
            .text = "Where TypeScript finds the runtime [./gyre_memorypack.js]",
            .target = &chosen->import,
            .shown = "MODULE"},
           {.name = "--list", .text = "List the known types", .target = &chosen->list},
           {.name = "--runtime",
            .text = "The runtime that the TypeScript needs",
            .target = &chosen->runtime}},
      .run = [chosen] { return run_schema(*chosen); }};
  return {.name = "wire",
          .text = "The messages' format, for other languages",
          .footer = "Examples:\n  gyre wire schema vector_add_request --lang csharp",
          .commands = {std::move(schema)}};
}

}  // namespace gyre::tool
