#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include <gtest/gtest.h>

#include "graph_types.hpp"
#include "test_data.hpp"

namespace graph_test {

namespace wire = gyre::wire;

template <class T>
using ref = std::shared_ptr<T>;

/// Takes a value apart at the end of a test, so that no cycle is left.
template <class T>
struct owned {
  T value{};
  ~owned() { EXPECT_TRUE(wire::dismantle(value)); }
};

template <class T>
wire::fault read_as(test_data::bytes const& in) {
  owned<T> out;
  return wire::decode(in, out.value).code;
}

inline ref<graph::self> make(int value, ref<graph::self> next = nullptr) {
  return std::make_shared<graph::self>(graph::self{value, std::move(next)});
}

/// `length` objects, each the owner of the one before it; of the last.
inline ref<graph::self> make_chain(std::size_t length) {
  ref<graph::self> last;
  for (std::size_t i = 0; i < length; ++i) last = make(static_cast<int>(i), last);
  return last;
}

}  // namespace graph_test
