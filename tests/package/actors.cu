#include <gyre/engine/cuda/on_device.hpp>

#include "account.hpp"

static gyre::on_device<account> const account_on_device;
