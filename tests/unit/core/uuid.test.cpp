#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/core/uuid.hpp>

#include "in_child.hpp"

namespace gyre {
namespace {

constexpr std::string_view text = "00112233-4455-6677-8899-aabbccddeeff";

// .NET's Guid("00112233-4455-6677-8899-aabbccddeeff").ToByteArray(): the first three fields are
// little endian. An id laid out as RFC 9562 has it would be another id on the other side.
TEST(uuid, bytes_are_not_in_the_texts_order_but_in_guids) {
  auto const id = uuid::parse(text);
  ASSERT_TRUE(id);
  std::array<std::uint8_t, 16> const guid{0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66,
                                          0x88, 0x99, 0xAA, 0xBB, 0xCC, 0xDD, 0xEE, 0xFF};
  EXPECT_EQ(id->bytes, guid);
  EXPECT_EQ(id->to_string(), text);
}

TEST(uuid, case_and_braces_do_not_make_another_id) {
  auto const plain = uuid::parse(text);
  EXPECT_EQ(uuid::parse("00112233-4455-6677-8899-AABBCCDDEEFF"), plain);
  EXPECT_EQ(uuid::parse("{00112233-4455-6677-8899-aabbccddeeff}"), plain);
}

TEST(uuid, what_is_no_uuid_is_not_read_as_one) {
  for (std::string_view const wrong :
       {"", "0", "{}", "00112233-4455-6677-8899-aabbccddeef",
        "00112233-4455-6677-8899-aabbccddeeff0", "00112233445566778899aabbccddeeff",
        "0011223-34455-6677-8899-aabbccddeeff", "00112233-4455-6677-8899-aabbccddeefg",
        "00112233 4455 6677 8899 aabbccddeeff", "{00112233-4455-6677-8899-aabbccddeeff",
        "00112233-4455-6677-8899-aabbccddeeff}", "(00112233-4455-6677-8899-aabbccddeeff)",
        " 00112233-4455-6677-8899-aabbccddeeff", "+0112233-4455-6677-8899-aabbccddeeff",
        "0x112233-4455-6677-8899-aabbccddeeff", "------------------------------------"}) {
    EXPECT_EQ(uuid::parse(wrong), std::nullopt) << '"' << wrong << '"';
  }
  EXPECT_EQ(uuid::parse(std::string_view("00112233-4455-6677-8899-aabbccddee\0f", 36)),
            std::nullopt);
}

TEST(uuid, every_text_comes_back) {
  for (int i = 0; i < 1000; ++i) {
    uuid const id = uuid::random();
    std::string const shown = id.to_string();
    EXPECT_EQ(shown.size(), 36U);
    EXPECT_EQ(uuid::parse(shown), id) << shown;
  }
}

TEST(uuid, random_says_that_it_is_random) {
  for (int i = 0; i < 1000; ++i) {
    std::string const shown = uuid::random().to_string();
    EXPECT_EQ(shown[14], '4') << "version 4: " << shown;
    EXPECT_NE(std::string_view("89ab").find(shown[19]), std::string_view::npos)
        << "variant of RFC 9562: " << shown;
  }
}

TEST(uuid, threads_do_not_draw_the_same_ids) {
  constexpr std::size_t threads = 4;
  constexpr std::size_t each = 5'000;
  std::vector<std::vector<uuid>> drawn(threads);
  std::vector<std::thread> running;
  for (auto& mine : drawn) {
    running.emplace_back([&] {
      for (std::size_t i = 0; i < each; ++i) mine.push_back(uuid::random());
    });
  }
  for (auto& thread : running) thread.join();
  std::vector<uuid> all;
  for (auto const& mine : drawn) all.insert(all.end(), mine.begin(), mine.end());
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
}

// A generator copied by fork goes on in both processes, with the same ids.
TEST(uuid, forked_children_and_their_parent_draw_different_ids) {
  (void)uuid::random();  // this thread's generator is seeded
  constexpr int each = 3;
  auto const draw = [] {
    std::string ids;
    for (int i = 0; i < each; ++i) ids += uuid::random().to_string() + ' ';
    return ids;
  };
  std::string all;
  for (int child = 0; child < 3; ++child) {
    // The child's own child too: it is one fork further.
    auto const end = test::in_child(20, [&] {
      auto const mine = draw();
      return mine + test::in_child(20, draw).text;
    });
    ASSERT_TRUE(end.ended()) << end.status;
    all += end.text;
  }
  all += draw();
  std::istringstream words(all);
  std::vector<std::string> ids{std::istream_iterator<std::string>(words), {}};
  EXPECT_EQ(ids.size(), 7U * each);
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end()) << all;
}

TEST(uuid, nil_is_nothing_else) {
  EXPECT_TRUE(uuid{}.is_nil());
  EXPECT_EQ(uuid{}.to_string(), "00000000-0000-0000-0000-000000000000");
  EXPECT_FALSE(uuid::random().is_nil());
}

// Open addressing takes the low bits: ids that are counted up, not drawn, must not pile up in a few
// places, wherever their counter stands.
TEST(uuid, hashes_of_counted_ids_do_not_pile_up) {
  for (std::size_t byte = 0; byte + 1 < 16; ++byte) {
    std::vector<int> places(16'384);
    for (unsigned value = 0; value < 4096; ++value) {
      uuid id{};
      id.bytes[byte] = static_cast<std::uint8_t>(value & 0xFF);
      id.bytes[byte + 1] = static_cast<std::uint8_t>(value >> 8);
      ++places[hash_of(id) % places.size()];
    }
    EXPECT_LE(*std::max_element(places.begin(), places.end()), 8) << "counted from byte " << byte;
  }
}

}  // namespace
}  // namespace gyre
