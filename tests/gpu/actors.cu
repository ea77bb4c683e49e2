#include <gyre/engine/cuda/on_device.hpp>

#include "actors.hpp"

namespace {

gyre::on_device<gyre::gpu_test::adder> const adder_on_device;

}  // namespace
