#include <gyre/core/options.hpp>

#include <bit>
#include <string>

namespace gyre {
namespace {

std::string quoted_bounds(bounds b) {
  return "allowed: " + std::to_string(b.least) + " to " + std::to_string(b.greatest);
}

result<void> check(std::string_view option, std::uint64_t value, bounds b) {
  if (value >= b.least && value <= b.greatest) return {};
  return fail(errc::invalid_option,
              std::string(option) + " is " + std::to_string(value) + ", " + quoted_bounds(b));
}

result<void> check_positive(std::string_view option,
                            std::optional<std::chrono::nanoseconds> const& value) {
  if (!value || value->count() > 0) return {};
  return fail(errc::invalid_option, std::string(option) + " is " + std::to_string(value->count()) +
                                        " ns, allowed: more than zero, or none");
}

result<void> check(std::string_view option, overflow_policy policy) {
  if (policy <= overflow_policy::drop_newest) return {};
  return fail(errc::invalid_option, std::string(option) + " is " +
                                        std::to_string(static_cast<unsigned>(policy)) +
                                        ", allowed: block, reject, drop_oldest, drop_newest");
}

}  // namespace

std::string_view to_string(overflow_policy policy) noexcept {
  switch (policy) {
    case overflow_policy::block: return "block";
    case overflow_policy::reject: return "reject";
    case overflow_policy::drop_oldest: return "drop_oldest";
    case overflow_policy::drop_newest: return "drop_newest";
  }
  return "unknown";
}

std::string_view to_string(engine_kind kind) noexcept {
  switch (kind) {
    case engine_kind::automatic: return "automatic";
    case engine_kind::cpu: return "cpu";
    case engine_kind::cuda: return "cuda";
  }
  return "unknown";
}

std::string_view to_string(cuda_stay stay) noexcept {
  switch (stay) {
    case cuda_stay::automatic: return "automatic";
    case cuda_stay::always: return "always";
    case cuda_stay::while_busy: return "while_busy";
    case cuda_stay::per_batch: return "per_batch";
  }
  return "unknown";
}

std::string_view to_string(cuda_placement placement) noexcept {
  switch (placement) {
    case cuda_placement::pinned: return "pinned";
    case cuda_placement::device: return "device";
  }
  return "unknown";
}

launch_options launch_options::low_latency() {
  launch_options options;
  options.queue_capacity = 256;
  options.deduplication_window = 256;
  options.overflow = overflow_policy::reject;
  return options;
}

launch_options launch_options::high_throughput() {
  launch_options options;
  options.queue_capacity = 16'384;
  return options;
}

result<void> validate(launch_options const& o) {
  if (auto r = check("queue_capacity", o.queue_capacity, limits::launch_queue_capacity); !r) {
    r.error().context += ", a power of two";
    return r;
  }
  if (!std::has_single_bit(o.queue_capacity)) {
    return fail(errc::invalid_option, "queue_capacity is " + std::to_string(o.queue_capacity) +
                                          ", " + quoted_bounds(limits::launch_queue_capacity) +
                                          ", a power of two");
  }
  if (auto r = check("deduplication_window", o.deduplication_window,
                     limits::launch_deduplication_window);
      !r) {
    return r;
  }
  if (auto r = check("overflow", o.overflow); !r) return r;
  if (auto r = check("actors", o.actors, limits::launch_actors); !r) return r;
  if (auto r = check("ports", o.ports, limits::launch_ports); !r) return r;
  if (o.backlog_bytes != 0) {
    if (auto r = check("backlog_bytes", o.backlog_bytes, limits::launch_backlog_bytes); !r) {
      r.error().context += ", or 0 for the engine's choice";
      return r;
    }
  }
  if (auto r = check("subscriptions", o.subscriptions, limits::launch_subscriptions); !r) return r;
  if (auto r = check("rest_window", o.rest_window, limits::launch_rest_window); !r) return r;
  if (o.rest_after.count() < 0) {
    return fail(errc::invalid_option, "rest_after is " + std::to_string(o.rest_after.count()) +
                                          " ns, allowed: zero or more");
  }
  if (o.rest_after.count() > 0 && o.rest_window == 0) {
    return fail(errc::invalid_option,
                "rest_after is set and rest_window is 0: actors put to rest need room to wait in");
  }
  if (o.spin.count() < 0) {
    return fail(errc::invalid_option,
                "spin is " + std::to_string(o.spin.count()) + " ns, allowed: zero or more");
  }
  return {};
}

result<void> validate(queue_options const& o) {
  if (auto r = check("capacity", o.capacity, limits::queue_capacity); !r) return r;
  if (o.deduplication) {
    bounds const window{limits::least_deduplication_window, 4 * o.capacity};
    if (auto r = check("deduplication_window", o.deduplication_window, window); !r) {
      r.error().context += " (four times the capacity)";
      return r;
    }
  }
  if (auto r = check_positive("time_to_live", o.time_to_live); !r) return r;
  if (auto r = check_positive("block_timeout", o.block_timeout); !r) return r;
  return check("overflow", o.overflow);
}

result<void> validate(port_options const& o) {
  return check("window", o.window, limits::port_window);
}

result<void> validate_name(std::string_view what, std::string_view name) {
  if (name.empty()) {
    return fail(errc::invalid_argument, std::string(what) + " is empty, allowed: 1 to 256 bytes");
  }
  if (name.size() > limits::greatest_id) {
    return fail(errc::invalid_argument, std::string(what) + " has " + std::to_string(name.size()) +
                                            " bytes, allowed: 1 to 256 bytes");
  }
  for (std::size_t i = 0; i < name.size(); ++i) {
    auto const c = static_cast<unsigned char>(name[i]);
    if (c < 0x20 || c == 0x7F) {
      return fail(errc::invalid_argument, std::string(what) + " has the control character " +
                                              std::to_string(c) + " at byte " + std::to_string(i));
    }
  }
  return {};
}

}  // namespace gyre
