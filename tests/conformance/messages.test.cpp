#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <gyre/core/inplace.hpp>
#include <gyre/core/uuid.hpp>

#include "engine_under_test.hpp"
#include "expectations.hpp"

namespace gyre::conformance {
namespace {

/// The largest that can be, with its parts of any length.
struct parcel {
  uuid message_id{};
  std::string label;
  std::vector<std::int32_t> numbers;
};
/// What an actor makes of a parcel: enough to tell it from any other.
struct receipt {
  uuid correlation_id{};
  std::uint64_t label_bytes = 0;
  std::uint64_t label_hash = 0;
  std::uint64_t count = 0;
  std::int64_t weighted = 0;
};

[[nodiscard]] receipt receipt_for(parcel const& p) {
  receipt r{p.message_id, p.label.size(), detail::fnv1a(p.label), p.numbers.size(), 0};
  for (std::size_t i = 0; i < p.numbers.size(); ++i) {
    r.weighted += static_cast<std::int64_t>(i + 1) * p.numbers[i];
  }
  return r;
}

[[nodiscard]] parcel parcel_of(std::size_t label, std::size_t numbers) {
  parcel p{uuid::random(), std::string(label, ' '), std::vector<std::int32_t>(numbers)};
  for (std::size_t i = 0; i < label; ++i)
    p.label[i] = static_cast<char>('a' + (i * 7 + i / 26) % 26);
  for (std::size_t i = 0; i < numbers; ++i)
    p.numbers[i] = static_cast<std::int32_t>(i * 31 + label);
  return p;
}

struct post_office {
  using handles = gyre::handles<parcel>;
  receipt on(parcel const& p, auto&) { return receipt_for(p); }
};

/// Asks for a reply of so many bytes.
struct wanted {
  std::uint32_t bytes = 0;
  std::uint8_t seed = 0;
};
struct delivered {
  inplace_vector<std::uint8_t, 70'000> bytes{};
};

struct factory {
  using handles = gyre::handles<wanted>;
  delivered on(wanted const& m, auto&) {
    delivered d;
    (void)d.bytes.resize(m.bytes);
    for (std::size_t i = 0; i < m.bytes; ++i) {
      d.bytes[i] = static_cast<std::uint8_t>(i * 13 + m.seed + i / 251);
    }
    return d;
  }
};

/// From nothing over one slot to all that may be: 64 KiB less what holds the parts together.
constexpr std::size_t label_sizes[] = {0, 1, 100, 250, 1000, 5000, 30'000, 65'000};

void expect_same(receipt const& got, receipt const& expected) {
  EXPECT_EQ(got.correlation_id, expected.correlation_id);
  EXPECT_EQ(got.label_bytes, expected.label_bytes);
  EXPECT_EQ(got.label_hash, expected.label_hash);
  EXPECT_EQ(got.count, expected.count);
  EXPECT_EQ(got.weighted, expected.weighted);
}

class messages : public on_engine {};
GYRE_ON_EVERY_ENGINE(messages);

TEST_P(messages, strings_and_vectors_travel_intact_by_ask) {
  auto kernel = launch_active<post_office>("asked", {.queue_capacity = 16, .actors = 3});
  for (int round = 0; round < 6; ++round) {
    for (std::size_t const label : label_sizes) {
      auto const p = parcel_of(label, (65'000 - label) / 8);
      auto const r = kernel.ask(static_cast<std::uint64_t>(round) % 3, p, patience);
      ASSERT_TRUE(done(r)) << label;
      expect_same(*r, receipt_for(p));
    }
  }
}

TEST_P(messages, strings_and_vectors_travel_intact_by_queue) {
  auto kernel = launch_active<post_office>("queued", {.queue_capacity = 16});
  auto requests = need(kernel.requests(), "requests");
  auto responses = need(kernel.responses(), "responses");
  for (int round = 0; round < 6; ++round) {
    std::vector<parcel> sent;
    for (std::size_t const label : label_sizes) {
      sent.push_back(parcel_of(label, (65'000 - label) / 8));
      ASSERT_TRUE(done(requests.send(sent.back(), patience)));
    }
    for (auto const& p : sent) {
      expect_same(need(responses.receive(patience), "receive"), receipt_for(p));
    }
  }
}

TEST_P(messages, long_messages_wait_in_order_and_whole) {
  auto kernel = launch<post_office>("waiting", {.queue_capacity = 1024});
  auto port = need(kernel.open_port(), "port");
  std::vector<parcel> sent;
  std::vector<asked<receipt>> flying;
  for (std::size_t i = 0; i < 20; ++i) {
    sent.push_back(parcel_of(i * 300, i * 100));
    flying.push_back(need(port.submit(0, sent.back()), "submit"));
  }
  need(kernel.activate(), "activate");
  for (std::size_t i = 0; i < 20; ++i) {
    expect_same(need(port.wait(flying[i], patience), "wait"), receipt_for(sent[i]));
  }
}

// An oversize message was cut to fit its slot, and the sender told of success.
TEST_P(messages, fault_11_an_oversize_message_is_refused_to_its_sender_with_both_sizes) {
  auto kernel = launch_active<post_office>("oversize");
  auto requests = need(kernel.requests(), "requests");
  for (std::size_t const label :
       {std::size_t{65'537}, std::size_t{200'000}, std::size_t{3 << 20}}) {
    auto const p = parcel_of(label, 0);
    std::string const size = std::to_string(wire::encoded_size(p));
    EXPECT_TRUE(refused(kernel.ask(0, p, forever), errc::too_large, {size, "65536"}));
    EXPECT_TRUE(refused(kernel.tell(0, p, {.timeout = forever}), errc::too_large, {size, "65536"}));
    EXPECT_TRUE(refused(requests.send(p, forever), errc::too_large, {size, "65536"}));
  }
  EXPECT_TRUE(comes_to(0U, [&] { return kernel.status().handled; }));
  auto const p = parcel_of(10, 10);
  auto const r = kernel.ask(0, p, patience);
  ASSERT_TRUE(done(r)) << "the next one goes as ever";
  expect_same(*r, receipt_for(p));
  EXPECT_TRUE(comes_to(1U, [&] { return kernel.status().handled; }));
}

TEST_P(messages, fault_11_the_largest_message_is_64_kib_to_the_byte) {
  auto kernel = launch_active<post_office>("edge", {.queue_capacity = 16});
  auto requests = need(kernel.requests(), "requests");
  std::size_t const around = wire::encoded_size(parcel_of(1, 0)) - 1;
  auto const largest = parcel_of(65'536 - around, 0);
  ASSERT_EQ(wire::encoded_size(largest), 65'536U);
  auto const r = kernel.ask(0, largest, patience);
  ASSERT_TRUE(done(r));
  expect_same(*r, receipt_for(largest));
  ASSERT_TRUE(done(requests.send(largest, patience)));
  expect_same(need(need(kernel.responses(), "responses").receive(patience), "receive"),
              receipt_for(largest));
  auto const over = parcel_of(65'536 - around + 1, 0);
  EXPECT_TRUE(refused(kernel.ask(0, over, patience), errc::too_large, {"65537", "65536"}));
  EXPECT_TRUE(refused(requests.send(over, patience), errc::too_large, {"65537", "65536"}));
}

TEST_P(messages, replies_of_many_slots_are_intact) {
  auto kernel = launch_active<factory>("replies", {.queue_capacity = 16, .actors = 3});
  auto requests = need(kernel.requests(), "requests");
  auto responses = need(kernel.responses(), "responses");
  auto const intact = [](delivered const& d, wanted const& w) {
    ASSERT_EQ(d.bytes.size(), w.bytes);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < w.bytes; ++i) {
      if (d.bytes[i] != static_cast<std::uint8_t>(i * 13 + w.seed + i / 251)) ++wrong;
    }
    EXPECT_EQ(wrong, 0U) << "of " << w.bytes << " bytes";
  };
  std::uint8_t seed = 0;
  for (int round = 0; round < 4; ++round) {
    for (std::uint32_t const bytes : {0U, 1U, 200U, 300U, 4000U, 33'333U, 65'000U}) {
      wanted const w{bytes, ++seed};
      auto const r = kernel.ask(static_cast<std::uint64_t>(round) % 3, w, patience);
      ASSERT_TRUE(done(r));
      intact(*r, w);
      ASSERT_TRUE(done(requests.send(w, patience)));
      intact(need(responses.receive(patience), "receive"), w);
    }
  }
}

TEST_P(messages, fault_11_an_oversize_reply_is_a_failure_and_not_cut) {
  auto kernel = launch_active<factory>("too_much");
  EXPECT_TRUE(refused(kernel.ask(0, wanted{66'000, 1}, patience), errc::too_large, {"too_much"}));
  need(need(kernel.requests(), "requests").send(wanted{66'000, 1}), "send");
  EXPECT_TRUE(soon([&] {
    (void)need(kernel.responses(), "responses").receive(0ns);
    return rt.dead_letters().total() == 1;
  })) << "a queue's oversize reply was to become a dead letter";
  auto const r = kernel.ask(0, wanted{10, 1}, patience);
  ASSERT_TRUE(done(r));
  EXPECT_EQ(r->bytes.size(), 10U);
}

}  // namespace
}  // namespace gyre::conformance
