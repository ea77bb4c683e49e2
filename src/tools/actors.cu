// The actors that the tool launches, for the device where there is one.

#include <gyre/engine/cuda/on_device.hpp>

#include <vector/vector_processor.hpp>

namespace {

gyre::on_device<vector_processor> const vectors_on_device;

}  // namespace
