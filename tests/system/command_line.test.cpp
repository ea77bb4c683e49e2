#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "process.hpp"

namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using tool_test::lines_of;
using tool_test::run;

using arguments = std::vector<std::string>;

/// One line on stderr that says all of `parts`, nothing on stdout, this exit status.
void expect_complaint(arguments const& a, int exit_code, std::vector<std::string> const& parts) {
  auto const r = run(a);
  SCOPED_TRACE(testing::PrintToString(a));
  EXPECT_EQ(r.exit_code, exit_code);
  EXPECT_EQ(r.out, "");
  EXPECT_EQ(lines_of(r.err).size(), 1U) << r.err;
  EXPECT_THAT(r.err, EndsWith("\n"));
  EXPECT_THAT(r.err, StartsWith("gyre"));
  for (auto const& part : parts) EXPECT_THAT(r.err, HasSubstr(part));
}

TEST(command_line, wrong_use_is_one_line_that_names_the_thing_and_what_is_allowed) {
  expect_complaint({}, 2, {"a command is missing", "validate", "run", "doctor", "bench"});
  expect_complaint({"frobnicate"}, 2, {"command 'frobnicate'", "allowed: validate, run, doctor"});
  expect_complaint({""}, 2, {"command ''"});
  expect_complaint({"two\nlines"}, 2, {"'two\\x0alines'"});
  expect_complaint({"--frob"}, 2, {"option '--frob'", "allowed: --version, --help"});
  expect_complaint({"validate", "--frob"}, 2, {"gyre validate:", "'--frob'", "--engine, --format"});
  expect_complaint({"validate", "word"}, 2, {"argument 'word'", "--engine, --format"});
  expect_complaint({"validate", "--engine", "cpx"}, 2, {"--engine", "'cpx'", "cpu, cuda, all"});
  expect_complaint({"validate", "--engine", ""}, 2, {"--engine", "''", "cpu, cuda, all"});
  expect_complaint({"validate", "--engine"}, 2, {"--engine has 0 values", "cpu|cuda|all"});
  expect_complaint({"validate", "--format", "xml"}, 2, {"--format", "'xml'", "text, json"});
  expect_complaint({"doctor", "--format", "xml"}, 2, {"--format", "'xml'", "text, json"});
  expect_complaint({"doctor", "--engine", "cpu"}, 2, {"gyre doctor:", "'--engine'", "--format"});
  expect_complaint({"run"}, 2, {"--kernel is missing", "vector"});
  expect_complaint({"run", "--kernel", "vector"}, 2, {"--input is missing", "FILE|-"});
  expect_complaint({"run", "--kernel", "matrix", "--input", "-"}, 2,
                   {"--kernel", "'matrix'", "allowed: vector"});
  expect_complaint({"run", "--kernel", "vector", "--input", "-", "--engine", "gpu"}, 2,
                   {"--engine", "'gpu'", "auto, cpu, cuda"});
  expect_complaint({"run", "--kernel", "vector", "--input", "a", "--input", "b"}, 2,
                   {"--input has 2 values"});
  expect_complaint({"run", "--inptu", "-"}, 2, {"'--inptu'", "--kernel, --input, --output"});
}

TEST(command_line, files_that_cannot_be_used_are_named_with_the_reason) {
  arguments const begin{"run", "--kernel", "vector", "--input"};
  auto const with = [&](std::string const& in, std::string const& out) {
    arguments a = begin;
    a.insert(a.end(), {in, "--output", out});
    return a;
  };
  std::string const file = tool_test::temporary("requests");
  std::string const text = R"({"operation":"add","inline_a":[1],"inline_b":[2]})";
  tool_test::write_file(file, text);
  expect_complaint(with("not/there.jsonl", "-"), 2,
                   {"--input 'not/there.jsonl'", "No such file", "or -"});
  expect_complaint(with("", "-"), 2, {"--input ''", "No such file"});
  expect_complaint(with(testing::TempDir(), "-"), 2, {"--input", "Is a directory"});
  expect_complaint(with(file, "not/there/replies"), 2,
                   {"--output 'not/there/replies'", "No such file", "or -"});
  expect_complaint(with(file, testing::TempDir()), 2, {"--output", "Is a directory"});
  // Emptying the output first would lose the input.
  expect_complaint(with(file, file), 2, {"--output", "it is the input"});
  EXPECT_EQ(tool_test::contents(file), text);
  ::unlink(file.c_str());
}

TEST(command_line, an_engine_that_is_not_there_is_said_so_and_is_exit_3) {
  if (run({"validate", "--engine", "cuda"}).exit_code == 0) GTEST_SKIP() << "there is a GPU here";
  expect_complaint({"validate", "--engine", "cuda"}, 3, {"gyre validate:", "engine cuda"});
  std::string const output = tool_test::temporary("kept");
  tool_test::write_file(output, "kept");
  expect_complaint(
      {"run", "--kernel", "vector", "--engine", "cuda", "--input", "/dev/null", "--output", output},
      3, {"gyre run:", "engine cuda"});
  EXPECT_EQ(tool_test::contents(output), "kept") << "the output was emptied, and nothing ran";
  ::unlink(output.c_str());
}

TEST(command_line, help_is_everywhere_and_has_examples) {
  for (arguments const& a :
       {arguments{"--help"}, arguments{"validate", "--help"}, arguments{"run", "--help"},
        arguments{"doctor", "--help"}, arguments{"bench", "--help"}, arguments{"run", "-h"}}) {
    auto const r = run(a);
    SCOPED_TRACE(testing::PrintToString(a));
    EXPECT_EQ(r.exit_code, 0);
    EXPECT_EQ(r.err, "");
    EXPECT_THAT(r.out, AllOf(HasSubstr("xamples:"), HasSubstr("  gyre ")));
    for (auto const& line : lines_of(r.out)) EXPECT_LE(line.size(), 100U) << line;
  }
}

TEST(command_line, the_version_is_that_of_the_version_file) {
  auto const r = run({"--version"});
  EXPECT_EQ(r.exit_code, 0);
  EXPECT_EQ(r.out, "gyre " + tool_test::contents(GYRE_SOURCE_DIR "/VERSION"));
}

TEST(command_line, a_reader_that_goes_away_is_an_error_and_not_a_crash) {
  std::string const request = R"({"operation":"add","inline_a":[1],"inline_b":[2]})";
  std::string const input = tool_test::temporary("requests");
  tool_test::write_file(input, request);
  for (arguments const& a :
       {arguments{"--help"}, arguments{"validate"}, arguments{"doctor", "--format", "json"},
        arguments{"run", "--kernel", "vector", "--input", input}}) {
    SCOPED_TRACE(testing::PrintToString(a));
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    ::close(ends[0]);
    int const in = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    std::string const err = tool_test::temporary("err");
    int const to = ::open(err.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    pid_t const pid = tool_test::start(a, in, ends[1], to);
    ::close(ends[1]);
    EXPECT_EQ(tool_test::finish(pid), 1);
    ::close(in);
    ::close(to);
    EXPECT_THAT(tool_test::contents(err), HasSubstr("standard output: Broken pipe"));
    ::unlink(err.c_str());
  }
  ::unlink(input.c_str());
}

TEST(command_line, a_full_disk_is_an_error) {
  std::string const input = tool_test::temporary("requests");
  tool_test::write_file(input, R"({"operation":"add","inline_a":[1],"inline_b":[2]})");
  auto const r = run({"run", "--kernel", "vector", "--input", input, "--output", "/dev/full"});
  EXPECT_EQ(r.exit_code, 1);
  EXPECT_THAT(r.err, HasSubstr("--output '/dev/full': No space left on device"));
  ::unlink(input.c_str());
}

}  // namespace
