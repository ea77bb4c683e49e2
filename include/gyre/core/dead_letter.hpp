#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gyre/core/hybrid_clock.hpp>
#include <gyre/core/uuid.hpp>

namespace gyre {

/// Why a message was neither handled nor answered to anybody.
enum class drop_reason : std::uint8_t {
  expired,          ///< Older than its queue's time to live, or its deadline had passed.
  drop_oldest,      ///< Made room in a full queue.
  drop_newest,      ///< Came to a full queue.
  no_room,          ///< A handler's tell found its shard's backlog full.
  unknown_message,  ///< The kernel has no handler for its type.
  malformed,        ///< Its bytes are not a message of its type.
  no_such_actor,    ///< No actor has its address.
  rejected,         ///< A handler refused it, and nobody waited for an answer.
  handler_failed,   ///< The handler threw, and nobody waited for an answer.
  late_reply,       ///< A reply whose asker had stopped waiting.
  terminated,       ///< Still there when its kernel or queue ended.
  cancelled,        ///< Its asker gave up before it was handled.
};

inline constexpr std::size_t drop_reasons = 12;

/// The enumerator's name.
[[nodiscard]] std::string_view to_string(drop_reason reason) noexcept;

/// A counter for each reason.
using drop_counts = std::array<std::uint64_t, drop_reasons>;

/// A message that could not be delivered or handled, with the reason.
struct dead_letter {
  drop_reason reason{};
  std::string where;         ///< The kernel's id or the queue's name.
  std::string message_type;  ///< The message type's name; empty if not known.
  uuid message_id{};         ///< Nil for messages without one.
  std::uint64_t actor = 0;   ///< Whom it was for, where that is known.
  std::uint64_t bytes = 0;   ///< Its encoded size.
  hybrid_time time{};        ///< When it was sent, where that is known.
};

/// Counts dead letters, always, and keeps the last `capacity` of them. Thread-safe.
class dead_letter_box {
 public:
  explicit dead_letter_box(std::size_t capacity);
  ~dead_letter_box();
  dead_letter_box(dead_letter_box const&) = delete;
  dead_letter_box& operator=(dead_letter_box const&) = delete;

  /// Counts one and, if letters are kept, keeps it; the oldest makes room.
  void put(dead_letter letter);
  /// Counts `n` of one reason, of which nothing else is known.
  void count(drop_reason reason, std::uint64_t n = 1) noexcept;

  [[nodiscard]] drop_counts counts() const noexcept;
  [[nodiscard]] std::uint64_t total() const noexcept;
  /// What is kept, oldest first.
  [[nodiscard]] std::vector<dead_letter> letters() const;
  void clear();

 private:
  std::size_t const capacity_;
  std::array<std::atomic<std::uint64_t>, drop_reasons> counts_{};
  struct kept;
  std::unique_ptr<kept> const kept_;
};

}  // namespace gyre
