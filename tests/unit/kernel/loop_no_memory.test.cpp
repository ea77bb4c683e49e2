#include <array>
#include <cstdint>

#include <gtest/gtest.h>

#include "loop_bench.hpp"

namespace gyre {
namespace {

using namespace loop_test;

struct want {
  std::int64_t n = 0;
};
struct sheet {
  std::array<std::int64_t, 64> numbers{};
};
struct printer {
  using handles = gyre::handles<want>;
  std::int64_t printed = 0;
  sheet on(want const&, auto&) {
    ++printed;
    return {};
  }
};

// Its slots had been reserved by then: the asker's ring stood still for ever.
TEST(shard_loop, reply_in_pieces_that_cannot_be_made_is_a_failure_for_its_asker_alone) {
  loop_bench<printer> b;
  b.env.no_memory = true;
  for (std::uint64_t correlation = 1; correlation <= 3; ++correlation) {
    b.send(0, want{}, correlation);
  }
  b.run();
  auto const replies = b.replies();
  ASSERT_EQ(replies.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(replies[i].head.correlation, i + 1);
    EXPECT_EQ(replies[i].head.kind, message_kind::failure);
    EXPECT_EQ(replies[i].as<failure_reply>().code, static_cast<std::uint32_t>(errc::no_memory));
  }
  EXPECT_EQ(b.states[0].printed, 3);
  EXPECT_EQ(b.words.answered.load(), 3U);
}

}  // namespace
}  // namespace gyre
