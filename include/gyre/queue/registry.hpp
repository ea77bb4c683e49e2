#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <gyre/core/dead_letter.hpp>
#include <gyre/core/error.hpp>
#include <gyre/core/options.hpp>
#include <gyre/core/type_name.hpp>
#include <gyre/queue/named_queue.hpp>
#include <gyre/queue/queue.hpp>

namespace gyre {

/// A row of `queue_registry::list`.
struct queue_description {
  std::string name;
  std::string type;  ///< The message type's name.
  type_id id = 0;    ///< The message type's id.
  std::uint64_t capacity = 0;
  std::uint64_t depth = 0;  ///< When listed.
  std::string owner;        ///< The kernel's id; empty: the user's.
};

/// The named queues of a runtime, by name. Thread-safe: one mutex guards the names; no call waits
/// for messages under it.
class queue_registry {
 public:
  explicit queue_registry(std::shared_ptr<dead_letter_box> dead_letters = nullptr);
  queue_registry(queue_registry const&) = delete;
  queue_registry& operator=(queue_registry const&) = delete;
  /// Closes every queue: handles that outlive the registry get `terminated`.
  ~queue_registry();

  /// Makes a queue that the user owns. `already_exists`, `invalid_argument` (the name),
  /// `invalid_option`, `no_memory`; then nothing has changed.
  template <class T>
  [[nodiscard]] result<queue<T>> create(std::string_view name, queue_options const& options = {}) {
    auto made = create_untyped({std::string(name), std::string(type_name<T>()), type_id_of<T>, {}},
                               options, wire::max_size<T>);
    if (!made) return tl::unexpected<error>(std::move(made.error()));
    return queue<T>(std::move(*made));
  }

  /// The queue of this name. `not_found`, or `wrong_type` naming both types.
  template <class T>
  [[nodiscard]] result<queue<T>> find(std::string_view name) const {
    auto found = find_untyped(name);
    if (!found) return tl::unexpected<error>(std::move(found.error()));
    if ((*found)->about().type != type_id_of<T>)
      return wrong_type((*found)->about(), type_name<T>());
    return queue<T>(std::move(*found));
  }
  /// The queue of this name, whatever it carries. `not_found`.
  [[nodiscard]] result<std::shared_ptr<named_queue>> find_untyped(std::string_view name) const;

  /// Closes and forgets a queue that the user owns; what is left in it becomes dead letters.
  /// `not_found`, or `wrong_state` naming the kernel that owns it.
  result<void> destroy(std::string_view name);

  /// Every queue, by name.
  [[nodiscard]] std::vector<queue_description> list() const;

  /// Enters a queue that was made elsewhere: a kernel's own. `already_exists`.
  result<void> adopt(std::shared_ptr<named_queue> queue);

  /// Closes and forgets all queues of this owner (a kernel's id, not empty). Returns how many
  /// messages were left in them and are now dead letters.
  std::uint64_t remove_owned(std::string_view owner);

 private:
  result<std::shared_ptr<named_queue>> create_untyped(named_queue::description about,
                                                      queue_options const& options,
                                                      std::size_t max_bytes);
  static tl::unexpected<error> wrong_type(named_queue::description const& about,
                                          std::string_view wanted);

  struct state;
  std::unique_ptr<state> const state_;
};

}  // namespace gyre
