# Every option of the build. All are off, so that a consumer gets the library and nothing else; the
# presets in CMakePresets.json turn on what the project's own builds need.

option(GYRE_BUILD_TOOLS "Build the command line tool `gyre`" OFF)
option(GYRE_BUILD_TESTS "Build the tests" OFF)
option(GYRE_BUILD_GPU_TESTS "Build the tests that are run on a GPU (./dev gpu), with or without the others" OFF)
option(GYRE_BUILD_EXAMPLES "Build the examples, and run them as tests" OFF)
option(GYRE_BUILD_BENCHMARKS "Build the benchmarks" OFF)
option(GYRE_RIVALS "Build benchmarks/rivals, with GYRE_BUILD_BENCHMARKS: needs other formats' libraries" OFF)
option(GYRE_BUILD_FUZZERS "Build the libFuzzer targets (clang only)" OFF)
option(GYRE_WERROR "Treat warnings as errors" OFF)
option(GYRE_QUICK_DEVICE_CODE "Let nvcc optimise little: to see that device code compiles, not to run it" OFF)
option(GYRE_PRECOMPILE "Read the headers that nearly every file needs once, precompiled" OFF)
option(GYRE_INSTALL "Write the install rules" ${PROJECT_IS_TOP_LEVEL})

set(GYRE_SANITIZE "" CACHE STRING "What -fsanitize= is given: `address,undefined` or `thread`")
set(GYRE_CUDA AUTO CACHE STRING "The cuda engine: AUTO (if nvcc is found), ON or OFF")
set_property(CACHE GYRE_CUDA PROPERTY STRINGS AUTO ON OFF)
set(GYRE_CUDA_ARCHITECTURES AUTO CACHE STRING
  "What device code is made for: AUTO (the GPUs that are there), ALL, NONE, or as CMAKE_CUDA_ARCHITECTURES")

if(NOT GYRE_CUDA MATCHES "^(AUTO|ON|OFF)$")
  message(FATAL_ERROR "GYRE_CUDA is '${GYRE_CUDA}', allowed: AUTO, ON, OFF")
endif()
if(GYRE_BUILD_FUZZERS AND NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  message(FATAL_ERROR "GYRE_BUILD_FUZZERS needs clang++; this is ${CMAKE_CXX_COMPILER_ID}")
endif()
