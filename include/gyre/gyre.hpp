#pragma once

/// \file
/// All of Gyre's host side. A file that only defines messages and actors needs
/// `<gyre/kernel/handles.hpp>` alone.

#include <gyre/actor/asker.hpp>
#include <gyre/actor/async_ask.hpp>
#include <gyre/actor/sync_wait.hpp>
#include <gyre/kernel/routing.hpp>
#include <gyre/runtime/runtime.hpp>
#include <gyre/runtime/worker_process.hpp>
