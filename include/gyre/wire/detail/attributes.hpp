#pragma once

#include <gyre/core/platform.hpp>

/// A short function of the hot path: inlined even where the compiler's own measure says no, because
/// a message's members must end as stores at constant offsets.
#define GYRE_WIRE_HOT GYRE_FN inline __attribute__((always_inline))

#if defined(__CUDA_ARCH__)
/// A path that is taken only on bad input. In a kernel it is inlined like the rest: a call would
/// force the message, whose address it takes, out of registers into local memory.
#define GYRE_WIRE_COLD GYRE_FN
#else
/// A path that is taken only on bad input: kept out of line, away from the hot path.
#define GYRE_WIRE_COLD GYRE_FN __attribute__((noinline, cold))
#endif

#if defined(__CUDACC__)
/// Round templates that are for host and device where the types they are given are: with types of
/// the host alone (std::string, say) they are used on the host alone, and nvcc need not warn.
#define GYRE_WIRE_EITHER_BEGIN _Pragma("nv_diagnostic push") _Pragma("nv_diag_suppress 20011,20014")
#define GYRE_WIRE_EITHER_END _Pragma("nv_diagnostic pop")
#else
#define GYRE_WIRE_EITHER_BEGIN
#define GYRE_WIRE_EITHER_END
#endif
