#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "process.hpp"

namespace {

using nlohmann::json;

/// The replies to these lines, none of which may fail.
std::vector<json> replies_to(std::string const& input) {
  auto const r = tool_test::run({"run", "--kernel", "vector", "--input", "-"}, input);
  EXPECT_EQ(r.exit_code, 0) << r.err;
  std::vector<json> replies;
  for (auto const& line : tool_test::lines_of(r.out)) replies.push_back(json::parse(line));
  return replies;
}

TEST(run_numbers, every_f32_keeps_its_bits_there_and_back) {
  std::mt19937 source(7);
  std::vector<float> values{0.0F,          -0.0F, 1e-45F,     -1.17549435e-38F,
                            3.4028235e38F, 0.1F,  16777217.0F};
  while (values.size() < 5000) {
    float const value = std::bit_cast<float>(static_cast<std::uint32_t>(source()));
    if (std::isfinite(value)) values.push_back(value);
  }
  std::string a;
  std::string b;
  for (float const v : values) {
    char text[32];
    std::snprintf(text, sizeof text, "%.9g", static_cast<double>(v));
    a += (a.empty() ? "" : ",") + std::string(text);
    b += b.empty() ? "1" : ",1";
  }
  auto const replies =
      replies_to(R"({"operation":"multiply","inline_a":[)" + a + R"(],"inline_b":[)" + b + "]}");
  ASSERT_EQ(replies.size(), 1U);
  auto const& got = replies[0]["inline_result"];
  ASSERT_EQ(got.size(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(std::bit_cast<std::uint32_t>(got[i].get<float>()),
              std::bit_cast<std::uint32_t>(values[i]))
        << values[i];
  }
}

TEST(run_numbers, what_json_has_no_numbers_for_is_text_both_ways) {
  auto const replies =
      replies_to(R"({"operation":"divide","inline_a":[1,-1,0,"NaN","Infinity","-Infinity",1e-60],)"
                 R"("inline_b":[0,0,0,1,1,1,-1]})");
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_EQ(replies[0]["inline_result"].dump(),
            R"(["Infinity","-Infinity","NaN","NaN","Infinity","-Infinity",-0.0])");
}

TEST(run_numbers, vectors_of_every_size_around_the_inline_limit_are_whole) {
  std::string input;
  std::vector<std::size_t> const sizes{0, 1, 24, 25, 26, 27, 1000, 200'000};
  for (std::size_t const n : sizes) {
    for (auto const* where : {"true", "false"}) {
      std::string a;
      for (std::size_t i = 0; i < n; ++i) a += (i == 0 ? "" : ",") + std::to_string(i);
      input += R"({"operation":"add","use_gpu_memory":)" + std::string(where) + R"(,"inline_a":[)" +
               a + R"(],"inline_b":[)" + a + "]}\n";
    }
  }
  auto const replies = replies_to(input);
  ASSERT_EQ(replies.size(), 2 * sizes.size());
  for (std::size_t k = 0; k < replies.size(); ++k) {
    auto const& got = replies[k]["inline_result"];
    ASSERT_EQ(got.size(), sizes[k / 2]);
    EXPECT_EQ(replies[k]["processed_elements"], sizes[k / 2]);
    for (std::size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], 2 * i);
  }
}

}  // namespace
