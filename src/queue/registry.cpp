#include <gyre/queue/registry.hpp>

#include <map>
#include <mutex>
#include <utility>

namespace gyre {

struct queue_registry::state {
  std::shared_ptr<dead_letter_box> const dead_letters;
  std::mutex mutex;
  std::map<std::string, std::shared_ptr<named_queue>, std::less<>> queues;  // guarded by mutex
};

queue_registry::queue_registry(std::shared_ptr<dead_letter_box> dead_letters)
    : state_(new state{std::move(dead_letters), {}, {}}) {}

queue_registry::~queue_registry() {
  for (auto& [name, queue] : state_->queues) queue->close();
}

result<std::shared_ptr<named_queue>> queue_registry::create_untyped(named_queue::description about,
                                                                    queue_options const& options,
                                                                    std::size_t max_bytes) {
  std::scoped_lock const lock(state_->mutex);
  if (state_->queues.contains(about.name)) {
    return fail(errc::already_exists, "there is a queue '" + about.name + "'");
  }
  auto made = named_queue::create(std::move(about), options, max_bytes, state_->dead_letters);
  if (made) state_->queues.emplace((*made)->about().name, *made);
  return made;
}

result<std::shared_ptr<named_queue>> queue_registry::find_untyped(std::string_view name) const {
  std::scoped_lock const lock(state_->mutex);
  auto const at = state_->queues.find(name);
  if (at == state_->queues.end())
    return fail(errc::not_found, "no queue '" + std::string(name) + "'");
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
    std::scoped_lock const lock(state_->mutex);
    auto const at = state_->queues.find(name);
    if (at == state_->queues.end())
      return fail(errc::not_found, "no queue '" + std::string(name) + "'");
    if (std::string const& owner = at->second->about().owner; !owner.empty()) {
      return fail(errc::wrong_state, "queue '" + std::string(name) + "' belongs to kernel '" +
                                         owner + "' and ends with it");
    }
    gone = std::move(at->second);
    state_->queues.erase(at);
  }
  gone->close();
  return {};
}

std::vector<queue_description> queue_registry::list() const {
  std::vector<queue_description> out;
  std::scoped_lock const lock(state_->mutex);
  out.reserve(state_->queues.size());
  for (auto const& [name, queue] : state_->queues) {
    auto const& about = queue->about();
    out.push_back(
        {name, about.message_type, about.type, queue->capacity(), queue->depth(), about.owner});
  }
  return out;
}

result<void> queue_registry::adopt(std::shared_ptr<named_queue> queue) {
  if (queue == nullptr) return fail(errc::invalid_argument, "there is no queue to adopt");
  std::scoped_lock const lock(state_->mutex);
  auto const& name = queue->about().name;
  if (state_->queues.contains(name)) {
    return fail(errc::already_exists, "there is a queue '" + name + "'");
  }
  state_->queues.emplace(name, std::move(queue));
  return {};
}

std::uint64_t queue_registry::remove_owned(std::string_view owner) {
  if (owner.empty()) return 0;
  std::vector<std::shared_ptr<named_queue>> gone;
  {
    std::scoped_lock const lock(state_->mutex);
    for (auto at = state_->queues.begin(); at != state_->queues.end();) {
      if (at->second->about().owner == owner) {
        gone.push_back(std::move(at->second));
        at = state_->queues.erase(at);
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
