# The cuda engine: built where nvcc is found (GYRE_CUDA: AUTO), demanded (ON) or left out (OFF).
# Device code takes minutes to compile and runs nowhere but on a GPU: GYRE_CUDA_ARCHITECTURES says
# for which it is made. Without any, what would be device code is compiled for the cpu engine alone,
# and the cuda engine, which g++ compiles, has no actors.
#
# GYRE_NVCC              the compiler; empty without one
# GYRE_NVCC_ABSENCE      why it is empty, for the tests that then report themselves as skipped
# gyre_cuda              a target: CUDA's headers and its runtime, linked statically
# GYRE_WITH_CUDA         whether the engine is built
# GYRE_WITH_DEVICE_CODE  whether nvcc compiles the actors' files
# GYRE_DEVICE_CODE_ABSENCE  why not
# gyre_add_actors        a function: GyreAddActors.cmake
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

# gyre_find_architectures(<variable>): what CMAKE_CUDA_ARCHITECTURES is to be, or nothing.
function(gyre_find_architectures variable)
  set(found "${GYRE_CUDA_ARCHITECTURES}")
  if(found STREQUAL "NONE")
    set(found)
  elseif(found STREQUAL "ALL")
    # Turing, Ampere and Hopper, and PTX for what comes after.
    set(found 75-real 80-real 90)
  elseif(found STREQUAL "AUTO")
    set(found)
    find_program(GYRE_NVIDIA_SMI nvidia-smi)
    mark_as_advanced(GYRE_NVIDIA_SMI)
    if(GYRE_NVIDIA_SMI)
      execute_process(COMMAND "${GYRE_NVIDIA_SMI}" --query-gpu=compute_cap --format=csv,noheader
        OUTPUT_VARIABLE text RESULT_VARIABLE status ERROR_QUIET)
      if(status EQUAL 0)
        string(REGEX MATCHALL "[0-9]+\\.[0-9]+" capabilities "${text}")
        list(REMOVE_DUPLICATES capabilities)
        foreach(capability IN LISTS capabilities)
          string(REPLACE "." "" capability "${capability}")
          list(APPEND found "${capability}-real")
        endforeach()
      endif()
    endif()
  endif()
  set(${variable} "${found}" PARENT_SCOPE)
endfunction()

set(GYRE_WITH_CUDA OFF)
set(GYRE_WITH_DEVICE_CODE OFF)
set(GYRE_DEVICE_CODE_ABSENCE "${GYRE_NVCC_ABSENCE}")
if(GYRE_NVCC)
  set(GYRE_WITH_CUDA ON)
  gyre_find_architectures(architectures)
  if(architectures)
    set(GYRE_WITH_DEVICE_CODE ON)
    set(CMAKE_CUDA_ARCHITECTURES "${architectures}")
    set(CMAKE_CUDA_COMPILER "${GYRE_NVCC}")
    set(CMAKE_CUDA_HOST_COMPILER "${CMAKE_CXX_COMPILER}")
    if(GYRE_CCACHE AND NOT DEFINED CMAKE_CUDA_COMPILER_LAUNCHER)
      set(CMAKE_CUDA_COMPILER_LAUNCHER "${CMAKE_CXX_COMPILER_LAUNCHER}")
    endif()
    enable_language(CUDA)
    if(GYRE_QUICK_DEVICE_CODE)
      set(GYRE_QUICK_NVCC_FLAGS -Xcicc -O1 -Xptxas -O0)
      add_compile_options("$<$<COMPILE_LANGUAGE:CUDA>:SHELL:-Xcicc -O1>"
        "$<$<COMPILE_LANGUAGE:CUDA>:SHELL:-Xptxas -O0>")
    endif()
    message(STATUS "gyre: cuda engine, device code for ${architectures} by nvcc "
      "${CMAKE_CUDA_COMPILER_VERSION}")
  else()
    set(GYRE_DEVICE_CODE_ABSENCE
      "this build has no device code: there is no GPU here (./dev build cuda makes it for all)")
    message(STATUS "gyre: cuda engine without device code (GYRE_CUDA_ARCHITECTURES is "
      "${GYRE_CUDA_ARCHITECTURES}, and no GPU was found)")
  endif()
  set(CUDAToolkit_NVCC_EXECUTABLE "${GYRE_NVCC}")
  find_package(CUDAToolkit REQUIRED)
  add_library(gyre_cuda INTERFACE)
  set_target_properties(gyre_cuda PROPERTIES EXPORT_NAME cuda)
  target_link_libraries(gyre_cuda INTERFACE CUDA::cudart_static)
endif()

include(GyreAddActors)
