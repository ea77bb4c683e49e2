#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace gyre {

/// First in, first out within a priority, higher priorities first: 256 intrusive lists and a bit
/// for each that is not empty, so that both ends are found in at most four words. Without
/// priorities, one list. `Node` has a member `Node* next`. Every operation is O(1), but for the two
/// that look at each priority, and none allocates. Not thread-safe: the queue's lock guards it.
template <class Node>
class priority_lists {
 public:
  static constexpr std::size_t levels = 256;

  /// Throws `std::bad_alloc`.
  explicit priority_lists(bool priorities)
      : lists_(std::make_unique<list[]>(priorities ? levels : 1)), priorities_(priorities) {}

  /// Bytes that the lists allocate.
  [[nodiscard]] static constexpr std::uint64_t memory_needed(bool priorities) noexcept {
    return (priorities ? levels : 1) * sizeof(list);
  }

  [[nodiscard]] bool empty() const noexcept {
    return (filled_[0] | filled_[1] | filled_[2] | filled_[3]) == 0;
  }

  /// Behind all of its priority.
  void push_back(Node& node, std::uint8_t priority) noexcept {
    std::size_t const level = priorities_ ? priority : 0;
    node.next = nullptr;
    list& to = lists_[level];
    if (to.head == nullptr) {
      to.head = &node;
      filled_[level / 64] |= std::uint64_t{1} << (level % 64);
    } else {
      to.tail->next = &node;
    }
    to.tail = &node;
  }

  /// The next to hand out: the oldest of the highest priority. Not when empty.
  [[nodiscard]] Node& front() const noexcept { return *lists_[highest()].head; }

  /// Takes `front()` out.
  Node& pop_front() noexcept { return pop(highest()); }

  /// Takes out the oldest of the lowest priority. Not when empty.
  Node& pop_lowest() noexcept { return pop(lowest()); }

  /// Takes the oldest of each priority out while `test(node)` is true, and calls `take(node)`,
  /// which may use `next` again.
  template <class Test, class Take>
  void drop_fronts(Test&& test, Take&& take) noexcept {
    for (std::size_t word = 0; word < filled_.size(); ++word) {
      for (std::uint64_t bits = filled_[word]; bits != 0; bits &= bits - 1) {
        std::size_t const level = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
        while (lists_[level].head != nullptr && test(*lists_[level].head)) take(pop(level));
      }
    }
  }

  /// Calls `see(node)` for the oldest of each priority.
  template <class See>
  void for_each_front(See&& see) const noexcept {
    for (std::size_t word = 0; word < filled_.size(); ++word) {
      for (std::uint64_t bits = filled_[word]; bits != 0; bits &= bits - 1) {
        see(*lists_[word * 64 + static_cast<std::size_t>(std::countr_zero(bits))].head);
      }
    }
  }

 private:
  struct list {
    Node* head = nullptr;
    Node* tail = nullptr;  // meaningful while head is not null
  };

  [[nodiscard]] std::size_t highest() const noexcept {
    if (!priorities_) return 0;
    std::size_t word = 3;
    while (word != 0 && filled_[word] == 0) --word;
    return word * 64 + 63 - static_cast<std::size_t>(std::countl_zero(filled_[word]));
  }

  [[nodiscard]] std::size_t lowest() const noexcept {
    if (!priorities_) return 0;
    std::size_t word = 0;
    while (word != 3 && filled_[word] == 0) ++word;
    return word * 64 + static_cast<std::size_t>(std::countr_zero(filled_[word]));
  }

  Node& pop(std::size_t level) noexcept {
    list& from = lists_[level];
    Node& node = *from.head;
    from.head = node.next;
    if (from.head == nullptr) filled_[level / 64] &= ~(std::uint64_t{1} << (level % 64));
    return node;
  }

  std::array<std::uint64_t, levels / 64> filled_{};
  std::unique_ptr<list[]> lists_;
  bool priorities_;
};

}  // namespace gyre
