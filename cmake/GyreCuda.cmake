# The cuda engine: built where nvcc is found (GYRE_CUDA: AUTO), demanded (ON) or left out (OFF).
#
# GYRE_NVCC          the compiler; empty without one
# GYRE_NVCC_ABSENCE  why it is empty, for the tests that then report themselves as skipped
# gyre_cuda          a target: CUDA's headers and its runtime, linked statically
# GYRE_WITH_CUDA     whether the engine is built
# gyre_add_actors    a function: GyreAddActors.cmake
#
# CUDA's runtime is linked statically and finds the driver at run time, so one binary serves machines
# with and without a GPU.

unset(GYRE_NVCC)
unset(GYRE_NVCC_ABSENCE)
if(GYRE_CUDA STREQUAL "OFF")
  set(GYRE_NVCC_ABSENCE "GYRE_CUDA is OFF")
else()
  find_program(GYRE_NVCC_EXECUTABLE nvcc HINTS ENV CUDA_HOME ENV CUDA_PATH /usr/local/cuda
    PATH_SUFFIXES bin)
  mark_as_advanced(GYRE_NVCC_EXECUTABLE)
  if(GYRE_NVCC_EXECUTABLE)
    set(GYRE_NVCC "${GYRE_NVCC_EXECUTABLE}")
  elseif(GYRE_CUDA STREQUAL "ON")
    message(FATAL_ERROR
      "GYRE_CUDA is ON, but there is no nvcc in PATH, CUDA_HOME or /usr/local/cuda/bin")
  else()
    set(GYRE_NVCC_ABSENCE "no nvcc in PATH, CUDA_HOME or /usr/local/cuda/bin")
    message(STATUS "gyre: ${GYRE_NVCC_ABSENCE}; no cuda engine, device tests are skipped")
  endif()
endif()

if(GYRE_NVCC)
  # Code for Turing, Ampere and Hopper, and PTX for what comes after.
  set(GYRE_CUDA_ARCHITECTURES "75-real;80-real;90" CACHE STRING "What device code is made for")
  set(CMAKE_CUDA_ARCHITECTURES "${GYRE_CUDA_ARCHITECTURES}")
  set(CMAKE_CUDA_COMPILER "${GYRE_NVCC}")
  set(CMAKE_CUDA_HOST_COMPILER "${CMAKE_CXX_COMPILER}")
  if(GYRE_CCACHE AND NOT DEFINED CMAKE_CUDA_COMPILER_LAUNCHER)
    set(CMAKE_CUDA_COMPILER_LAUNCHER "${CMAKE_CXX_COMPILER_LAUNCHER}")
  endif()
  enable_language(CUDA)
  find_package(CUDAToolkit REQUIRED)
  message(STATUS "gyre: cuda engine with nvcc ${CMAKE_CUDA_COMPILER_VERSION}")

  add_library(gyre_cuda INTERFACE)
  set_target_properties(gyre_cuda PROPERTIES EXPORT_NAME cuda)
  target_link_libraries(gyre_cuda INTERFACE CUDA::cudart_static)
endif()

set(GYRE_WITH_CUDA OFF)
if(GYRE_NVCC)
  set(GYRE_WITH_CUDA ON)
endif()

include(GyreAddActors)
