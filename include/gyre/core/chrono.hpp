#pragma once

/// \file
/// Durations, clocks and the literals of `std::chrono`. libstdc++ keeps them in a header of their
/// own; its <chrono> adds the calendar and, for that, <sstream>: 11,600 lines, a quarter of a
/// second in each file that includes Gyre. Code that writes `50ms` needs no more than this; code
/// that prints dates includes <chrono> itself.

#if defined(__has_include)
#if __has_include(<bits/chrono.h>)
#define GYRE_HAS_SMALL_CHRONO 1
#endif
#endif
#if defined(GYRE_HAS_SMALL_CHRONO)
#include <bits/chrono.h>
#else
#include <chrono>
#endif
