# The library under test is as it is shipped; the tests themselves compile in half the time at -O1,
# and under ASan and UBSan, which add a check to every access, in half of that at -O0.
set(GYRE_TEST_OPTIMISATION -O1)
if(GYRE_SANITIZE MATCHES "address")
  set(GYRE_TEST_OPTIMISATION -O0)
endif()

# gyre_test_suite(<target> <folder> LABEL <label> [PROCESSORS <n>] [WITHOUT_SANITIZERS]
#                 [WITHOUT_PRECOMPILED_HEADERS])
#
# One GoogleTest program of every .cpp below the folder; nothing where there is none. Its tests are
# called <target>.<Suite>.<Name>, so `./dev test unit_ring` runs one program. PROCESSORS are the
# cores that each test keeps busy, for suites that are slowed down when they share them.
function(gyre_test_suite target folder)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${folder}/*.cpp")
  if(sources)
    gyre_test_program(${target} "${folder}" ${ARGN} SOURCES ${sources})
  endif()
endfunction()

# gyre_test_program(<target> <folder> SOURCES <file>... <options of gyre_test_suite>): the same of
# these files; its data is in <folder>/data.
function(gyre_test_program target folder)
  cmake_parse_arguments(PARSE_ARGV 2 arg "WITHOUT_SANITIZERS;WITHOUT_PRECOMPILED_HEADERS"
    "LABEL;PROCESSORS" "SOURCES")
  if(NOT arg_PROCESSORS)
    set(arg_PROCESSORS 1)
  endif()
  if(arg_WITHOUT_SANITIZERS AND GYRE_SANITIZE)
    message(FATAL_ERROR "${target} cannot be built with GYRE_SANITIZE")
  endif()

  add_executable(${target} ${arg_SOURCES})
  target_compile_definitions(${target} PRIVATE
    GYRE_TEST_DATA_DIR="${folder}/data"
    GYRE_BINARY_DIR="${CMAKE_BINARY_DIR}/bin"
    GYRE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  target_include_directories(${target} PRIVATE
    "${PROJECT_SOURCE_DIR}/tests" "${PROJECT_SOURCE_DIR}/examples")
  target_link_libraries(${target} PRIVATE gyre GTest::gmock GTest::gtest GTest::gtest_main)
  gyre_own(${target})
  target_compile_options(${target} PRIVATE ${GYRE_TEST_OPTIMISATION})
  if(GYRE_PRECOMPILE AND NOT arg_WITHOUT_PRECOMPILED_HEADERS)
    gyre_test_headers()
    target_precompile_headers(${target} REUSE_FROM gyre_test_headers)
  endif()
  gtest_discover_tests(${target}
    TEST_PREFIX "${target}."
    DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 60
    PROPERTIES LABELS ${arg_LABEL} TIMEOUT 120 PROCESSORS ${arg_PROCESSORS})
endfunction()

# The precompiled headers of the tests, once for all programs: compiled as these are.
function(gyre_test_headers)
  if(TARGET gyre_test_headers)
    return()
  endif()
  set(nothing "${CMAKE_CURRENT_BINARY_DIR}/gyre_test_headers.cpp")
  file(CONFIGURE OUTPUT "${nothing}" CONTENT "")
  add_library(gyre_test_headers OBJECT "${nothing}")
  target_link_libraries(gyre_test_headers PRIVATE gyre GTest::gmock GTest::gtest)
  gyre_own(gyre_test_headers)
  target_compile_options(gyre_test_headers PRIVATE ${GYRE_TEST_OPTIMISATION})
  target_precompile_headers(gyre_test_headers PRIVATE
    <gmock/gmock.h> <gtest/gtest.h> <gyre/gyre.hpp>)
endfunction()

# gyre_skipped_test(<name> <label> <reason>): stands in for a test that cannot run here, and says why.
function(gyre_skipped_test name label reason)
  add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} -E echo "SKIPPED: ${reason}")
  set_tests_properties(${name} PROPERTIES LABELS ${label} SKIP_REGULAR_EXPRESSION "^SKIPPED: ")
endfunction()
