#pragma once

#include <cstdint>
#include <string>

#include <gyre/core/chrono.hpp>
#include <gyre/core/dead_letter.hpp>
#include <gyre/core/error.hpp>
#include <gyre/core/gate.hpp>
#include <gyre/core/options.hpp>
#include <gyre/engine/image.hpp>
#include <gyre/kernel/view.hpp>
#include <gyre/ring/envelope.hpp>
#include <gyre/ring/ring.hpp>

namespace gyre {

/// What a port needs of the kernel that it belongs to. It outlives the port.
class port_host {
 public:
  virtual ~port_host() = default;
  /// A reply came whose asker had given up; it is dropped.
  virtual void late_reply(envelope const& head) noexcept = 0;
  /// A failure took the place of a reply that a queue waited for; the dead letter is put already.
  virtual void lost(drop_reason reason) noexcept = 0;
  /// What is known of a failure beyond its code: the exception's text, the kernel's id.
  [[nodiscard]] virtual std::string explain(std::uint16_t port, std::uint64_t correlation,
                                            errc code) const = 0;
  /// Whether the kernel takes no messages up until it is activated.
  [[nodiscard]] virtual bool is_inactive() const noexcept { return false; }
  /// Why no reply came by the deadline.
  [[nodiscard]] error no_reply() const;

  gate door;
  kernel_view view{};
  kernel_image const* image = nullptr;
  std::string id;
  overflow_policy overflow = overflow_policy::block;
};

/// Why a reply that is a failure has no value.
[[nodiscard]] error read_failure(port_host const& host, message_view const& reply);

/// Replies of usual size that a port's ring holds on an engine across a bus: there every port's
/// ring is made at the launch, and of one size, for nothing that the device knows may change while
/// it runs. A port of a larger window has so many asks in flight only where their replies are
/// smaller.
inline constexpr std::uint64_t bus_port_replies = 64;

/// Marks of asks given up that such a port has: a later one may lie over an earlier.
inline constexpr std::uint64_t bus_given_up_rows = 64;

/// Between two looks at a reply ring whose kernel rings no bell.
inline constexpr std::chrono::microseconds bus_nap{50};

/// Names an ask in flight on its port.
struct ticket {
  std::uint64_t correlation = 0;
};

}  // namespace gyre
