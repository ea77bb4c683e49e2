#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include <gyre/gyre.hpp>

// What becomes of the text of an exception that a handler throws.

namespace gyre {
namespace {

struct throw_text {
  std::uint64_t bytes = 0;
};
struct throw_accents {
  std::uint64_t bytes = 0;
};
struct throw_nothing_to_say {};
struct fine {};

struct no_text final : std::exception {
  [[nodiscard]] char const* what() const noexcept override { return nullptr; }
};

struct thrower {
  using handles = gyre::handles<throw_text, throw_accents, throw_nothing_to_say>;

  fine on(throw_text const& m, auto&) { throw std::runtime_error(std::string(m.bytes, 'x')); }
  fine on(throw_accents const& m, auto&) {
    std::string text = "a";
    while (text.size() < m.bytes) text += "é";
    throw std::runtime_error(text);
  }
  fine on(throw_nothing_to_say const&, auto&) { throw no_text{}; }
};

class thrown_texts : public testing::Test {
 protected:
  runtime rt = runtime::create({.engine = engine_kind::cpu}).value();
  kernel<thrower> k = rt.launch<thrower>("thrower").value();
  void SetUp() override { k.activate().value(); }

  template <class Message>
  [[nodiscard]] std::string text_of(Message const& m) {
    auto const r = k.ask(0, m, std::chrono::seconds(10));
    EXPECT_FALSE(r);
    EXPECT_EQ(r.error().code, errc::handler_failed);
    return r.error().message();
  }
};

TEST_F(thrown_texts, a_text_that_is_null_is_said_to_be_none) {
  EXPECT_NE(text_of(throw_nothing_to_say{}).find("an exception without a text"), std::string::npos);
}

TEST_F(thrown_texts, a_short_text_is_whole_and_a_long_one_is_cut) {
  for (std::uint64_t const bytes : {0U, 1U, 1023U, 1024U}) {
    std::string const text = text_of(throw_text{bytes});
    EXPECT_NE(text.find(std::string(bytes, 'x')), std::string::npos) << bytes;
    EXPECT_EQ(text.find("…"), std::string::npos) << bytes;
  }
  for (std::uint64_t const bytes : {1025U, 5000U, 10'000'000U}) {
    std::string const text = text_of(throw_text{bytes});
    EXPECT_NE(text.find(std::string(1024, 'x') + "…"), std::string::npos) << bytes;
    EXPECT_LT(text.size(), 2000U) << bytes;
  }
}

TEST_F(thrown_texts, no_character_is_cut_in_two) {
  std::string const text = text_of(throw_accents{5000});
  EXPECT_NE(text.find("éé…"), std::string::npos) << text.substr(text.size() - 20);
}

}  // namespace
}  // namespace gyre
