# How this project's own sources are compiled. What reaches a consumer is only C++20 and the include
# directory (GyreTargets.cmake). Code is for the plain x86-64 (or aarch64) baseline: whoever wants
# -march=native says so in CMAKE_CXX_FLAGS.

# gyre_warnings: for every target of this project, for none of its users.
set(GYRE_WARNING_FLAGS -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  list(APPEND GYRE_WARNING_FLAGS -Wno-restrict)
  # GCC 12 takes std::string's own copies for overflows where the header is precompiled (its PR
  # 105651). The preset `plain` looks for the true ones.
  if(GYRE_PRECOMPILE)
    list(APPEND GYRE_WARNING_FLAGS -Wno-array-bounds -Wno-stringop-overflow)
  endif()
endif()
if(GYRE_WERROR)
  list(APPEND GYRE_WARNING_FLAGS -Werror)
endif()
add_library(gyre_warnings INTERFACE)
target_compile_options(gyre_warnings INTERFACE
  "$<$<COMPILE_LANGUAGE:CXX>:${GYRE_WARNING_FLAGS}>"
  "$<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=-Wall,-Wextra>")
if(GYRE_WERROR)
  target_compile_options(gyre_warnings INTERFACE
    "$<$<COMPILE_LANGUAGE:CUDA>:-Werror=all-warnings>")
endif()

# gyre_sanitize: for every target but the model checker's.
add_library(gyre_sanitize INTERFACE)
if(GYRE_SANITIZE)
  target_compile_options(gyre_sanitize INTERFACE
    -fsanitize=${GYRE_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(gyre_sanitize INTERFACE -fsanitize=${GYRE_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # GCC's manual: sanitizers make these warnings see what is not there. The release build, which
    # has them on, looks for the true ones.
    target_compile_options(gyre_sanitize INTERFACE
      -Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow -Wno-restrict)
  endif()
endif()

if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
  endif()
  # Looked for once: a launcher that comes later would compile everything again.
  if(NOT DEFINED GYRE_CCACHE)
    find_program(GYRE_CCACHE ccache)
  endif()
  mark_as_advanced(GYRE_CCACHE)
  if(GYRE_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
    # Each checkout has its own objects: a precompiled header names its headers by their paths, and one
    # of another checkout has them read twice, or read as they are there.
    set(CMAKE_CXX_COMPILER_LAUNCHER
      env CCACHE_SLOPPINESS=pch_defines,time_macros "${GYRE_CCACHE}")
  endif()
  if(GYRE_CCACHE AND GYRE_PRECOMPILE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # ccache's manual: without it a file with a precompiled header is never found again.
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
  endif()
endif()
