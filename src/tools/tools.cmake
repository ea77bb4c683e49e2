# gyre_cli     what a command-line program needs: options, words, tables, the machine and its floor
# gyre-tool    `gyre`: every command but the benchmarks
# gyre_bench   what measures and shows: of gyre-bench, the rivals (benchmarks/rivals/), unit tests
# gyre-bench   the benchmarks, which `gyre bench` starts; who runs or validates never compiles them
find_package(CLI11 REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json REQUIRED)

set(cli_sources ${gyre_tool_sources})
list(FILTER cli_sources INCLUDE REGEX "^tools/(floor/|histogram|build_facts|command_line|commands|text)")
set(harness_sources ${gyre_tool_sources})
list(FILTER harness_sources INCLUDE REGEX "^tools/bench/((harness|report)/|benchmark|floors)")
set(bench_sources ${gyre_tool_sources})
list(FILTER bench_sources INCLUDE REGEX "^tools/bench/")
list(REMOVE_ITEM bench_sources ${harness_sources} tools/bench/start.cpp)
list(REMOVE_ITEM gyre_tool_sources ${cli_sources} ${harness_sources} ${bench_sources})

add_library(gyre_cli STATIC ${cli_sources})
target_link_libraries(gyre_cli PUBLIC gyre fmt::fmt PRIVATE CLI11::CLI11)
gyre_own(gyre_cli)
# CLI11 alone takes ten seconds with more.
set_source_files_properties(tools/command_line.cpp PROPERTIES COMPILE_OPTIONS -O1)
# As of the last configure; one file alone is compiled anew when it changes.
string(TOUPPER "${CMAKE_BUILD_TYPE}" gyre_build_type)
string(STRIP "${CMAKE_CXX_FLAGS} ${CMAKE_CXX_FLAGS_${gyre_build_type}}" gyre_flags)
set(gyre_facts "GYRE_VERSION=\"${PROJECT_VERSION}\"" "GYRE_FLAGS=\"${gyre_flags}\"")
find_package(Git QUIET)
if(GIT_FOUND)
  execute_process(COMMAND "${GIT_EXECUTABLE}" describe --always --abbrev=12 --exclude=*
      --dirty=+changes
    WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}" OUTPUT_VARIABLE gyre_commit
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(gyre_commit)
    list(APPEND gyre_facts "GYRE_COMMIT=\"${gyre_commit}\"")
  endif()
endif()
set_source_files_properties(tools/build_facts.cpp PROPERTIES COMPILE_DEFINITIONS "${gyre_facts}")

add_executable(gyre-tool ${gyre_tool_sources})
set_target_properties(gyre-tool PROPERTIES OUTPUT_NAME gyre)
# The tool runs the examples' actors.
add_library(gyre_tool_actors OBJECT)
gyre_add_actors(gyre_tool_actors tools/actors.cu)
target_link_libraries(gyre_tool_actors PRIVATE gyre)
target_include_directories(gyre-tool PRIVATE "${PROJECT_SOURCE_DIR}/examples")
target_link_libraries(gyre-tool PRIVATE gyre_cli gyre_tool_actors nlohmann_json::nlohmann_json)
target_compile_options(gyre-tool PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-O2>)
gyre_own(gyre-tool)
gyre_precompile(gyre-tool gyre/gyre.hpp fmt/format.h nlohmann/json.hpp)
# Where `gyre bench` builds what it starts.
set_source_files_properties(tools/bench/start.cpp PROPERTIES COMPILE_DEFINITIONS
  "GYRE_CMAKE=\"${CMAKE_COMMAND}\";GYRE_BUILD_DIR=\"${CMAKE_BINARY_DIR}\"")

add_library(gyre_bench STATIC ${harness_sources})
target_link_libraries(gyre_bench PUBLIC gyre_cli nlohmann_json::nlohmann_json)
gyre_own(gyre_bench)
gyre_precompile(gyre_bench gyre/gyre.hpp fmt/format.h nlohmann/json.hpp)

add_executable(gyre-bench ${bench_sources})
add_library(gyre_bench_actors OBJECT)
gyre_add_actors(gyre_bench_actors tools/bench/cuda_floors.cu)
target_link_libraries(gyre_bench_actors PRIVATE gyre)
target_include_directories(gyre-bench PRIVATE "${PROJECT_SOURCE_DIR}/examples")
target_link_libraries(gyre-bench PRIVATE gyre_bench gyre_bench_actors)
gyre_own(gyre-bench)
foreach(target IN ITEMS gyre_tool_actors gyre_bench_actors)
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/examples")
  gyre_own(${target})
endforeach()
gyre_precompile(gyre-bench gyre/gyre.hpp)
