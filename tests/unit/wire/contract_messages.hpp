#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <gyre/core/inplace.hpp>
#include <gyre/core/uuid.hpp>

/// The vector processor's messages, as the contract lists them: the codec's fixture.
namespace contract {

enum class vector_operation : std::int32_t { add, subtract, multiply, divide };

inline constexpr std::size_t inline_elements = 25;
inline constexpr std::size_t error_bytes = 256;

struct vector_add_request {
  gyre::uuid message_id;
  std::uint8_t priority = 128;
  std::optional<gyre::uuid> correlation_id;
  std::int32_t length = 0;
  vector_operation operation = vector_operation::add;
  bool use_gpu_memory = false;
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  std::uint64_t result = 0;
  gyre::inplace_vector<float, inline_elements> inline_a;
  gyre::inplace_vector<float, inline_elements> inline_b;

  friend bool operator==(vector_add_request const&, vector_add_request const&) = default;
};

struct vector_add_response {
  gyre::uuid message_id;
  std::uint8_t priority = 128;
  std::optional<gyre::uuid> correlation_id;
  bool success = false;
  std::optional<gyre::inplace_string<error_bytes>> error_message;
  std::int32_t processed_elements = 0;
  std::uint64_t result = 0;
  gyre::inplace_vector<float, inline_elements> inline_result;
  std::int64_t processing_time_ns = 0;

  friend bool operator==(vector_add_response const&, vector_add_response const&) = default;
};

}  // namespace contract
