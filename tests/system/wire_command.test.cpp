#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gyre/wire.hpp>
#include <vector/vector_messages.hpp>

#include "process.hpp"

namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using tool_test::contents;
using tool_test::lines_of;
using tool_test::run;

using arguments = std::vector<std::string>;

arguments schema(arguments rest) {
  rest.insert(rest.begin(), {"wire", "schema"});
  return rest;
}

void expect_output(arguments const& rest, std::string const& expected) {
  SCOPED_TRACE(testing::PrintToString(rest));
  auto const r = run(schema(rest));
  EXPECT_EQ(r.exit_code, 0) << r.err;
  EXPECT_EQ(r.err, "");
  EXPECT_EQ(r.out, expected);
}

void expect_complaint(arguments const& rest, std::string const& what) {
  SCOPED_TRACE(testing::PrintToString(rest));
  auto const r = run(schema(rest));
  EXPECT_EQ(r.exit_code, 2);
  EXPECT_EQ(r.out, "");
  EXPECT_EQ(r.err, "gyre wire schema: " + what + "\n");
}

TEST(wire_command, prints_what_the_library_says_of_the_types) {
  using gyre::wire::csharp_declaration;
  using gyre::wire::schema_text;
  using gyre::wire::typescript_declaration;
  expect_output({"vector_add_request"}, schema_text<vector_add_request>());
  expect_output({"vector_add_request", "--lang", "text"}, schema_text<vector_add_request>());
  expect_output({"vector_add_response", "vector_operation", "--lang", "csharp"},
                csharp_declaration<vector_add_response, vector_operation>().value());
  expect_output({"--lang", "typescript", "vector_add_request", "vector_add_response"},
                typescript_declaration<vector_add_request, vector_add_response>().value());
  expect_output({"vector_add_request", "--lang", "typescript", "--import", "./m.ts"},
                typescript_declaration<vector_add_request>({"./m.ts"}).value());
}

TEST(wire_command, the_runtime_is_the_file_that_the_library_carries) {
  expect_output({"--runtime"}, std::string(gyre::wire::typescript_runtime()));
  expect_output({"--runtime", "--lang", "typescript"},
                contents(GYRE_SOURCE_DIR "/src/wire/typescript/gyre_memorypack.ts"));
}

TEST(wire_command, without_a_type_the_known_ones_are_listed) {
  auto const r = run(schema({}));
  EXPECT_EQ(r.exit_code, 0) << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr("vector_add_request   object  79 to 279\n"),
                           HasSubstr("vector_add_response"), HasSubstr("vector_operation")));
  expect_output({"--list"}, r.out);
}

TEST(wire_command, writes_a_file) {
  std::string const file = tool_test::temporary("messages.ts");
  auto const r = run(schema({"vector_add_request", "--lang", "csharp", "--output", file}));
  EXPECT_EQ(r.exit_code, 0) << r.err;
  EXPECT_EQ(r.out + r.err, "");
  EXPECT_EQ(contents(file), gyre::wire::csharp_declaration<vector_add_request>().value());
  // Refused, it leaves the file as it is.
  EXPECT_EQ(run(schema({"nothing", "--output", file})).exit_code, 2);
  EXPECT_EQ(contents(file), gyre::wire::csharp_declaration<vector_add_request>().value());
  ::unlink(file.c_str());
  EXPECT_EQ(run(schema({"--list", "--output", "/dev/full"})).exit_code, 1);
  EXPECT_EQ(run(schema({"--list", "--output", "not/there"})).exit_code, 2);
}

TEST(wire_command, what_is_not_known_or_not_heeded_is_refused) {
  std::string const known = "allowed: vector_add_request, vector_add_response, vector_operation";
  expect_complaint({"vector_sub_request"}, "unknown type 'vector_sub_request'; " + known);
  expect_complaint({"vector_add_request", "x"}, "unknown type 'x'; " + known);
  expect_complaint({"--lang", "csharp"}, "TYPE is missing; " + known);
  expect_complaint({"vector_add_request", "--lang", "rust"},
                   "--lang: 'rust' is not allowed; allowed: text, csharp, typescript");
  expect_complaint({"vector_add_request", "--import", "./m.js"},
                   "--import is for --lang typescript");
  std::string const alone = " stands alone; allowed with it: --output";
  expect_complaint({"--list", "vector_add_request"}, "--list" + alone);
  expect_complaint({"--list", "--lang", "csharp"}, "--list" + alone);
  expect_complaint({"--runtime", "vector_add_request"}, "--runtime" + alone);
  expect_complaint({"--runtime", "--lang", "csharp"}, "--runtime" + alone);
  expect_complaint({"--runtime", "--list"}, "--runtime" + alone);
}

TEST(wire_command, help_is_everywhere_and_has_examples) {
  for (arguments const& a : {arguments{"wire", "--help"}, arguments{"wire", "schema", "--help"}}) {
    auto const r = run(a);
    SCOPED_TRACE(testing::PrintToString(a));
    EXPECT_EQ(r.exit_code, 0);
    EXPECT_THAT(r.out, AllOf(HasSubstr("xamples:"), HasSubstr("  gyre wire schema")));
    for (auto const& line : lines_of(r.out)) EXPECT_LE(line.size(), 100U) << line;
  }
  EXPECT_THAT(run({"wire"}).err, StartsWith("gyre wire: a command is missing; allowed: schema"));
}

}  // namespace
