#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gyre/queue/queue.hpp>
#include <gyre/wire/dismantle.hpp>

#include "queue_test.hpp"

namespace gyre::typed_queue_test {

struct tick {
  std::uint32_t price = 0;
  std::uint32_t volume = 0;
};

struct order {
  uuid message_id{};
  std::uint8_t priority = 128;
  std::uint64_t actor_id = 0;
  std::int32_t amount = 0;
};

struct report {
  std::string text;
  std::vector<std::int32_t> values;
};

/// The members' names, but not their types.
struct lookalike {
  std::uint64_t message_id = 1;
  std::int32_t priority = 2;
  std::uint32_t actor_id = 3;
};

/// Somebody and whom they follow.
struct member {
  static constexpr auto wire_kind = wire::kind::circular_reference;
  std::string name;
  std::shared_ptr<member> follows;
};
struct club {
  std::vector<std::shared_ptr<member>> members;
};
static_assert(!gyre::detail::borrows<club>());

struct borrowing {
  std::int32_t n = 0;
  std::vector<std::optional<std::string_view>> texts;
};
static_assert(gyre::detail::borrows<borrowing>());
static_assert(gyre::detail::borrows<std::span<std::byte const>>());
static_assert(!gyre::detail::borrows<report>() && !gyre::detail::borrows<order>());
static_assert(!gyre::detail::has_message_id<lookalike> && !gyre::detail::has_priority<lookalike> &&
              !gyre::detail::has_actor_id<lookalike>);

namespace {

using namespace queue_test;

template <class T>
queue<T> make(queue_options const& options = {},
              std::shared_ptr<dead_letter_box> letters = nullptr) {
  return queue<T>(named_queue::create({"typed", std::string(type_name<T>()), type_id_of<T>, ""},
                                      options, wire::max_size<T>, std::move(letters))
                      .value());
}

TEST(typed_queue, what_goes_in_comes_out) {
  auto q = make<report>();
  report const in{"hello", {1, -2, 3}};
  ASSERT_TRUE(q.send(in));
  ASSERT_TRUE(q.send({"", {}}, 1s));
  ASSERT_TRUE(q.send({std::string(50'000, 'x'), {}}, deadline(1s)));
  auto out = q.receive(0ns);
  ASSERT_TRUE(out);
  EXPECT_EQ(out->text, in.text);
  EXPECT_EQ(out->values, in.values);
  report into;
  ASSERT_TRUE(q.receive_into(into, 0ns));
  EXPECT_TRUE(into.text.empty());
  out = q.receive(deadline(1s));
  ASSERT_TRUE(out);
  EXPECT_EQ(out->text, std::string(50'000, 'x'));
  EXPECT_EQ(q.receive(0ns).error().code, errc::timed_out);
}

TEST(typed_queue, a_message_says_its_id_priority_and_actor_itself) {
  queue_options o;
  o.priority = true;
  auto q = make<order>(o);
  uuid const id = uuid::random();
  ASSERT_TRUE(q.send({uuid::random(), 3, 1, 10}));
  ASSERT_TRUE(q.send({id, 200, 42, 20}));
  EXPECT_EQ(q.send({id, 200, 42, 20}).error().code, errc::duplicate);
  auto const info = q.core()->receive([](auto) {}, 0ns);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->id, id);
  EXPECT_EQ(info->priority, 200);
  EXPECT_EQ(info->actor, 42U);
  EXPECT_EQ(q.receive(0ns).value().amount, 10);
}

TEST(typed_queue, messages_with_a_nil_id_or_none_are_no_duplicates) {
  auto orders = make<order>();
  auto ticks = make<tick>();
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(orders.send({}));
    ASSERT_TRUE(ticks.send({}));
  }
  EXPECT_EQ(orders.depth(), 10U);
  auto const info = ticks.core()->receive([](auto) {}, 0ns);
  ASSERT_TRUE(info);
  EXPECT_FALSE(info->id.is_nil()) << "a dead letter of it can be told from another";
}

TEST(typed_queue, a_member_of_the_right_name_and_another_type_means_nothing) {
  auto q = make<lookalike>();
  ASSERT_TRUE(q.send({}));
  auto const info = q.core()->receive([](auto) {}, 0ns);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->priority, 128);
  EXPECT_EQ(info->actor, 0U);
}

TEST(typed_queue, an_oversize_message_is_refused_before_it_is_encoded) {
  auto q = make<report>();
  auto const r = q.send({std::string(65'536, 'x'), {}});
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, errc::too_large);
  EXPECT_NE(r.error().context.find("allowed: at most 65536"), std::string::npos)
      << r.error().message();
  EXPECT_NE(r.error().context.find(
                std::to_string(wire::encoded_size(report{std::string(65'536, 'x'), {}}))),
            std::string::npos);
  EXPECT_EQ(q.stats().refused, 1U);
}

TEST(typed_queue, foreign_bytes_are_malformed_and_the_error_says_where) {
  auto const letters = std::make_shared<dead_letter_box>(16);
  auto q = make<report>({}, letters);
  std::byte const bytes[] = {std::byte{2}, std::byte{0xFF}};
  ASSERT_TRUE(q.core()->send({}, bytes));
  auto const r = q.receive(0ns);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, errc::malformed);
  EXPECT_NE(r.error().context.find("report.text"), std::string::npos) << r.error().message();
  EXPECT_EQ(letters->counts()[static_cast<std::size_t>(drop_reason::malformed)], 1U);
}

TEST(typed_queue, objects_with_references_arrive_as_the_same_web) {
  auto q = make<club>();
  auto const ada = std::make_shared<member>(member{"ada", nullptr});
  club in{{std::make_shared<member>(member{"bo", ada}), ada}};
  ASSERT_TRUE(q.send(in));
  auto const out = q.receive(0ns);
  ASSERT_TRUE(out);
  EXPECT_EQ(out->members[0]->follows, out->members[1]);
  EXPECT_EQ(out->members[1]->name, "ada");
}

TEST(typed_queue, references_that_lead_too_deep_are_refused_and_nothing_is_sent) {
  auto q = make<club>();
  club in{{nullptr}};
  for (std::size_t i = 0; i <= wire::reference_depth_limit; ++i) {
    in.members[0] = std::make_shared<member>(member{"m", in.members[0]});
  }
  auto const r = q.send(in);
  ASSERT_FALSE(r);
  EXPECT_EQ(r.error().code, errc::invalid_argument) << r.error().message();
  EXPECT_EQ(q.depth(), 0U);
  in.members[0] = std::make_shared<member>(member{std::string(65'536, 'x'), nullptr});
  EXPECT_EQ(q.send(in).error().code, errc::too_large);
  ASSERT_TRUE(wire::dismantle(in));
}

TEST(typed_queue, copies_are_the_same_queue) {
  auto q = make<tick>();
  auto copy = q;
  ASSERT_TRUE(q.send({7, 8}));
  EXPECT_EQ(copy.depth(), 1U);
  EXPECT_EQ(copy.receive().value().price, 7U);
  EXPECT_EQ(copy.name(), "typed");
  EXPECT_EQ(copy.capacity(), 1024U);
}

// A link that sends, pumped by a send that waits on the same thread, must not write over the
// waiting message's bytes.
TEST(typed_queue, a_send_within_a_waiting_send_leaves_its_bytes_alone) {
  struct sending_link final : queue_link {
    queue<report> other;
    explicit sending_link(queue<report> q) : other(std::move(q)) {}
    bool takes() const noexcept override { return false; }
    bool pump() noexcept override {
      (void)other.send({std::string(3000, 'y'), {}}, 0ns);
      return false;
    }
  };
  auto other = make<report>(small(overflow_policy::drop_newest));
  auto q = make<report>(small());
  for (int i = 0; i < 16; ++i) ASSERT_TRUE(q.send({std::string(3000, 'z'), {}}));
  ASSERT_TRUE(q.core()->attach(std::make_shared<sending_link>(other)));
  std::jthread sender([&] { EXPECT_TRUE(q.send({std::string(3000, 'x'), {}}, patience)); });
  ASSERT_TRUE(eventually("the link to send", [&] { return other.depth() > 0; }));
  for (int i = 0; i < 16; ++i) EXPECT_EQ(q.receive(0ns).value().text, std::string(3000, 'z'));
  EXPECT_EQ(q.receive(patience).value().text, std::string(3000, 'x'));
}

}  // namespace
}  // namespace gyre::typed_queue_test
