# gyre_add_actors(<target> <file>...): adds files with actors to a target. Where the language CUDA is
# enabled nvcc compiles them, for both engines; without it the C++ compiler does, for the cpu engine. What lives on the
# device is named in them: `static gyre::on_device<account> const account_on_device;`.
function(gyre_add_actors target)
  target_sources(${target} PRIVATE ${ARGN})
  get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
  if("CUDA" IN_LIST languages)
    set_source_files_properties(${ARGN} PROPERTIES LANGUAGE CUDA
      # CMake 3.25 does not always hand the standard on to nvcc 13.
      COMPILE_OPTIONS "-std=c++20;--expt-relaxed-constexpr;--extended-lambda")
    set_target_properties(${target} PROPERTIES CUDA_RUNTIME_LIBRARY Static)
  else()
    set_source_files_properties(${ARGN} PROPERTIES LANGUAGE CXX)
    foreach(file IN LISTS ARGN)
      if(file MATCHES "\\.cu$")
        set_source_files_properties("${file}" PROPERTIES COMPILE_OPTIONS "-x;c++")
      endif()
    endforeach()
  endif()
endfunction()
