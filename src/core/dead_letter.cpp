#include <gyre/core/dead_letter.hpp>

#include <deque>
#include <mutex>
#include <utility>

namespace gyre {

struct dead_letter_box::kept {
  std::mutex mutex;
  std::deque<dead_letter> letters;  // guarded by mutex
};

dead_letter_box::dead_letter_box(std::size_t capacity)
    : capacity_(capacity), kept_(std::make_unique<kept>()) {}
dead_letter_box::~dead_letter_box() = default;

std::string_view to_string(drop_reason reason) noexcept {
  constexpr std::array<std::string_view, drop_reasons> names{
      "expired",         "drop_oldest", "drop_newest",   "no_room",
      "unknown_message", "malformed",   "no_such_actor", "rejected",
      "handler_failed",  "late_reply",  "terminated",    "cancelled"};
  auto const i = static_cast<std::size_t>(reason);
  return i < names.size() ? names[i] : "unknown";
}

void dead_letter_box::put(dead_letter letter) {
  count(letter.reason);
  if (capacity_ == 0) return;
  std::scoped_lock const lock(kept_->mutex);
  if (kept_->letters.size() == capacity_) kept_->letters.pop_front();
  kept_->letters.push_back(std::move(letter));
}

void dead_letter_box::count(drop_reason reason, std::uint64_t n) noexcept {
  counts_[static_cast<std::size_t>(reason)].fetch_add(n, std::memory_order_relaxed);
}

drop_counts dead_letter_box::counts() const noexcept {
  drop_counts out{};
  for (std::size_t i = 0; i < drop_reasons; ++i)
    out[i] = counts_[i].load(std::memory_order_relaxed);
  return out;
}

std::uint64_t dead_letter_box::total() const noexcept {
  std::uint64_t sum = 0;
  for (std::uint64_t n : counts()) sum += n;
  return sum;
}

std::vector<dead_letter> dead_letter_box::letters() const {
  std::scoped_lock const lock(kept_->mutex);
  return {kept_->letters.begin(), kept_->letters.end()};
}

void dead_letter_box::clear() {
  std::scoped_lock const lock(kept_->mutex);
  kept_->letters.clear();
}

}  // namespace gyre
