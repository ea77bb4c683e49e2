#include <gyre/runtime/launch_plan.hpp>

#include <algorithm>
#include <cmath>
#include <string>

#include <gyre/bridge/bridge.hpp>
#include <gyre/queue/named_queue.hpp>

namespace gyre {
namespace {

/// With priorities, what is in the ring already is out of order's reach: little of it, then.
constexpr std::uint64_t priority_window = 16;

/// Places of a home: a row's number leaves room for four bits of hash beside it.
constexpr std::uint64_t greatest_places = (std::uint64_t{1} << 28) - 1;

/// The message that the two named queues are for: the only one that the actor answers.
message_entry const* bridged_message(kernel_image const& image) noexcept {
  if (image.keyed) return nullptr;  // a named queue's message has no key
  message_entry const* found = nullptr;
  for (auto const& m : image.messages) {
    if (m.reply_type == 0) continue;
    if (found != nullptr) return nullptr;
    found = &m;
  }
  return found;
}

/// Places in each home, so that keys dealt over the homes by their hash find one: six standard
/// deviations more than the mean.
std::uint64_t places_of(std::uint64_t actors, std::uint64_t homes) noexcept {
  std::uint64_t const mean = (actors + homes - 1) / homes;
  if (homes == 1) return mean;
  return mean + 6 * static_cast<std::uint64_t>(std::sqrt(static_cast<double>(mean))) + 8;
}

}  // namespace

result<launch_plan> plan_launch(kernel_image const& image, launch_options const& options,
                                engine const& where) {
  ring_format const format = where.format();
  launch_plan plan;
  plan.format = format;
  plan.bridged = bridged_message(image);
  std::size_t usual = 0;
  std::size_t greatest = 0;
  for (auto const& m : image.messages) {
    usual = std::max(usual, m.usual);
    greatest = std::max(greatest, m.greatest);
    if (&m != plan.bridged) continue;
    // By way of a named queue it comes as a MemoryPack object, which may be the longer form.
    std::size_t const wire = std::min(m.wire_greatest, limits::greatest_payload);
    usual = std::max(usual, wire == m.wire_greatest ? wire : m.usual);
    greatest = std::max(greatest, wire);
  }
  if (image.keyed) {
    greatest = std::max(greatest, image.state_bytes + greatest_prefix);
    if (image.state_bytes > limits::greatest_payload - greatest_prefix) {
      return fail(errc::too_large, "a keyed actor's state has " +
                                       std::to_string(image.state_bytes) + " bytes, allowed: " +
                                       std::to_string(limits::greatest_payload - greatest_prefix) +
                                       ", for it travels as a message");
    }
  } else if (options.rest_window != 0) {
    return fail(errc::invalid_option, "rest_window is " + std::to_string(options.rest_window) +
                                          ", and '" + std::string(image.name) +
                                          "' is no keyed actor: none is put to rest");
  }
  if (format != ring_format::commit && image.state_alignment > cache_line) {
    return fail(errc::unsupported,
                "a state of '" + std::string(image.name) + "' is aligned to " +
                    std::to_string(image.state_alignment) +
                    " bytes, allowed on a device: " + std::to_string(cache_line));
  }
  greatest += greatest_prefix;
  std::size_t const stride = stride_for(format, usual);
  std::size_t const room = slot_payload(format, stride);
  std::uint64_t const largest = ring_geometry::slots_for(greatest, room);
  std::uint64_t const each =
      usual + sizeof(envelope) <= room ? 1 : ring_geometry::slots_for(usual, room);
  plan.inbox = ring_geometry::of(std::max(options.queue_capacity * each, largest), stride);
  if (!in_place(format, plan.inbox, greatest)) plan.scratch_bytes = greatest + sizeof(envelope);

  plan.homes = std::max<std::uint32_t>(1, options.lanes / 32);
  std::uint64_t const homes = std::uint64_t{options.shards} * plan.homes;
  std::uint64_t places = options.actors;
  memory_plan& m = plan.memory;
  if (image.keyed) {
    plan.places = places_of(options.actors, homes);
    if (plan.places > greatest_places) {
      return fail(errc::invalid_option, "actors is " + std::to_string(options.actors) +
                                            ", allowed for keyed ones: " +
                                            std::to_string(greatest_places) + " for each shard");
    }
    places = homes * plan.places;
    m.directory = homes * directory_bytes(plan.places);
    if (options.rest_window != 0) {
      std::size_t const rest_stride = stride_for(format, image.state_bytes);
      plan.rest = ring_geometry::of(
          options.rest_window *
              ring_geometry::slots_for(image.state_bytes, slot_payload(format, rest_stride)),
          rest_stride);
      m.directory += plan.rest.bytes();
    }
  }
  std::uint64_t states = 0;
  if (__builtin_mul_overflow(places, std::uint64_t{image.state_bytes}, &states)) {
    return fail(errc::no_memory, std::to_string(options.actors) + " actors of " +
                                     std::to_string(image.state_bytes) +
                                     " bytes do not fit 64 bits");
  }
  m.topics = homes * topics_bytes(options.subscriptions);
  std::uint64_t const shards = options.shards;
  m.inboxes = shards * (plan.inbox.bytes() + plan.scratch_bytes);
  m.states = states;
  if (image.state_alignment > cache_line) m.states += (shards + 1) * image.state_alignment;
  m.engine = where.bytes_beside(image, options, plan.inbox);
  if (format != ring_format::commit) {
    // On the engine's side of the bus: tables, and keyed actors.
    m.engine += m.topics;
    m.topics = 0;
    if (image.keyed) {
      m.engine += m.states + homes * directory_bytes(plan.places);
      m.directory -= homes * directory_bytes(plan.places);
      m.states = 0;
    }
  }
  m.control = sizeof(control_words) + options.ports * sizeof(port_view) +
              greatest_links * sizeof(link_view) +
              shards * (sizeof(shard_words) + sizeof(telemetry_block) + sizeof(ring_words<>) +
                        sizeof(event) + sizeof(shard_view));
  auto const port = client_port::sizes_for(image, port_options{}.window, format);
  m.each_port = port.bytes;
  if (format != ring_format::commit) {
    plan.port_ring = port.replies;
    m.ports = options.ports * port.shared_bytes();
    m.each_port -= port.shared_bytes();
  }

  if (plan.bridged == nullptr) return plan;
  plan.bridge_window = options.priority ? priority_window : options.queue_capacity;
  plan.requests.capacity = options.queue_capacity;
  plan.requests.deduplication_window = options.deduplication_window;
  plan.requests.overflow = options.overflow;
  plan.requests.priority = options.priority;
  plan.requests.time_to_live.reset();
  plan.responses.capacity = options.queue_capacity;
  plan.responses.deduplication = false;  // a reply is as unique as its request
  plan.responses.priority = options.priority;
  plan.responses.time_to_live.reset();
  m.named_queues = named_queue::memory_needed(plan.requests, plan.bridged->wire_greatest) +
                   named_queue::memory_needed(plan.responses, plan.bridged->reply_wire_greatest);
  m.bridge = bridge::reply_geometry(*plan.bridged, plan.bridge_window, format).bytes() +
             bridge::bytes_beside(*plan.bridged, plan.bridge_window);
  return plan;
}

}  // namespace gyre
