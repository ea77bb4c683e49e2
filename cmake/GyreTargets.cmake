# gyre::headers  what users compile against: the include directory, C++20, tl::expected, threads.
# gyre::gyre     that, and the static library made of src/ (see src/CMakeLists.txt).

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
find_package(tl-expected REQUIRED)

add_library(gyre_headers INTERFACE)
add_library(gyre::headers ALIAS gyre_headers)
set_target_properties(gyre_headers PROPERTIES EXPORT_NAME headers)
target_compile_features(gyre_headers INTERFACE cxx_std_20)
target_include_directories(gyre_headers INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>)
target_link_libraries(gyre_headers INTERFACE tl::expected Threads::Threads)

# gyre_own(<target>...): what every target of this project has besides.
function(gyre_own)
  foreach(target IN LISTS ARGN)
    set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:gyre_warnings>)
    # Internal headers (src/<layer>/internal) are seen by the project alone, never installed.
    target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/src")
  endforeach()
endfunction()

# gyre_precompile(<target> <header>...): these headers are read once for all files of the target,
# which still include what they use (GYRE_PRECOMPILE is OFF in the preset `plain`, which proves it).
function(gyre_precompile target)
  if(GYRE_PRECOMPILE)
    foreach(header IN LISTS ARGN)
      target_precompile_headers(${target} PRIVATE
        "$<$<COMPILE_LANGUAGE:CXX>:<${header}$<ANGLE-R>>")
    endforeach()
  endif()
endfunction()
