// Objects that refer to one another must come back as the same web of objects, whatever its shape.

#include <gtest/gtest.h>

#include "csharp_types.hpp"
#include "graph_test.hpp"

namespace {

namespace wire = gyre::wire;
using namespace graph;
using namespace graph_test;
using test_data::bytes;
using test_data::encoded;
using test_data::from_hex;
using test_data::to_hex;
using wire::fault;

static_assert(wire::has_circular_references<ref<self>> &&
              wire::has_circular_references<std::vector<std::weak_ptr<tree>>> &&
              !wire::has_circular_references<csharp::all_convertable>);
static_assert(wire::serializable<ref<tree>> && !wire::serializable<self> &&
              !wire::serializable<std::vector<self>> && !wire::serializable<ref<int>> &&
              !wire::serializable<ref<csharp::empty>> && !wire::serializable<ref<self const>> &&
              !wire::serializable<std::unique_ptr<self>> &&
              !wire::serializable<std::optional<ref<self>>>);
static_assert(wire::min_size<ref<self>> == 1 && wire::max_size<ref<self>> == wire::unbounded);

TEST(circular, an_object_that_refers_to_itself_is_one_object_again) {
  owned<ref<self>> got;
  ASSERT_TRUE(wire::decode(from_hex("020402002a000000fa00"), got.value));
  EXPECT_EQ(got.value->value, 42);
  EXPECT_EQ(got.value->next, got.value);
  EXPECT_EQ(to_hex(encoded(got.value)), "020402002a000000fa00");
  EXPECT_EQ(wire::encoded_size(got.value), 10U);
}

TEST(circular, shared_objects_are_written_once_wherever_they_stand) {
  owned<everything> in;
  auto const shared = make(1);
  auto const leaf = std::make_shared<pure>(pure{2, 3});
  everything& e = in.value;
  e.strong = make(5, shared);
  e.strong->next->next = e.strong;
  e.weak = shared;
  e.list = {shared, nullptr, make(6, shared)};
  e.pair = {leaf, nullptr};
  e.by_number = {{1, shared}, {2, e.strong}};
  e.by_name = {{{"a", {leaf, leaf}}, {"b", {}}}};
  e.unordered = {leaf, std::make_shared<pure>(pure{8, 9})};
  e.both = {"t", shared};
  e.either = tolerant{"v", shared};
  e.wide.value = tolerant{"w", make(7, shared)};
  e.owned = std::make_unique<named>(named{"o", shared});
  e.cells = {{1, 2}, {leaf, nullptr}};
  e.versioned = {"x", shared};
  e.last = 99;

  bytes const out = encoded(e);
  EXPECT_EQ(out.size(), wire::encoded_size(e));
  owned<everything> back;
  everything& got = back.value;
  wire::status const s = wire::decode(out, got);
  ASSERT_TRUE(s) << wire::describe<everything>(s);
  ref<self> const again = got.strong->next;
  ASSERT_TRUE(again);
  EXPECT_EQ(again->value, 1);
  EXPECT_EQ(again->next, got.strong);
  EXPECT_EQ(got.weak.lock(), again);
  EXPECT_EQ(got.list[0], again);
  EXPECT_EQ(got.list[1], nullptr);
  EXPECT_EQ(got.list[2]->value, 6);
  EXPECT_EQ(got.list[2]->next, again);
  EXPECT_EQ(got.by_number.at(1), again);
  EXPECT_EQ(got.by_number.at(2), got.strong);
  EXPECT_EQ(got.by_name->at("a")[1], got.pair[0]);
  EXPECT_TRUE(got.unordered.contains(got.pair[0]));
  EXPECT_EQ(got.unordered.size(), 2U);
  EXPECT_EQ(std::get<1>(got.both), again);
  EXPECT_EQ(std::get<tolerant>(got.either).one, again);
  EXPECT_EQ(std::get<tolerant>(got.wide.value).one->next, again);
  EXPECT_EQ(got.owned->one, again);
  EXPECT_EQ(got.cells.cells[0], got.pair[0]);
  EXPECT_EQ(got.versioned.one, again);
  EXPECT_EQ(got.versioned.name, "x");
  EXPECT_EQ(got.last, 99);

  // Into a span, and without a check: the same bytes. One byte less is no room.
  bytes room(out.size());
  std::size_t written = 0;
  ASSERT_TRUE(wire::encode(e, std::span(room), written));
  EXPECT_EQ(written, out.size());
  EXPECT_EQ(room, out);
  std::fill(room.begin(), room.end(), std::byte{0});
  EXPECT_EQ(wire::encode_unchecked(e, room.data()), out.size());
  EXPECT_EQ(room, out);
  EXPECT_EQ(wire::encode(e, std::span(room).first(out.size() - 1), written).code, fault::no_room);
  EXPECT_EQ(written, out.size());
}

TEST(circular, weak_references_read_and_write_the_bytes_of_strong_ones) {
  auto root = std::make_shared<tree>();
  root->children.emplace();
  for (int i = 0; i < 3; ++i) {
    root->children->push_back(std::make_shared<tree>());
    root->children->back()->parent = root;
  }
  auto const golden =
      "02012200ff0300000002020401fa00ffffffff02020402fa00ffffffff02020403fa00ffffffff";
  EXPECT_EQ(to_hex(encoded(root)), golden);
  ref<tree> got;
  ASSERT_TRUE(wire::decode(from_hex(golden), got));
  EXPECT_EQ((*got->children)[2]->parent.lock(), got);
  std::weak_ptr<tree> const watch = got;
  got.reset();
  EXPECT_TRUE(watch.expired()) << "weak parents make no cycle";
  // What is met first through a weak reference is written there, and lives if somebody owns it.
  std::vector<std::weak_ptr<tree>> const weak{root, root};
  std::vector<std::weak_ptr<tree>> weak_again;
  ASSERT_TRUE(wire::decode(encoded(weak), weak_again));
  EXPECT_EQ(weak_again.size(), 2U);
  EXPECT_TRUE(weak_again[0].expired());
  std::tuple<std::weak_ptr<tree>, ref<tree>> const both{root, root};
  std::tuple<std::weak_ptr<tree>, ref<tree>> both_again;
  ASSERT_TRUE(wire::decode(encoded(both), both_again));
  EXPECT_EQ(std::get<0>(both_again).lock(), std::get<1>(both_again));
  EXPECT_EQ(to_hex(encoded(std::weak_ptr<tree>{})), "ff");
}

TEST(circular, ids_above_a_byte_are_two_bytes_and_no_one_byte_form) {
  std::vector<ref<pure>> many;
  for (int i = 0; i < 201; ++i) many.push_back(std::make_shared<pure>());
  many.push_back(many[127]);
  many.push_back(many[128]);
  many.push_back(many[200]);
  bytes const out = encoded(many);
  std::string const hex = to_hex(out);
  EXPECT_TRUE(hex.ends_with("fa7ffa858000fa85c800")) << hex.substr(hex.size() - 40);
  std::vector<ref<pure>> got;
  ASSERT_TRUE(wire::decode(out, got));
  EXPECT_EQ(got[203], got[200]);
  EXPECT_EQ(got[202], got[128]);
}

TEST(circular, removed_and_unknown_members_are_passed_over_with_the_objects_in_them) {
  auto const a = std::make_shared<pure>(pure{1, 2});
  auto const b = std::make_shared<pure>(pure{3, 4});
  EXPECT_TRUE(to_hex(encoded(std::make_shared<gap>(gap{a, b}))).starts_with("0310001000"));
  // An older reader knows one member: the second object's id, 2, never comes, and 3 follows 1.
  auto const first = std::make_shared<gap>(gap{a, b});
  auto const second = std::make_shared<gap>(gap{std::make_shared<pure>(pure{5, 6}), b});
  bytes const out = encoded(std::vector{first, second});
  std::vector<ref<old_gap>> old;
  wire::status const s = wire::decode(out, old);
  ASSERT_TRUE(s) << wire::describe<std::vector<ref<old_gap>>>(s);
  EXPECT_EQ(old[0]->first->b, 2U);
  EXPECT_EQ(old[1]->first->a, 5);
  // But a reference to what was passed over cannot be had.
  bytes const lost = encoded(std::tuple(first, b));
  std::tuple<ref<old_gap>, ref<pure>> got;
  EXPECT_EQ(wire::decode(lost, got).code, fault::bad_reference);
  // An older writer: what it did not know has its default.
  ref<gap> newer;
  ASSERT_TRUE(wire::decode(encoded(std::make_shared<old_gap>(old_gap{a})), newer));
  EXPECT_EQ(newer->first->a, 1);
  EXPECT_EQ(newer->last, nullptr);
}

TEST(circular, bad_ids_are_refused_with_the_place_and_the_way) {
  using two = std::array<ref<self>, 2>;
  using mixed = std::tuple<ref<self>, ref<pure>>;
  auto const object = [](std::string const& id) { return "020401" + id + "2a000000ff"; };
  EXPECT_EQ(read_as<ref<self>>(from_hex("fa05")), fault::bad_reference) << "unknown";
  EXPECT_EQ(read_as<ref<self>>(from_hex("faff")), fault::bad_reference) << "negative";
  EXPECT_EQ(read_as<ref<self>>(from_hex("fa")), fault::truncated);
  EXPECT_EQ(read_as<ref<self>>(from_hex("")), fault::truncated);
  EXPECT_EQ(read_as<ref<self>>(from_hex("fb")), fault::bad_header);
  EXPECT_EQ(read_as<two>(from_hex("02000000" + object("00") + object("01"))), fault::none);
  EXPECT_EQ(read_as<two>(from_hex("02000000" + object("00") + object("00"))), fault::bad_reference)
      << "twice";
  EXPECT_EQ(read_as<two>(from_hex("02000000" + object("01") + object("00"))), fault::bad_reference)
      << "out of order";
  EXPECT_EQ(read_as<ref<self>>(from_hex(object("01"))), fault::bad_reference) << "from the future";
  EXPECT_EQ(read_as<ref<self>>(from_hex(object("ff"))), fault::bad_reference) << "negative";
  EXPECT_EQ(read_as<two>(from_hex("02000000" + object("00") + object("81ffffffffffffff7f"))),
            fault::bad_reference);
  EXPECT_EQ(read_as<mixed>(from_hex(object("00") + "fa00")), fault::bad_reference) << "wrong type";
  EXPECT_EQ(read_as<ref<self>>(from_hex("020401")), fault::truncated) << "no id";
  EXPECT_EQ(read_as<ref<self>>(from_hex("020402002a000000fa")), fault::bad_length);
  EXPECT_EQ(read_as<ref<self>>(from_hex("020403002a000000fa0000")), fault::bad_length)
      << "a member must use all of its bytes";
  EXPECT_EQ(read_as<ref<self>>(from_hex("0204828080808000ff")), fault::bad_length);
  EXPECT_EQ(read_as<ref<self>>(from_hex("020402002a000000fa0000")), fault::trailing_bytes);

  owned<std::map<std::int32_t, ref<self>>> out;
  wire::status const s =
      wire::decode(from_hex("0100000007000000" + std::string("020402002a000000fa09")), out.value);
  EXPECT_EQ(s.code, fault::bad_reference);
  EXPECT_EQ(s.offset, 16U);
  using map = std::map<std::int32_t, ref<self>>;
  EXPECT_TRUE(wire::describe<map>(s).ends_with(
      "[0].value.next at byte 16: A reference id names no earlier object of the type, or is out of "
      "order."))
      << wire::describe<map>(s);
}

TEST(circular, a_refused_message_leaves_no_cycle_behind) {
  // 42 refers to itself; the second element is cut off. The sanitizer would see the leak.
  std::vector<ref<self>> out;
  EXPECT_FALSE(wire::decode(from_hex("02000000"
                                     "020402002a000000fa00"
                                     "0204"),
                            out));
  ASSERT_FALSE(out.empty());
  ASSERT_TRUE(out[0]);
  EXPECT_EQ(out[0]->next, nullptr);
}

TEST(circular, dismantle_empties_all_that_can_be_reached) {
  auto const shared = make(1);
  owned<everything> in;
  in.value.strong = make(2, shared);
  shared->next = in.value.strong;
  in.value.list = {shared};
  std::weak_ptr<self> const watch = in.value.strong;
  ASSERT_TRUE(wire::dismantle(in.value));
  EXPECT_TRUE(watch.expired());
  EXPECT_TRUE(in.value.list.empty());
  EXPECT_EQ(shared->next, nullptr) << "somebody else's share lives on, empty";
  EXPECT_EQ(shared->value, 0);
  EXPECT_EQ(shared.use_count(), 1);
}

TEST(circular, decoding_does_not_write_into_objects_that_others_share) {
  auto out = make(7);
  auto const mine = out;
  ASSERT_TRUE(wire::decode(from_hex("020401002a000000ff"), out));
  EXPECT_EQ(out->value, 42);
  EXPECT_EQ(mine->value, 7);
}

TEST(circular, prefixes_say_how_much_they_took) {
  owned<ref<self>> out;
  std::size_t consumed = 0;
  ASSERT_TRUE(wire::decode_prefix(from_hex("020402002a000000fa00aabb"), out.value, consumed));
  EXPECT_EQ(consumed, 10U);
  EXPECT_FALSE(wire::decode_prefix(from_hex("0204"), out.value, consumed));
  EXPECT_EQ(consumed, 0U);
}

TEST(circular, an_object_at_the_address_of_its_first_member_is_another) {
  auto const whole = std::make_shared<wrapper>(wrapper{{1, 2}, 3});
  ref<pure> const part(whole, &whole->inner);
  ASSERT_EQ(static_cast<void*>(whole.get()), static_cast<void*>(part.get()));
  std::tuple<ref<wrapper>, ref<pure>> const both{whole, part};
  std::tuple<ref<wrapper>, ref<pure>> got;
  ASSERT_TRUE(wire::decode(encoded(both), got));
  EXPECT_EQ(std::get<0>(got)->n, 3);
  EXPECT_EQ(std::get<1>(got)->b, 2U);
}

}  // namespace
