#pragma once

#include <cstddef>
#include <cstdint>

#include "device.hpp"

/// \file
/// What the engine and its worker process say to each other, over a socket that keeps messages
/// whole. Both are the same program, so structs travel as they are.

namespace gyre::cuda {

/// Named in the worker's environment: where its ends of the socket and of the shared memory are.
inline constexpr char worker_variable[] = "GYRE_CUDA_WORKER";

enum class request_kind : std::uint32_t {
  open_stream,
  close_stream,
  copy_in,
  copy_out,
  clear,
  load,
  launch,
  look,
};

struct request {
  request_kind kind{};
  stream_id stream = 0;
  std::uint64_t to = 0;  ///< Addresses, as their names in `device` say.
  std::uint64_t from = 0;
  std::uint64_t bytes = 0;
  std::uint32_t shards = 0;
  std::uint32_t threads = 0;
  char actor[1024] = {};
};

struct response {
  std::int32_t code = -1;  ///< An `errc`, or -1: done.
  presence what{};
  stream_id stream = 0;
  char text[1024] = {};
};

/// The worker's first message: the device that it has, or why it has none.
struct greeting {
  std::int32_t code = -1;
  std::int32_t index = 0;
  std::int32_t major = 0;
  std::int32_t minor = 0;
  std::uint32_t multiprocessors = 0;
  std::uint64_t device_memory = 0;
  std::uint64_t device_bytes = 0;
  char name[256] = {};
  char text[1024] = {};  ///< Why it has none, or why kernels cannot stay.
};

/// The worker could not map the shared memory where the engine has it; another may.
inline constexpr std::int32_t address_taken = -2;

}  // namespace gyre::cuda
