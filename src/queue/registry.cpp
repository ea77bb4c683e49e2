#include <gyre/queue/registry.hpp>

#include <utility>

namespace gyre {

queue_registry::~queue_registry() {
  for (auto& [name, queue] : queues_) queue->close();
}

result<std::shared_ptr<named_queue>> queue_registry::create_untyped(named_queue::description about,
                                                                    queue_options const& options,
                                                                    std::size_t max_bytes) {
  std::scoped_lock const lock(mutex_);
  if (queues_.contains(about.name)) {
    return fail(errc::already_exists, "there is a queue '" + about.name + "'");
  }
  auto made = named_queue::create(std::move(about), options, max_bytes, dead_letters_);
  if (made) queues_.emplace((*made)->about().name, *made);
  return made;
}

result<std::shared_ptr<named_queue>> queue_registry::find_untyped(std::string_view name) const {
  std::scoped_lock const lock(mutex_);
  auto const at = queues_.find(name);
  if (at == queues_.end()) return fail(errc::not_found, "no queue '" + std::string(name) + "'");
  return at->second;
}

tl::unexpected<error> queue_registry::wrong_type(named_queue::description const& about,
                                                 std::string_view wanted) {
  return fail(errc::wrong_type, "queue '" + about.name + "' carries " + about.message_type +
                                    ", not " + std::string(wanted));
}

result<void> queue_registry::destroy(std::string_view name) {
  std::shared_ptr<named_queue> gone;
  {
    std::scoped_lock const lock(mutex_);
    auto const at = queues_.find(name);
    if (at == queues_.end()) return fail(errc::not_found, "no queue '" + std::string(name) + "'");
    if (std::string const& owner = at->second->about().owner; !owner.empty()) {
      return fail(errc::wrong_state, "queue '" + std::string(name) + "' belongs to kernel '" +
                                         owner + "' and ends with it");
    }
    gone = std::move(at->second);
    queues_.erase(at);
  }
  gone->close();
  return {};
}

std::vector<queue_description> queue_registry::list() const {
  std::vector<queue_description> out;
  std::scoped_lock const lock(mutex_);
  out.reserve(queues_.size());
  for (auto const& [name, queue] : queues_) {
    auto const& about = queue->about();
    out.push_back(
        {name, about.message_type, about.type, queue->capacity(), queue->depth(), about.owner});
  }
  return out;
}

result<void> queue_registry::adopt(std::shared_ptr<named_queue> queue) {
  if (queue == nullptr) return fail(errc::invalid_argument, "there is no queue to adopt");
  std::scoped_lock const lock(mutex_);
  auto const& name = queue->about().name;
  if (queues_.contains(name)) {
    return fail(errc::already_exists, "there is a queue '" + name + "'");
  }
  queues_.emplace(name, std::move(queue));
  return {};
}

std::uint64_t queue_registry::remove_owned(std::string_view owner) {
  if (owner.empty()) return 0;
  std::vector<std::shared_ptr<named_queue>> gone;
  {
    std::scoped_lock const lock(mutex_);
    for (auto at = queues_.begin(); at != queues_.end();) {
      if (at->second->about().owner == owner) {
        gone.push_back(std::move(at->second));
        at = queues_.erase(at);
      } else {
        ++at;
      }
    }
  }
  std::uint64_t left = 0;
  for (auto const& queue : gone) left += queue->close();
  return left;
}

}  // namespace gyre
