#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/port/client_port.hpp>

namespace gyre {
namespace {

message_entry entry_with_reply(std::size_t usual, std::size_t greatest) {
  message_entry e;
  e.name = "question";
  e.reply_name = "answer";
  e.reply_type = 3;
  e.reply_usual = usual;
  e.reply_greatest = greatest;
  return e;
}

client_port::sizes sizes_for(message_entry const& entry, std::uint64_t window) {
  kernel_image image;
  image.messages = {&entry, 1};
  return client_port::sizes_for(image, window, ring_format::commit);
}

TEST(port_sizes, window_is_rounded_up_to_a_power_of_two) {
  auto const e = entry_with_reply(8, 8);
  struct row {
    std::uint64_t asked, made;
  };
  for (auto const& [asked, made] : {row{1, 1}, row{2, 2}, row{3, 4}, row{5, 8}, row{64, 64},
                                    row{65, 128}, row{65'535, 65'536}, row{65'536, 65'536}}) {
    EXPECT_EQ(sizes_for(e, asked).window, made);
  }
}

TEST(port_sizes, every_ask_of_the_window_has_room_for_its_reply) {
  for (std::size_t reply : {0U, 1U, 8U, 64U, 100U, 464U, 465U, 4000U, 65'536U}) {
    auto const e = entry_with_reply(reply, reply);
    for (std::uint64_t window : {1U, 16U, 1024U}) {
      auto const s = sizes_for(e, window);
      std::uint64_t const each =
          ring_geometry::slots_for(reply, cpu_codec::payload(s.replies.stride));
      EXPECT_GE(s.replies.slots, s.window * each) << reply << " bytes, window " << window;
      EXPECT_GE(s.bytes, s.replies.bytes());
    }
  }
}

TEST(port_sizes, even_the_smallest_window_holds_one_of_the_greatest_replies) {
  auto const e = entry_with_reply(256, limits::greatest_payload);
  auto const s = sizes_for(e, 1);
  EXPECT_GE(s.replies.slots, ring_geometry::slots_for(limits::greatest_payload,
                                                      cpu_codec::payload(s.replies.stride)));
}

TEST(port_sizes, failure_fits_where_a_reply_is_smaller_or_none) {
  message_entry const nothing;  // a handler that returns nothing
  auto const s = sizes_for(nothing, 4);
  EXPECT_GE(cpu_codec::payload(s.replies.stride), sizeof(envelope) + sizeof(failure_reply));
}

// Contract, fault 8: sizes multiplied in 32 bits. Here, 65,536 replies of 64 KiB.
TEST(port_sizes, greatest_window_of_the_greatest_replies_is_over_32_bits) {
  auto const e = entry_with_reply(limits::greatest_payload, limits::greatest_payload);
  auto const s = sizes_for(e, limits::port_window.greatest);
  EXPECT_EQ(s.replies.stride, greatest_stride);
  std::uint64_t const each =
      ring_geometry::slots_for(limits::greatest_payload, cpu_codec::payload(greatest_stride));
  EXPECT_EQ(each, 131U);
  EXPECT_EQ(s.replies.slots, std::uint64_t{1} << 24) << "65,536 times 131, rounded up";
  EXPECT_EQ(s.replies.bytes(), std::uint64_t{1} << 33);
  EXPECT_GT(s.bytes, std::uint64_t{1} << 33);
}

// Contract, fault 14: memory for the largest reply possible, window times over.
TEST(port_sizes, default_window_of_small_replies_takes_a_few_kib) {
  auto const e = entry_with_reply(8, 8);
  EXPECT_LE(sizes_for(e, 64).bytes, 32U << 10);
}

}  // namespace
}  // namespace gyre
