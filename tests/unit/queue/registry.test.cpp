#include <future>
#include <optional>
#include <string>

#include <gyre/queue/registry.hpp>

#include "queue_test.hpp"

namespace gyre::registry_test {

struct apple {
  std::int32_t grams = 0;
};
struct pear {
  std::int32_t grams = 0;
};

namespace {

using namespace queue_test;

std::shared_ptr<named_queue> owned(std::string name, std::string owner,
                                   std::shared_ptr<dead_letter_box> letters = nullptr) {
  return named_queue::create({std::move(name), "apple", type_id_of<apple>, std::move(owner)}, {},
                             wire::max_size<apple>, std::move(letters))
      .value();
}

TEST(queue_registry, a_queue_is_found_by_its_name) {
  queue_registry registry;
  auto made = registry.create<apple>("fruit");
  ASSERT_TRUE(made);
  ASSERT_TRUE(made->send({150}));
  auto found = registry.find<apple>("fruit");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->receive(0ns).value().grams, 150);
}

TEST(queue_registry, a_taken_name_is_refused_and_the_queue_stays) {
  queue_registry registry;
  auto made = registry.create<apple>("fruit");
  ASSERT_TRUE(made->send({150}));
  auto const again = registry.create<apple>("fruit");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message(), "already_exists: there is a queue 'fruit'");
  EXPECT_EQ(registry.find<apple>("fruit").value().depth(), 1U);
}

TEST(queue_registry, an_unknown_name_is_an_error_that_says_so) {
  queue_registry registry;
  EXPECT_EQ(registry.find<apple>("x").error().message(), "not_found: no queue 'x'");
  EXPECT_EQ(registry.destroy("x").error().message(), "not_found: no queue 'x'");
}

TEST(queue_registry, another_type_is_an_error_that_names_both) {
  queue_registry registry;
  ASSERT_TRUE(registry.create<apple>("fruit"));
  EXPECT_EQ(registry.find<pear>("fruit").error().message(),
            "wrong_type: queue 'fruit' carries apple, not pear");
}

TEST(queue_registry, bad_options_leave_no_name_behind) {
  queue_registry registry;
  queue_options bad;
  bad.capacity = 1;
  EXPECT_EQ(registry.create<apple>("fruit", bad).error().code, errc::invalid_option);
  EXPECT_EQ(registry.create<apple>("").error().code, errc::invalid_argument);
  EXPECT_TRUE(registry.list().empty());
  EXPECT_TRUE(registry.create<apple>("fruit"));
}

TEST(queue_registry, lists_name_type_capacity_depth_and_owner) {
  queue_registry registry;
  queue_options o;
  o.capacity = 20;
  o.deduplication_window = 16;
  auto pears = registry.create<pear>("pears", o);
  ASSERT_TRUE(pears->send({1}));
  ASSERT_TRUE(registry.adopt(owned("apples", "bank")));
  auto const list = registry.list();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].name, "apples");
  EXPECT_EQ(list[0].type, "apple");
  EXPECT_EQ(list[0].id, type_id_of<apple>);
  EXPECT_EQ(list[0].capacity, 1024U);
  EXPECT_EQ(list[0].depth, 0U);
  EXPECT_EQ(list[0].owner, "bank");
  EXPECT_EQ(list[1].name, "pears");
  EXPECT_EQ(list[1].type, "pear");
  EXPECT_EQ(list[1].capacity, 32U);
  EXPECT_EQ(list[1].depth, 1U);
  EXPECT_EQ(list[1].owner, "");
}

// Contract, fault 12: the same name again, finding what was left in the old queue.
TEST(queue_registry, destroy_frees_the_name_buries_what_is_left_and_ends_handles) {
  auto const letters = std::make_shared<dead_letter_box>(16);
  queue_registry registry(letters);
  for (int round = 0; round < 100; ++round) {
    auto made = registry.create<apple>("fruit");
    ASSERT_TRUE(made);
    EXPECT_EQ(made->depth(), 0U);
    ASSERT_TRUE(made->send({1}));
    auto waiting = std::async(std::launch::async, [&] {
      (void)made->receive(patience);
      return made->receive(forever).error().code;
    });
    ASSERT_TRUE(somebody_sleeps(*made->core()));
    ASSERT_TRUE(registry.destroy("fruit"));
    ASSERT_EQ(waiting.wait_for(patience), std::future_status::ready) << "a receiver hangs";
    EXPECT_EQ(waiting.get(), errc::terminated);
    EXPECT_EQ(made->send({1}).error().code, errc::terminated);
  }
  auto last = registry.create<apple>("fruit");
  ASSERT_TRUE(last->send({1}));
  ASSERT_TRUE(registry.destroy("fruit"));
  EXPECT_EQ(letters->counts()[static_cast<std::size_t>(drop_reason::terminated)], 1U);
}

TEST(queue_registry, a_kernels_queue_ends_with_the_kernel_and_not_before) {
  auto const letters = std::make_shared<dead_letter_box>(16);
  queue_registry registry(letters);
  ASSERT_TRUE(registry.adopt(owned("in", "bank", letters)));
  ASSERT_TRUE(registry.adopt(owned("out", "bank", letters)));
  ASSERT_TRUE(registry.adopt(owned("other", "shop", letters)));
  ASSERT_TRUE(registry.create<apple>("mine"));
  EXPECT_EQ(registry.adopt(owned("in", "shop")).error().code, errc::already_exists);
  EXPECT_EQ(registry.adopt(nullptr).error().code, errc::invalid_argument);
  EXPECT_EQ(registry.destroy("in").error().message(),
            "wrong_state: queue 'in' belongs to kernel 'bank' and ends with it");
  auto in = registry.find<apple>("in").value();
  ASSERT_TRUE(in.send({1}));
  ASSERT_TRUE(in.send({2}));
  EXPECT_EQ(registry.remove_owned("bank"), 2U);
  EXPECT_EQ(letters->counts()[static_cast<std::size_t>(drop_reason::terminated)], 2U);
  EXPECT_EQ(in.send({3}).error().code, errc::terminated);
  EXPECT_EQ(registry.remove_owned("bank"), 0U);
  EXPECT_EQ(registry.remove_owned(""), 0U) << "the user's queues are nobody's to remove";
  auto const list = registry.list();
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].name, "mine");
  EXPECT_EQ(list[1].name, "other");
}

TEST(queue_registry, handles_that_outlive_it_are_told) {
  std::optional<queue<apple>> handle;
  {
    queue_registry registry;
    handle = registry.create<apple>("fruit").value();
  }
  EXPECT_EQ(handle->receive(forever).error().code, errc::terminated);
}

}  // namespace
}  // namespace gyre::registry_test
