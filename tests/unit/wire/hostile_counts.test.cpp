// A count that the bytes do not bear out must not cost memory: C# pre-allocates 8 bytes for each
// byte of input, and some readers whatever a length says.

#include <atomic>
#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

#include "csharp_types.hpp"
#include "test_data.hpp"

namespace {
std::atomic<std::size_t> allocated{0};
}  // namespace

[[gnu::noinline]] void* operator new(std::size_t size) {
  allocated += size;
  if (void* const p = std::malloc(size == 0 ? 1 : size)) return p;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* p) noexcept { std::free(p); }
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept { std::free(p); }

namespace {

namespace wire = gyre::wire;
using test_data::from_hex;

template <class T>
std::size_t cost_of(test_data::bytes const& in, wire::fault expected) {
  T out{};
  std::size_t const before = allocated;
  wire::fault const code = wire::decode(in, out).code;
  std::size_t const after = allocated;
  EXPECT_EQ(code, expected);
  return after - before;
}

TEST(hostile_counts, do_not_allocate) {
  using wire::fault;
  auto const huge = from_hex("ffffff7f01020304");
  EXPECT_EQ(cost_of<std::vector<std::int32_t>>(huge, fault::bad_length), 0U);
  EXPECT_EQ(cost_of<std::vector<std::uint8_t>>(huge, fault::bad_length), 0U);
  EXPECT_EQ(cost_of<std::vector<bool>>(huge, fault::bad_length), 0U);
  EXPECT_EQ(cost_of<std::vector<csharp::text>>(huge, fault::bad_length), 0U);
  EXPECT_EQ(cost_of<std::vector<csharp::four_ints>>(huge, fault::bad_length), 0U);
  EXPECT_EQ(cost_of<std::set<std::int32_t>>(huge, fault::bad_length), 0U);
  EXPECT_EQ((cost_of<std::map<std::int32_t, csharp::text>>(huge, fault::bad_length)), 0U);
  EXPECT_EQ(cost_of<std::string>(huge, fault::bad_length), 0U);
  EXPECT_EQ(cost_of<std::string>(from_hex("00000080ffffffff61"), fault::bad_length), 0U);
  EXPECT_EQ((cost_of<wire::grid<std::int32_t, 2>>(from_hex("03"
                                                           "ffff0000"
                                                           "ff7f0000"
                                                           "01800000"
                                                           "00"),
                                                  fault::bad_length)),
            0U);
}

TEST(hostile_counts, small_objects_do_not_make_large_vectors_at_once) {
  using wide = std::vector<csharp::all_convertable>;
  // 1,000 elements are announced and 1,000 bytes follow, but the second of them is wrong.
  auto in = test_data::encoded(std::int32_t{1000});
  in.resize(1004, std::byte{0});
  in[5] = std::byte{200};
  EXPECT_LT(cost_of<wide>(in, wire::fault::bad_header), 4 * sizeof(csharp::all_convertable));
}

TEST(hostile_counts, types_without_memory_of_their_own_never_allocate) {
  using message = gyre::inplace_vector<std::int32_t, 25>;
  auto const good = test_data::encoded(std::vector<std::int32_t>(25, 7));
  EXPECT_EQ(cost_of<message>(good, wire::fault::none), 0U);
  EXPECT_EQ(cost_of<std::string_view>(test_data::encoded(std::string("hello")), wire::fault::none),
            0U);
}

TEST(hostile_counts, a_reused_message_keeps_its_memory) {
  using message = csharp::two<std::string, std::vector<std::int32_t>>;
  auto const in =
      test_data::encoded(message{std::string(100, 'x'), std::vector<std::int32_t>(50, 1)});
  message out;
  ASSERT_TRUE(wire::decode(in, out));
  std::size_t const before = allocated;
  ASSERT_TRUE(wire::decode(in, out));
  EXPECT_EQ(allocated, before);
}

}  // namespace
