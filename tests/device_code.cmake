# What nvcc alone can say. It takes minutes, and runs nothing on a GPU, so `./dev test` leaves it out
# unless it is asked for by name (./dev test codegen), and `./dev check` does all of it.
#
#   device_objects   the device's side of the headers compiles, with warnings as errors: a build step
#   codegen.*        scripts that look at generated code
#   compile_fail.*   misuse that only nvcc sees
file(GLOB misuses CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/compile_fail/*.cu")
file(GLOB scripts CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/codegen/*.sh"
  "${CMAKE_CURRENT_SOURCE_DIR}/codegen/*.py" "${CMAKE_CURRENT_SOURCE_DIR}/codegen/*.cmake")
if(GYRE_SANITIZE)
  return()  # nvcc's work is the same in every build: once is enough
endif()

if(NOT GYRE_NVCC)
  foreach(source IN LISTS misuses)
    get_filename_component(name "${source}" NAME_WE)
    gyre_skipped_test(compile_fail.${name} compile_fail "${GYRE_NVCC_ABSENCE}")
  endforeach()
  foreach(script IN LISTS scripts)
    get_filename_component(name "${script}" NAME_WE)
    gyre_skipped_test(codegen.${name} codegen "${GYRE_NVCC_ABSENCE}")
  endforeach()
  return()
endif()

foreach(source IN LISTS misuses)
  get_filename_component(name "${source}" NAME_WE)
  add_test(NAME compile_fail.${name} COMMAND
    bash "${PROJECT_SOURCE_DIR}/scripts/expect_compile_failure.sh" "${source}"
    "${GYRE_NVCC}" -std=c++20 --expt-relaxed-constexpr -arch=sm_90
    "-I${PROJECT_SOURCE_DIR}/include" "-I${PROJECT_SOURCE_DIR}/examples")
  set_tests_properties(compile_fail.${name} PROPERTIES LABELS "compile_fail;nvcc" TIMEOUT 300)
endforeach()

set(GYRE_DEVICE_FLAGS -std=c++20 --expt-relaxed-constexpr -arch=sm_90 -Werror all-warnings
  ${GYRE_QUICK_NVCC_FLAGS})

# Exit status 77, or a line "SKIPPED: why", is a skip.
list(JOIN GYRE_DEVICE_FLAGS " " device_flags)
foreach(script IN LISTS scripts)
  get_filename_component(name "${script}" NAME_WE)
  if(script MATCHES "\\.sh$")
    add_test(NAME codegen.${name} COMMAND bash "${script}")
  elseif(script MATCHES "\\.py$")
    add_test(NAME codegen.${name} COMMAND python3 "${script}")
  else()
    add_test(NAME codegen.${name} COMMAND ${CMAKE_COMMAND} -D "NVCC=${GYRE_NVCC}"
      -D "GYRE_SOURCE_DIR=${PROJECT_SOURCE_DIR}" -D "CXX=${CMAKE_CXX_COMPILER}" -P "${script}")
  endif()
  set_tests_properties(codegen.${name} PROPERTIES LABELS "codegen;nvcc" TIMEOUT 300
    SKIP_RETURN_CODE 77 SKIP_REGULAR_EXPRESSION "^SKIPPED: "
    ENVIRONMENT "NVCC=${GYRE_NVCC};CXX=${CMAKE_CXX_COMPILER};GYRE_SOURCE_DIR=${PROJECT_SOURCE_DIR};GYRE_DEVICE_FLAGS=${device_flags}")
endforeach()

file(GLOB kernels CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/device/*.cu"
  "${PROJECT_SOURCE_DIR}/benchmarks/floor/cuda/*.cu")
set(objects)
file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/device")
foreach(source IN LISTS kernels)
  get_filename_component(name "${source}" NAME_WE)
  set(object "${CMAKE_BINARY_DIR}/device/${name}.o")
  add_custom_command(OUTPUT "${object}" DEPENDS "${source}" DEPFILE "${object}.d"
    COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} "${GYRE_NVCC}" ${GYRE_DEVICE_FLAGS}
      "-I${PROJECT_SOURCE_DIR}/include" "-I${PROJECT_SOURCE_DIR}/examples"
      -MD -MF "${object}.d" -MT "${object}" -c "${source}" -o "${object}"
    COMMENT "Compiling device code ${name}" VERBATIM)
  list(APPEND objects "${object}")
endforeach()
add_custom_target(device_objects DEPENDS ${objects})
