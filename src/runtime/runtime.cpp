#include <gyre/runtime/runtime.hpp>

#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include <gyre/runtime/engines.hpp>

#include "core/process.hpp"
#include "kernel_core/running_kernel.hpp"

namespace gyre {

struct runtime::state {
  /// In a forked child, the kernels' threads are the parent's, and its locks may be held for ever.
  [[nodiscard]] bool forked() const noexcept { return epoch != detail::process_epoch(); }

  std::uint32_t const epoch = detail::process_epoch();
  kernel_surroundings around;

  mutable std::mutex mutex;
  // Guarded by mutex. A null kernel: the id is being launched.
  std::map<std::string, std::shared_ptr<kernel_core>, std::less<>> kernels;
  std::map<std::string, std::uint64_t, std::less<>> launches;
};

runtime::runtime(std::unique_ptr<state> s) noexcept : state_(std::move(s)) {}
runtime::runtime(runtime&&) noexcept = default;
runtime& runtime::operator=(runtime&& other) noexcept {
  if (this != &other) {
    end();
    state_ = std::move(other.state_);
  }
  return *this;
}
runtime::~runtime() { end(); }

void runtime::end() noexcept {
  if (state_ == nullptr) return;
  if (!state_->forked()) {
    shutdown();
    return;
  }
  // A child that ends must not wait for its parent's threads, nor for what they hold.
  static auto& kept = *new std::vector<std::unique_ptr<state>>;
  kept.push_back(std::move(state_));
}

result<runtime> runtime::create(runtime_options const& options) {
  auto where = make_engine(options);
  if (!where) return tl::unexpected<error>(std::move(where.error()));
  return create_on(std::move(*where), options);
}

result<runtime> runtime::create_on(std::shared_ptr<gyre::engine> where,
                                   runtime_options const& options) {
  auto s = std::make_unique<state>();
  s->around.kind = where->report().kind;
  s->around.where = std::move(where);
  s->around.dead_letters = std::make_shared<dead_letter_box>(options.dead_letters);
  s->around.queues = std::make_shared<queue_registry>(s->around.dead_letters);
  s->around.bridges = std::make_shared<bridge_service>();
  auto buffers = device_buffers::create(s->around.where, options.buffers);
  if (!buffers) return tl::unexpected<error>(std::move(buffers.error()));
  s->around.buffers = std::move(*buffers);
  return runtime(std::move(s));
}

engine_kind runtime::kind() const noexcept { return state_->around.kind; }
engine_report runtime::engine() const { return state_->around.where->report(); }
queue_registry& runtime::queues() const noexcept { return *state_->around.queues; }
device_buffers& runtime::buffers() const noexcept { return *state_->around.buffers; }
dead_letter_box& runtime::dead_letters() const noexcept { return *state_->around.dead_letters; }

result<std::shared_ptr<kernel_core>> runtime::launch_image(kernel_image const& image,
                                                           std::string_view id,
                                                           launch_options const& options) {
  if (auto r = validate_name("kernel id", id); !r) return tl::unexpected<error>(r.error());
  if (auto r = validate(options); !r) return tl::unexpected<error>(r.error());
  auto settled = state_->around.where->settle(options);
  if (!settled) return tl::unexpected<error>(std::move(settled.error()));

  std::string const name(id);
  std::uint64_t launches = 0;
  {
    std::scoped_lock const lock(state_->mutex);
    auto const found = state_->kernels.find(id);
    bool const taken =
        found != state_->kernels.end() &&
        (found->second == nullptr || found->second->state() != kernel_state::terminated);
    if (taken) return fail(errc::already_exists, "a kernel '" + name + "' is launched already");
    std::erase_if(state_->kernels, [](auto const& row) {
      return row.second != nullptr && row.second->state() == kernel_state::terminated;
    });
    state_->kernels[name] = nullptr;
    launches = state_->launches[name] + 1;
  }
  auto core = running_kernel::launch(state_->around, image, name, *settled, launches);
  std::scoped_lock const lock(state_->mutex);
  if (!core) {
    state_->kernels.erase(name);
    return core;
  }
  state_->launches[name] = launches;
  state_->kernels[name] = *core;
  return core;
}

result<memory_plan> runtime::plan_image(kernel_image const& image,
                                        launch_options const& options) const {
  if (auto r = validate(options); !r) return tl::unexpected<error>(r.error());
  auto settled = state_->around.where->settle(options);
  if (!settled) return tl::unexpected<error>(std::move(settled.error()));
  auto plan = plan_launch(image, *settled, *state_->around.where);
  if (!plan) return tl::unexpected<error>(std::move(plan.error()));
  return plan->memory;
}

result<std::shared_ptr<kernel_core>> runtime::find_core(std::string_view id,
                                                        kernel_image const& image) const {
  std::scoped_lock const lock(state_->mutex);
  auto const found = state_->kernels.find(id);
  if (found == state_->kernels.end() || found->second == nullptr ||
      found->second->state() == kernel_state::terminated) {
    return fail(errc::not_found, "no kernel '" + std::string(id) + "' is launched");
  }
  if (found->second->image != &image) {
    return fail(errc::wrong_type, "kernel '" + std::string(id) + "' runs '" +
                                      std::string(found->second->image->name) + "', not '" +
                                      std::string(image.name) + "'");
  }
  return found->second;
}

std::vector<kernel_row> runtime::list_kernels() const {
  std::vector<kernel_row> rows;
  std::scoped_lock const lock(state_->mutex);
  for (auto const& [id, core] : state_->kernels) {
    if (core == nullptr || core->state() == kernel_state::terminated) continue;
    rows.push_back({id, core->state()});
  }
  return rows;
}

void runtime::shutdown(std::chrono::nanoseconds timeout) noexcept {
  if (state_->forked()) return;
  std::map<std::string, std::shared_ptr<kernel_core>, std::less<>> kernels;
  {
    std::scoped_lock const lock(state_->mutex);
    kernels.swap(state_->kernels);
  }
  for (auto& [id, core] : kernels) {
    if (core != nullptr) (void)core->terminate(timeout);
  }
  for (auto const& row : queues().list()) {
    if (row.owner.empty()) (void)queues().destroy(row.name);
  }
}

}  // namespace gyre
