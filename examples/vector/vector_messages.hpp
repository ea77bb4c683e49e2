#pragma once

#include <cstdint>
#include <optional>

#include <gyre/core/inplace.hpp>
#include <gyre/core/uuid.hpp>
#include <gyre/kernel/buffer_table.hpp>

/// Elements that travel inside a message; more travel in device buffers.
inline constexpr std::size_t inline_elements = 25;

enum class vector_operation : std::int32_t { add, subtract, multiply, divide };

/// Combine two vectors, element by element. A MemoryPack object of 79 + 4·(nA + nB) bytes.
struct vector_add_request {
  gyre::uuid message_id{};
  std::uint8_t priority = 128;
  std::optional<gyre::uuid> correlation_id{};
  std::int32_t length = 0;  ///< Elements to combine.
  vector_operation operation = vector_operation::add;
  bool use_gpu_memory = false;  ///< The vectors are in the buffers, not inline.
  std::uint64_t a = 0;          ///< Handles of buffers of f32.
  std::uint64_t b = 0;
  std::uint64_t result = 0;
  gyre::inplace_vector<float, inline_elements> inline_a{};
  gyre::inplace_vector<float, inline_elements> inline_b{};
};

/// What came of it. A MemoryPack object of 67 + 4·n bytes and the error's text.
struct vector_add_response {
  gyre::uuid message_id{};
  std::uint8_t priority = 128;
  std::optional<gyre::uuid> correlation_id{};  ///< The request's message_id.
  bool success = false;
  std::optional<gyre::inplace_string<96>> error_message{};
  std::int32_t processed_elements = 0;
  std::uint64_t result = 0;  ///< The handle of the result's buffer, or 0.
  gyre::inplace_vector<float, inline_elements> inline_result{};
  std::int64_t processing_time_ns = 0;
};
