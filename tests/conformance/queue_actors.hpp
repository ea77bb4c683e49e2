#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#include <gyre/core/uuid.hpp>
#include <gyre/kernel/handles.hpp>

#include "test_actors.hpp"

/// \file
/// An actor for the named-queue path, whose replies tell what became of each request on its way.

namespace gyre::conformance {

/// What the queue has to know stands in the message: id, priority, addressee.
struct job {
  uuid message_id{};
  std::uint8_t priority = 128;
  std::uint64_t actor_id = 0;
  std::int64_t n = 0;
};

struct job_done {
  uuid correlation_id{};      ///< The job's message_id.
  std::uint64_t actor = 0;    ///< Who did it.
  std::uint64_t turn = 0;     ///< How many jobs that actor had before.
  std::uint8_t priority = 0;  ///< The job's, as it reached the handler.
  std::int64_t n = 0;
  std::int64_t result = 0;  ///< See `worked_out`.
};

[[nodiscard]] GYRE_FN constexpr std::int64_t worked_out(std::int64_t n,
                                                        std::uint64_t actor) noexcept {
  return n * n + 3 * static_cast<std::int64_t>(actor) + 1;
}

/// Refuses negative numbers, and throws at `unlucky`.
struct worker {
  using handles = gyre::handles<job>;
  static constexpr std::int64_t unlucky = -1313;
  std::uint64_t turns = 0;

  GYRE_FN gyre::reply<job_done> on(job const& m, auto& self) {
    GYRE_ON_HOST(if (m.n == unlucky) throw std::runtime_error("job " + std::to_string(m.n));)
    if (m.n < 0) return self.reject(4, m.n);
    return job_done{m.message_id,    self.id(), turns++,
                    self.priority(), m.n,       worked_out(m.n, self.id())};
  }
};

[[nodiscard]] inline job job_of(std::int64_t n, std::uint64_t actor = 0,
                                std::uint8_t priority = 128) {
  return {uuid::random(), priority, actor, n};
}

}  // namespace gyre::conformance
