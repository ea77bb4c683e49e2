#include <set>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <gyre/core/error.hpp>

namespace gyre {
namespace {

constexpr int codes = static_cast<int>(errc::input_output) + 1;

TEST(errors, no_two_codes_share_a_name_or_a_sentence) {
  std::set<std::string_view> names;
  std::set<std::string_view> sentences;
  for (int i = 0; i < codes; ++i) {
    auto const code = static_cast<errc>(i);
    EXPECT_TRUE(names.insert(to_string(code)).second) << to_string(code);
    EXPECT_TRUE(sentences.insert(describe(code)).second) << describe(code);
    EXPECT_FALSE(describe(code).empty()) << to_string(code);
  }
}

// The table is by number: an enumerator put in the middle would shift every name behind it.
TEST(errors, names_did_not_shift) {
  EXPECT_EQ(to_string(errc::invalid_option), "invalid_option");
  EXPECT_EQ(to_string(errc::wrong_type), "wrong_type");
  EXPECT_EQ(to_string(errc::unsupported), "unsupported");
  EXPECT_EQ(to_string(errc::full), "full");
  EXPECT_EQ(to_string(errc::timed_out), "timed_out");
  EXPECT_EQ(to_string(errc::dropped), "dropped");
  EXPECT_EQ(to_string(errc::handler_failed), "handler_failed");
  EXPECT_EQ(to_string(errc::terminated), "terminated");
  EXPECT_EQ(to_string(errc::foreign_handle), "foreign_handle");
  EXPECT_EQ(to_string(errc::input_output), "input_output");
}

TEST(errors, code_from_elsewhere_does_not_read_past_the_table) {
  EXPECT_EQ(to_string(static_cast<errc>(codes)), "unknown");
  EXPECT_EQ(to_string(static_cast<errc>(255)), "unknown");
  EXPECT_EQ(describe(static_cast<errc>(255)), "an unknown error");
}

TEST(errors, message_is_never_empty) {
  EXPECT_EQ((error{errc::full, 0, 0, "inbox 'a' has 16 slots"}).message(),
            "full: inbox 'a' has 16 slots");
  EXPECT_EQ((error{errc::full, 0, 0, ""}).message(),
            "full: there was no room, and the policy is not to wait");
}

TEST(errors, a_rejection_says_the_handlers_numbers) {
  EXPECT_EQ(
      (error{errc::rejected, 2, -70, "accounts"}).message(),
      "rejected: kernel 'accounts': the handler refused the message, with code 2 and detail -70");
  EXPECT_EQ((error{errc::rejected, 0, 0, ""}).message(),
            "rejected: the handler refused the message, with code 0 and detail 0");
}

TEST(errors, what_value_throws_says_what_message_says) {
  error const why{errc::not_found, 0, 0, "queue 'a'"};
  auto const thrown_by = [](auto&& take) -> std::string {
    try {
      take();
    } catch (std::exception const& e) {
      return e.what();
    }
    return "nothing was thrown";
  };
  result<int> const number = tl::unexpected<error>(why);
  result<std::string> text = tl::unexpected<error>(why);
  result<void> const nothing = tl::unexpected<error>(why);
  EXPECT_EQ(thrown_by([&] { (void)number.value(); }), why.message());
  EXPECT_EQ(thrown_by([&] { (void)text.value(); }), why.message());
  EXPECT_EQ(thrown_by([&] { (void)std::move(text).value(); }), why.message());
  EXPECT_EQ(thrown_by([&] { nothing.value(); }), why.message());
  try {
    nothing.value();
  } catch (tl::bad_expected_access<error> const& e) {
    EXPECT_EQ(e.error().code, errc::not_found);
  }
}

TEST(errors, failing_keeps_the_code_and_the_context) {
  auto const refused = []() -> result<int> { return fail(errc::not_found, "queue 'a'"); }();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::not_found);
  EXPECT_EQ(refused.error().context, "queue 'a'");
  EXPECT_EQ(refused.error().reject_code, 0U);
  EXPECT_EQ(refused.error().detail, 0);
}

}  // namespace
}  // namespace gyre
