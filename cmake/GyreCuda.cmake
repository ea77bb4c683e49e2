# Finds nvcc. Sets GYRE_NVCC (empty without one, or with GYRE_CUDA=OFF) and GYRE_NVCC_ABSENCE (why
# it is empty, for the tests that then report themselves as skipped). Today nvcc compiles the device
# and code generation tests; the cuda engine (src/engine/cuda) will be added to the library here.

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
    execute_process(COMMAND "${GYRE_NVCC}" --version OUTPUT_VARIABLE version ERROR_QUIET)
    string(REGEX MATCH "release [0-9.]+" version "${version}")
    message(STATUS "gyre: found nvcc, ${version}, at ${GYRE_NVCC}")
  elseif(GYRE_CUDA STREQUAL "ON")
    message(FATAL_ERROR
      "GYRE_CUDA is ON, but there is no nvcc in PATH, CUDA_HOME or /usr/local/cuda/bin")
  else()
    set(GYRE_NVCC_ABSENCE "no nvcc in PATH, CUDA_HOME or /usr/local/cuda/bin")
    message(STATUS "gyre: ${GYRE_NVCC_ABSENCE}; device tests will be skipped")
  endif()
endif()
