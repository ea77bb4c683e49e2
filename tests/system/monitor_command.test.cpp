#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <07_monitor/generator.hpp>

#include "process.hpp"

namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using tool_test::lines_of;
using tool_test::run;

std::vector<std::string> const standard{"run", "--kernel", "monitor", "--input", "-"};
constexpr char const* header = "time_ms,card,cents,country\n";

/// The alerts of these lines, given on standard input, without their header.
std::vector<std::string> alerts_of(std::string const& input, int exit_code = 0) {
  auto const r = run(standard, input);
  EXPECT_EQ(r.exit_code, exit_code) << r.err;
  auto lines = lines_of(r.out);
  if (lines.empty() || lines[0] != monitor::alert_header) return {"no header"};
  lines.erase(lines.begin());
  return lines;
}

/// What is said of a line on stderr, before the summary.
std::string complaint_of(std::string const& line) {
  auto const r = run(standard, std::string(header) + line + "\n");
  EXPECT_EQ(r.exit_code, 1) << line;
  auto const said = lines_of(r.err);
  if (said.size() != 2U) return "not one complaint: " + r.err;
  EXPECT_THAT(said[0], testing::StartsWith("gyre run: line 2: "));
  EXPECT_THAT(said[1], HasSubstr("0 transactions, 1 lines failed, 0 cards, 0 alerts"));
  return said[0].substr(std::string("gyre run: line 2: ").size());
}

TEST(monitor_command, a_made_file_gives_the_alerts_that_were_planted_and_no_others) {
  std::string const in = tool_test::temporary("transactions");
  std::string const out = tool_test::temporary("alerts");
  for (std::uint64_t const seed : {7U, 8U}) {
    monitor::generator const made(30'000, seed);
    auto const answers = made.answers();
    auto r = run({"run", "--kernel", "monitor", "--generate", "30000", "--seed",
                  std::to_string(seed), "--output", in});
    ASSERT_EQ(r.exit_code, 0) << r.err;
    EXPECT_EQ(r.err, "gyre run: 30000 transactions of 469 cards; " +
                         std::to_string(answers.size()) + " alerts are due\n");
    r = run({"run", "--kernel", "monitor", "--input", in, "--output", out});
    EXPECT_EQ(r.exit_code, 0);
    EXPECT_EQ(r.out, "");
    EXPECT_THAT(r.err, MatchesRegex("gyre run: 30000 transactions, 0 lines failed, 469 cards, " +
                                    std::to_string(answers.size()) +
                                    " alerts, [0-9.]+ s, [0-9]+ transactions/s\n"));
    auto said = lines_of(tool_test::contents(out));
    ASSERT_FALSE(said.empty());
    EXPECT_EQ(said[0], monitor::alert_header);
    said.erase(said.begin());
    for (auto& line : said) line.resize(line.rfind(','));
    EXPECT_EQ(said, answers);
    EXPECT_GT(answers.size(), 500U);
  }
  ::unlink(in.c_str());
  ::unlink(out.c_str());
}

TEST(monitor_command, the_same_seed_makes_the_same_file_and_another_another) {
  auto const made = [](std::string const& seed) {
    auto const r =
        run({"run", "--kernel", "monitor", "--generate", "500", "--seed", seed, "--output", "-"});
    EXPECT_EQ(r.exit_code, 0);
    EXPECT_EQ(lines_of(r.out).size(), 501U);
    return r.out;
  };
  EXPECT_EQ(made("5"), made("5"));
  EXPECT_NE(made("5"), made("6"));
}

TEST(monitor_command, the_sixth_within_a_minute_is_one_too_many_and_after_a_minute_is_not) {
  std::string input = header;
  for (int i = 0; i < 5; ++i) input += std::to_string(1000 * i) + ",A 1,500,GB\n";
  EXPECT_THAT(alerts_of(input + "60000,A 1,500,GB\n"), ElementsAre());
  EXPECT_THAT(alerts_of(input + "59999,B,500,GB\n"), ElementsAre()) << "of another card";
  EXPECT_THAT(alerts_of(input + "59999,A 1,500,GB\n60000,A 1,700,GB\n"),
              ElementsAre("59999,A 1,velocity,500,6 within 59.999 s; allowed: 5 within 60 s",
                          "60000,A 1,velocity,700,6 within 59.000 s; allowed: 5 within 60 s"));
}

TEST(monitor_command, an_amount_is_odd_over_four_deviations_of_ten_amounts) {
  // 900 and 1100 in turns: mean 1000, deviation 105.41; the bar is 1421.64.
  auto const after = [](int known, std::string const& cents) {
    std::string input;
    for (int i = 0; i < known; ++i) {
      input += std::to_string(100'000 * i) + ",A," + (i % 2 == 0 ? "900" : "1100") + ",GB\n";
    }
    return alerts_of(input + "9000000,A," + cents + ",GB\n9000001,A," + cents + ",GB");
  };
  EXPECT_THAT(after(10, "1421"), ElementsAre());
  EXPECT_THAT(after(8, "99999"), ElementsAre()) << "too few are known, and then it is one of them";
  EXPECT_THAT(
      after(10, "1422"),
      ElementsAre(
          "9000000,A,deviation,1422,over 1421.6: mean 1000.0 and 4 standard deviations of 105.4",
          "9000001,A,deviation,1422,over 1421.6: mean 1000.0 and 4 standard deviations of 105.4"))
      << "the first does not make the second usual";
}

TEST(monitor_command, what_is_wrong_with_a_line_is_named_with_what_is_allowed) {
  EXPECT_EQ(complaint_of("1,A,2"), "it has 3 fields, allowed: four, time_ms,card,cents,country");
  EXPECT_THAT(complaint_of("1,A,2,GB,"), HasSubstr("it has 5 fields"));
  EXPECT_THAT(complaint_of("what"), HasSubstr("it has 1 field,"));
  EXPECT_EQ(complaint_of("-1,A,2,GB"),
            "time_ms is '-1', allowed: a whole number, 0 to 9007199254740991");
  EXPECT_THAT(complaint_of("9007199254740992,A,2,GB"), HasSubstr("time_ms is '9007199254740992'"));
  EXPECT_THAT(complaint_of("99999999999999999999,A,2,GB"), HasSubstr("time_ms is"));
  EXPECT_THAT(complaint_of("1.5,A,2,GB"), HasSubstr("time_ms is '1.5'"));
  EXPECT_THAT(complaint_of(",A,2,GB"), HasSubstr("time_ms is ''"));
  EXPECT_THAT(complaint_of("1,,2,GB"), HasSubstr("card is '', allowed: 1 to 64 characters"));
  EXPECT_THAT(complaint_of("1,\"A\",2,GB"), HasSubstr("card is '\"A\"'"));
  EXPECT_THAT(complaint_of("1," + std::string(65, 'x') + ",2,GB"), HasSubstr("card is 'xxx"));
  EXPECT_THAT(complaint_of("1,A\x01,2,GB"), HasSubstr("card is 'A?'"));
  EXPECT_THAT(complaint_of("1,A, 2,GB"), HasSubstr("cents is ' 2', allowed: a whole number, 0 to"));
  EXPECT_THAT(complaint_of("1,A,1000000000001,GB"), HasSubstr("cents is '1000000000001'"));
  EXPECT_EQ(complaint_of("1,A,2,gb"), "country is 'gb', allowed: two capital letters");
  EXPECT_THAT(complaint_of(std::string("1,A,2,G\0", 8)), HasSubstr("country is 'G?'"));
  EXPECT_THAT(complaint_of(std::string(100'000, ',')), HasSubstr("it has 100001 fields"));
}

TEST(monitor_command, bad_lines_are_named_in_order_and_the_rest_goes_on) {
  std::string const input = "\xEF\xBB\xBF" + std::string("time_ms,card,cents,country\r\n") +
                            "5000,A,1,GB\r\n"
                            "4999,A,1,GB\n"  // earlier than the card's last one
                            "\n"             // blank
                            "what\n"
                            "4000,B,1,GB";  // earlier, of another card; no end
  auto const r = run(standard, input);
  EXPECT_EQ(r.exit_code, 1);
  auto const said = lines_of(r.err);
  ASSERT_EQ(said.size(), 3U) << r.err;
  EXPECT_EQ(said[0],
            "gyre run: line 3: time_ms is 4999, allowed: not before the card's last one, 5000");
  EXPECT_THAT(said[1], HasSubstr("line 5: it has 1 field"));
  EXPECT_THAT(said[2], HasSubstr("2 transactions, 2 lines failed, 2 cards, 0 alerts"));

  std::string many;
  for (int i = 0; i < 5000; ++i) many += "?\n";
  auto const cut = lines_of(run(standard, many).err);
  ASSERT_EQ(cut.size(), 22U);
  EXPECT_THAT(cut[19], HasSubstr("line 20: "));
  EXPECT_EQ(cut[20], "gyre run: 4980 more lines failed");
}

TEST(monitor_command, whoever_waits_for_an_alert_before_the_next_line_gets_it) {
  int in[2];
  int out[2];
  ASSERT_EQ(::pipe2(in, O_CLOEXEC), 0);
  ASSERT_EQ(::pipe2(out, O_CLOEXEC), 0);
  int const err = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  pid_t const pid = tool_test::start(standard, in[0], out[1], err);
  ::close(in[0]);
  ::close(out[1]);
  ::close(err);
  std::string text;
  for (int i = 0; i < 5; ++i) text += "1,A,1,GB\n";
  for (int i = 0; i < 3; ++i) {
    text += "1,A,1,GB\n";
    ASSERT_EQ(::write(in[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
    text.clear();
    std::string const alert = tool_test::read_until(out[0], [](std::string const& t) {
      return t.find("velocity") != std::string::npos && t.ends_with('\n');
    });
    EXPECT_THAT(alert, HasSubstr("1,A,velocity,1,6 within 0.000 s")) << i;
  }
  ::close(in[1]);
  EXPECT_EQ(tool_test::finish(pid), 0);
  ::close(out[0]);
}

TEST(monitor_command, options_that_do_not_go_together_are_wrong_use) {
  auto const complaint = [](std::vector<std::string> const& more) {
    std::vector<std::string> a{"run", "--kernel"};
    a.insert(a.end(), more.begin(), more.end());
    auto const r = run(a);
    EXPECT_EQ(r.exit_code, 2) << r.err;
    EXPECT_EQ(r.out, "");
    return r.err;
  };
  EXPECT_THAT(complaint({"matrix", "--input", "-"}), HasSubstr("allowed: vector, monitor"));
  EXPECT_THAT(complaint({"monitor"}), HasSubstr("--input is missing; allowed: FILE|-, or --gen"));
  EXPECT_THAT(complaint({"monitor", "--generate", "0"}), HasSubstr("--generate"));
  EXPECT_THAT(complaint({"monitor", "--generate", "10000001"}), HasSubstr("--generate"));
  EXPECT_THAT(complaint({"monitor", "--generate", "x"}), HasSubstr("--generate"));
  EXPECT_THAT(complaint({"monitor", "--generate", "1", "--input", "-"}),
              HasSubstr("--input and --generate"));
  EXPECT_THAT(complaint({"monitor", "--seed", "1", "--input", "-"}), HasSubstr("--seed is for"));
  EXPECT_THAT(complaint({"monitor", "--generate", "1", "--engine", "cpu"}), HasSubstr("--engine"));
  EXPECT_THAT(complaint({"vector", "--generate", "1"}),
              HasSubstr("--generate is for --kernel monitor"));
  EXPECT_THAT(complaint({"vector", "--seed", "1", "--input", "-"}), HasSubstr("--seed is for"));
}

TEST(monitor_command, an_output_that_cannot_be_written_is_exit_1) {
  auto const made =
      run({"run", "--kernel", "monitor", "--generate", "10", "--output", "/dev/full"});
  EXPECT_EQ(made.exit_code, 1);
  EXPECT_THAT(made.err, HasSubstr("No space left"));
  std::vector<std::string> a = standard;
  a.insert(a.end(), {"--output", "/dev/full"});
  auto const judged = run(a, "1,A,1,GB\n");
  EXPECT_EQ(judged.exit_code, 1);
  EXPECT_THAT(judged.err, HasSubstr("No space left"));
}

}  // namespace
