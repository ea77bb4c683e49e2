#pragma once

/// \file
/// Relacy without its macros. They serve code that is rewritten for it; this code is not, and
/// passes its own orders. (Relacy, D. Vyukov: it runs the threads as fibres, chooses each switch
/// and each stale value that the C++ memory model allows, and reports races on plain variables,
/// deadlocks and livelocks.)

#include <relacy/relacy.hpp>

#undef assert
#undef calloc
#undef delete
#undef errno
#undef free
#undef malloc
#undef memory_order_acq_rel
#undef memory_order_acquire
#undef memory_order_consume
#undef memory_order_relaxed
#undef memory_order_release
#undef memory_order_seq_cst
#undef new
#undef realloc
