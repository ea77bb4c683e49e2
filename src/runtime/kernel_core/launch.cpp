#include <algorithm>
#include <atomic>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include <gyre/core/uuid.hpp>

#include "running_kernel.hpp"

// How a kernel comes to be: its memory, its queues, its shards.

namespace gyre {
namespace {

std::uint64_t next_serial() noexcept {
  static std::atomic<std::uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

/// Gives out parts of a block, each on lines of its own.
constexpr std::uint64_t rounded_up(std::uint64_t bytes, std::uint64_t grain) noexcept {
  return (bytes + grain - 1) / grain * grain;
}

class carver {
 public:
  explicit carver(std::byte* at) noexcept : at_(at) {}
  template <class T>
  T* take(std::uint64_t count) {
    T* const first = reinterpret_cast<T*>(at_);
    std::uninitialized_value_construct_n(first, count);
    at_ += rounded(count * sizeof(T));
    return first;
  }
  static constexpr std::uint64_t rounded(std::uint64_t bytes) noexcept {
    return rounded_up(bytes, cache_line);
  }

 private:
  std::byte* at_;
};

}  // namespace

running_kernel::running_kernel(kernel_surroundings around, kernel_image const& kernel,
                               std::string name, launch_options const& options,
                               launch_plan const& plan, std::uint64_t launches)
    : kernel_core(options, next_serial()),
      around_(std::move(around)),
      plan_(plan),
      launches_(launches),
      account_(std::make_shared<memory_account>()) {
  image = &kernel;
  id = std::move(name);
  overflow = options.overflow;
}

running_kernel::~running_kernel() {
  if (forked_) {
    // Its thread is the parent's: there is none to be joined, and none may seem to be.
    static auto& kept = *new std::vector<std::shared_ptr<kernel_service>>;
    if (held_service_ != nullptr) kept.push_back(std::move(held_service_));
    return;
  }
  if (held_service_ != nullptr) held_service_->end();
  if (resident_ != nullptr && state() != kernel_state::terminated) {
    // The last handle went without a terminate: no time is given for what is left.
    (void)terminate(std::chrono::nanoseconds::zero());
  }
}

result<std::shared_ptr<kernel_core>> running_kernel::launch(kernel_surroundings around,
                                                            kernel_image const& image,
                                                            std::string id,
                                                            launch_options const& options,
                                                            std::uint64_t launches) {
  if (auto r = around.where->prepare(); !r) return tl::unexpected<error>(std::move(r.error()));
  auto plan = plan_launch(image, options, *around.where);
  if (!plan) return tl::unexpected<error>(std::move(plan.error()));
  std::uint64_t const available = around.where->available_memory();
  if (plan->memory.total() > available) {
    return fail(errc::no_memory, "kernel '" + id + "' needs " +
                                     std::to_string(plan->memory.total()) +
                                     " bytes, available: " + std::to_string(available));
  }
  std::shared_ptr<running_kernel> core(
      new running_kernel(std::move(around), image, std::move(id), options, *plan, launches));
  for (auto step :
       {&running_kernel::allocate, &running_kernel::make_queues, &running_kernel::start}) {
    if (auto r = ((*core).*step)(); !r) {
      core->undo_launch();
      r.error().context = "kernel '" + core->id + "' was not launched: " + r.error().context;
      return tl::unexpected<error>(std::move(r.error()));
    }
  }
  return core;
}

result<memory_block> running_kernel::charged(std::uint64_t bytes) {
  auto block = around_.where->allocate(bytes);
  if (block) block->charge(account_);
  return block;
}

result<void> running_kernel::allocate() {
  std::uint32_t const shards = options_.shards;
  std::uint32_t const ports = options_.ports + (plan_.bridged != nullptr ? 1 : 0);
  std::uint64_t control = carver::rounded(sizeof(control_words));
  control += carver::rounded(ports * sizeof(port_view));
  control += carver::rounded(greatest_links * sizeof(link_view));
  for (std::size_t each :
       {sizeof(shard_view), sizeof(shard_words), sizeof(telemetry_block), sizeof(ring_words<>)}) {
    control += carver::rounded(shards * each);
  }
  auto control_block = charged(control);
  if (!control_block) return tl::unexpected<error>(std::move(control_block.error()));
  control_block_ = std::move(*control_block);

  std::uint64_t const scratch =
      plan_.scratch_bytes == 0 ? 0 : carver::rounded(plan_.scratch_bytes + 8);
  auto inboxes = around_.where->allocate_inboxes(shards * (plan_.inbox.bytes() + scratch));
  if (!inboxes) return tl::unexpected<error>(std::move(inboxes.error()));
  inbox_block_ = std::move(*inboxes);
  inbox_block_.charge(account_);

  // Each shard's states begin on a line of their own, and as they are aligned. What finds keyed
  // ones lies behind them; on an engine across a bus it lies there, and so do they.
  bool const here = !image->keyed || plan_.format == ring_format::commit;
  std::uint64_t const most =
      image->keyed ? plan_.homes * plan_.places : (options_.actors + shards - 1) / shards;
  std::uint64_t const alignment = std::max<std::uint64_t>(image->state_alignment, cache_line);
  std::uint64_t const states = here ? carver::rounded(most * image->state_bytes) : 0;
  std::uint64_t const tables =
      here && image->keyed ? plan_.homes * directory_bytes(plan_.places) : 0;
  std::uint64_t const of_shard = rounded_up(states + tables, alignment);
  auto state_block = charged(shards * of_shard + alignment - cache_line);
  if (!state_block) return tl::unexpected<error>(std::move(state_block.error()));
  state_block_ = std::move(*state_block);
  auto const lead = reinterpret_cast<std::uintptr_t>(state_block_.data());
  std::byte* const states_at = state_block_.data() + (rounded_up(lead, alignment) - lead);

  carver carve(control_block_.data());
  view.control = carve.take<control_words>(1);
  view.ports = carve.take<port_view>(ports);
  view.links = carve.take<link_view>(greatest_links);
  view.shards = carve.take<shard_view>(shards);
  auto* const words = carve.take<shard_words>(shards);
  auto* const telemetry = carve.take<telemetry_block>(shards);
  auto* const inbox_words = carve.take<ring_words<>>(shards);
  view.control->telemetry_on.store(options_.telemetry ? 1 : 0, std::memory_order_relaxed);
  view.buffers = around_.buffers->table();
  view.actors = options_.actors;
  view.keyed = image->keyed;
  view.shard_count = shards;
  view.port_count = ports;
  view.format = plan_.format;
  view.wall_offset_ns = static_cast<std::int64_t>(wall_micros() * 1000) -
                        static_cast<std::int64_t>(platform::clock_ns());
  ports_.resize(ports);

  if (plan_.port_ring.slots != 0) {
    std::uint64_t const each = plan_.port_ring.bytes() + bus_given_up_rows * sizeof(std::uint64_t);
    auto rings = charged(options_.ports * each);
    if (!rings) return tl::unexpected<error>(std::move(rings.error()));
    port_block_ = std::move(*rings);
    for (std::uint32_t i = 0; i < options_.ports; ++i) {
      port_view& port = view.ports[ports - options_.ports + i];
      port.replies.geometry = plan_.port_ring;
      port.replies.slots = port_block_.data() + i * each;
      port.given_up = reinterpret_cast<platform::atomic<std::uint64_t>*>(port.replies.slots +
                                                                         plan_.port_ring.bytes());
      port.given_up_rows = bus_given_up_rows;
      initialise(plan_.format, port.replies);
    }
  }

  std::byte* inbox = inbox_block_.data();
  for (std::uint32_t i = 0; i < shards; ++i) {
    shard_view& s = view.shards[i];
    s.inbox.geometry = plan_.inbox;
    s.inbox.slots = inbox;
    s.inbox.words = &inbox_words[i];
    initialise(plan_.format, s.inbox);
    inbox += plan_.inbox.bytes();
    if (scratch != 0) {
      s.scratch = inbox + 8;  // so that the payload after the envelope is aligned to 16
      s.scratch_bytes = plan_.scratch_bytes;
      inbox += scratch;
    }
    s.words = &words[i];
    s.telemetry = &telemetry[i];
    s.actors = states_at + i * of_shard;
    s.actor_count = image->keyed ? most : view.actors_on(i);
    s.bell = &bells_.emplace_back();
    if (!image->keyed) {
      image->construct(s.actors, s.actor_count);
      continue;
    }
    for (std::uint32_t home = 0; home < plan_.homes; ++home) {
      std::byte* const at = static_cast<std::byte*>(s.actors) + states;
      directories_.push_back(lay_out_directory(at + home * directory_bytes(plan_.places),
                                               plan_.places, home * plan_.places));
    }
  }
  if (auto r = make_topics(); !r || !image->keyed) return r;
  for (std::uint32_t i = 0; i < shards; ++i) {
    view.shards[i].directories = directories_.data() + std::uint64_t{i} * plan_.homes;
  }
  return make_resting_place();
}

/// Tables of subscriptions, one for each home; across a bus the engine makes them.
result<void> running_kernel::make_topics() {
  view.homes = plan_.homes;
  std::uint64_t const each = topics_bytes(options_.subscriptions);
  std::uint64_t const homes = std::uint64_t{view.shard_count} * plan_.homes;
  if (plan_.format == ring_format::commit) {
    auto block = charged(homes * each);
    if (!block) return tl::unexpected<error>(std::move(block.error()));
    topic_block_ = std::move(*block);
  }
  for (std::uint64_t i = 0; i < homes; ++i) {
    topics_.push_back(topic_block_.data() == nullptr
                          ? topics_view{}
                          : lay_out_topics(topic_block_.data() + i * each, options_.subscriptions));
  }
  for (std::uint32_t i = 0; i < view.shard_count; ++i) {
    view.shards[i].topics = topics_.data() + std::uint64_t{i} * plan_.homes;
  }
  return {};
}

/// The ring by which keyed actors' states come to the host.
result<void> running_kernel::make_resting_place() {
  if (plan_.rest.slots == 0) return {};
  auto block = charged(plan_.rest.bytes() + sizeof(ring_words<>));
  if (!block) return tl::unexpected<error>(std::move(block.error()));
  rest_block_ = std::move(*block);
  ring_memory<>& ring = view.rest.states;
  ring.words = new (rest_block_.data()) ring_words<>;
  ring.geometry = plan_.rest;
  ring.slots = rest_block_.data() + sizeof(ring_words<>);
  initialise(plan_.format, ring);
  view.rest.bell = &rest_bell_;
  auto const ticks = (options_.rest_after.count() + (1 << 20) - 1) >> 20;
  view.rest.after = static_cast<std::uint32_t>(std::min<std::int64_t>(ticks, INT32_MAX));
  rest_gather_.resize(image->state_bytes + sizeof(envelope));
  rested_ = any_reader(plan_.format, ring, rest_gather_.data(), rest_gather_.size());
  return {};
}

result<void> running_kernel::make_queues() {
  if (plan_.bridged == nullptr) return {};
  message_entry const& entry = *plan_.bridged;
  auto const name = [](std::string_view type) {
    return "ringkernel_" + std::string(type) + "_" + uuid::random().to_string();
  };
  auto requests = named_queue::create({name(entry.name), std::string(entry.name), entry.type, id},
                                      plan_.requests, entry.wire_greatest, around_.dead_letters);
  if (!requests) return tl::unexpected<error>(std::move(requests.error()));
  auto responses = named_queue::create(
      {name(entry.reply_name), std::string(entry.reply_name), entry.reply_type, id},
      plan_.responses, entry.reply_wire_greatest, around_.dead_letters);
  if (!responses) return tl::unexpected<error>(std::move(responses.error()));

  auto replies = charged(bridge::reply_geometry(entry, plan_.bridge_window, plan_.format).bytes());
  if (!replies) return tl::unexpected<error>(std::move(replies.error()));
  account_->add(plan_.memory.named_queues + plan_.memory.bridge - replies->bytes());
  bridge::parts parts;
  parts.host = this;
  parts.entry = &entry;
  parts.port = 0;
  parts.window = plan_.bridge_window;
  parts.replies = std::move(*replies);
  parts.requests = *requests;
  parts.responses = *responses;
  parts.dead_letters = around_.dead_letters;
  parts.service = around_.bridges;
  bridge_ = std::make_shared<bridge>(std::move(parts));
  ports_[0].leased = true;
  view.ports[0] = bridge_->view();
  if (auto r = bridge_->connect(); !r) return r;
  around_.bridges->add(bridge_);
  if (auto r = around_.queues->adopt(*requests); !r) return r;
  return around_.queues->adopt(*responses);
}

result<void> running_kernel::start() {
  auto resident = around_.where->start(*image, view, options_, *this);
  if (!resident) return tl::unexpected<error>(std::move(resident.error()));
  resident_ = std::move(*resident);
  account_->add(plan_.memory.engine);
  launched_ = clock::now();
  return {};
}

void running_kernel::undo_launch() noexcept {
  if (bridge_ == nullptr) return;
  around_.queues->remove_owned(id);
  bridge_->disconnect();
  around_.bridges->remove(*bridge_);
  bridge_.reset();
}

}  // namespace gyre
