// The actors that the tool launches, for the device where there is one.

#include <gyre/engine/cuda/on_device.hpp>

#include <07_monitor/monitor.hpp>
#include <vector/vector_processor.hpp>

namespace {

gyre::on_device<vector_processor> const vectors_on_device;
gyre::on_device<monitor::card> const cards_on_device;

}  // namespace
