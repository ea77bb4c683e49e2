#pragma once

/// \file
/// The wire: MemoryPack messages from plain structs. Start with `wire/codec.hpp` (encode, decode),
/// then `wire/describe.hpp` (errors in words, `read` and `write`) and `wire/adapt.hpp`
/// (attributes). In kernels, messages of fixed layout go faster by `wire/words.hpp`.

#include <gyre/wire/adapt.hpp>
#include <gyre/wire/codec.hpp>
#include <gyre/wire/describe.hpp>
#include <gyre/wire/dismantle.hpp>
#include <gyre/wire/grid.hpp>
#include <gyre/wire/names.hpp>
#include <gyre/wire/policy.hpp>
#include <gyre/wire/reflect.hpp>
#include <gyre/wire/schema.hpp>
#include <gyre/wire/status.hpp>
#include <gyre/wire/types.hpp>
#include <gyre/wire/union.hpp>
#include <gyre/wire/words.hpp>
