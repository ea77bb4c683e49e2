#include <chrono>
#include <cmath>
#include <set>
#include <string>
#include <type_traits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <gyre/gyre.hpp>
#include <tools/validate/validation.hpp>
#include <vector/vector_processor.hpp>

#include "broken_processors.hpp"

namespace {

using gyre::tool::report;

template <class Fault>
report validate() {
  auto rt = gyre::runtime::create({.engine = gyre::engine_kind::cpu}).value();
  gyre::tool::validation_options options;
  // Those whose replies do not come are not waited for long.
  if (std::is_same_v<Fault, broken::throws_always> ||
      std::is_same_v<Fault, broken::swapped_replies>) {
    options.patience = std::chrono::milliseconds(20);
  }
  return gyre::tool::validate<broken::processor<Fault>>(rt, options);
}

std::set<std::string> failures(report const& r) {
  std::set<std::string> names;
  for (auto const& c : r.cases) {
    EXPECT_EQ(c.passed, c.error.empty()) << c.name;
    if (!c.passed) names.insert(c.name);
  }
  return names;
}

/// The validation of such a processor fails, in these cases at least.
template <class Fault>
void expect_found_out(std::set<std::string> const& at_least) {
  report const r = validate<Fault>();
  EXPECT_FALSE(r.all_passed());
  EXPECT_EQ(r.passed() + r.failed(), r.cases.size());
  auto const found = failures(r);
  EXPECT_THAT(found, testing::IsSupersetOf(at_least));
}

TEST(validation, a_processor_that_is_right_passes) {
  report const r = validate<broken::nothing>();
  EXPECT_TRUE(r.all_passed());
  EXPECT_THAT(failures(r), testing::IsEmpty());
}

TEST(validation, no_case_at_all_is_not_a_pass) { EXPECT_FALSE(report{}.all_passed()); }

TEST(validation, wrong_values_do_not_pass) {
  expect_found_out<broken::wrong_by_two_tenths_of_a_percent>(
      {"add, 10 inline", "add, 25 inline", "add, 100 in device memory",
       "add, 1000000 in device memory", "multiply, 25 inline"});
  expect_found_out<broken::echo>({"add, 10 inline", "subtract, 25 inline", "divide, 25 inline"});
  expect_found_out<broken::adds_always>(
      {"subtract, 25 inline", "multiply, 25 inline", "divide, 25 inline"});
  expect_found_out<broken::zero_for_infinity>({"division by zero, inline"});
}

TEST(validation, an_empty_reply_does_not_pass) {
  expect_found_out<broken::empty_result>({"add, 10 inline", "add, 25 inline"});
}

TEST(validation, a_reply_to_another_request_does_not_pass) {
  expect_found_out<broken::swapped_replies>({"add, 10 inline", "add, 25 inline"});
  expect_found_out<broken::swapped_values>({"add, 10 inline", "add, 25 inline"});
  expect_found_out<broken::constant_reply>({"add, 25 inline"});
  expect_found_out<broken::constant_values>({"add, 25 inline", "divide, 25 inline"});
  expect_found_out<broken::names_no_request>({"add, 10 inline", "zero length, inline"});
  expect_found_out<broken::names_the_requests_correlation>({"add, 10 inline", "no handle"});
}

TEST(validation, every_element_in_device_memory_counts) {
  expect_found_out<broken::untouched_buffer>(
      {"add, 100 in device memory", "divide, 1000 in device memory"});
  expect_found_out<broken::first_25_alone>(
      {"add, 100 in device memory", "add, 1000000 in device memory"});
  expect_found_out<broken::last_of_a_million>({"add, 1000000 in device memory"});
  expect_found_out<broken::past_the_length>({"add, 64 of 100 in device memory"});
  expect_found_out<broken::another_handle>({"add, 100 in device memory"});
}

TEST(validation, an_error_must_be_that_error) {
  std::set<std::string> const errors{"lengths differ, inline",
                                     "lengths differ, device memory",
                                     "length negative, inline",
                                     "length negative, device memory",
                                     "length over the buffers a and b",
                                     "length over the result's buffer",
                                     "unknown operation 4",
                                     "unknown operation -1",
                                     "stale handle a",
                                     "stale handle result",
                                     "foreign handle b",
                                     "foreign handle result",
                                     "no handle",
                                     "inline data shorter than length"};
  expect_found_out<broken::success_always>(errors);
  expect_found_out<broken::one_error_for_all>(errors);
  EXPECT_EQ(failures(validate<broken::one_error_for_all>()), errors);
  expect_found_out<broken::error_beside_a_result>({"lengths differ, inline"});
}

TEST(validation, the_count_of_elements_must_be_right) {
  expect_found_out<broken::miscounts>({"add, 10 inline", "zero length, in device memory"});
}

TEST(validation, no_reply_is_a_failure_and_no_hang) {
  report const r = validate<broken::throws_always>();
  EXPECT_GE(r.failed(), gyre::tool::validation_cases().size());
  for (auto const& c : r.cases) {
    if (c.name == "add, 10 inline") {
      EXPECT_THAT(c.error, testing::HasSubstr("no reply"));
    }
  }
}

TEST(validation, an_engine_that_launches_nothing_fails) {
  auto rt = gyre::runtime::create({.engine = gyre::engine_kind::cpu}).value();
  auto const taken = rt.launch<vector_processor>(gyre::tool::validation_kernel_id).value();
  report const r = gyre::tool::validate<vector_processor>(rt);
  ASSERT_EQ(r.cases.size(), 1U);
  EXPECT_FALSE(r.all_passed());
  EXPECT_THAT(r.cases[0].error, testing::HasSubstr("already"));
}

TEST(validation, close_enough_is_a_thousandth_and_no_more) {
  using gyre::tool::close_enough;
  EXPECT_TRUE(close_enough(1000.9F, 1000));
  EXPECT_FALSE(close_enough(1001.1F, 1000));
  EXPECT_FALSE(close_enough(-3, 3));
  EXPECT_TRUE(close_enough(0, 0));
  EXPECT_FALSE(close_enough(1e-30F, 0));
  EXPECT_FALSE(close_enough(NAN, 1));
  EXPECT_FALSE(close_enough(1, NAN));
  EXPECT_TRUE(close_enough(NAN, NAN));
  EXPECT_TRUE(close_enough(INFINITY, INFINITY));
  EXPECT_FALSE(close_enough(-INFINITY, INFINITY));
  EXPECT_FALSE(close_enough(INFINITY, 1e30));
}

}  // namespace
