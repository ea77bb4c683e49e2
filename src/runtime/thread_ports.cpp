#include <gyre/runtime/thread_ports.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace gyre {

struct thread_ports::table {
  struct entry {
    std::uint64_t serial;
    std::weak_ptr<kernel_core> core;
    client_port* end;
    std::uint16_t index;
  };
  std::vector<entry> entries;
  error why;  // of the last refusal

  ~table() {
    found_ = {};
    for (auto const& e : entries) {
      if (auto const kernel = e.core.lock()) kernel->close_port(e.index);
    }
  }
};

thread_ports::table& thread_ports::ports() {
  static thread_local table mine;
  return mine;
}

client_port* thread_ports::find(std::shared_ptr<kernel_core> const& core) {
  table& mine = ports();
  std::uint64_t const serial = core->serial();
  auto const at = std::find_if(mine.entries.begin(), mine.entries.end(),
                               [&](table::entry const& e) { return e.serial == serial; });
  client_port* end = at == mine.entries.end() ? nullptr : at->end;
  if (end == nullptr) {
    std::erase_if(mine.entries, [](table::entry const& e) { return e.core.expired(); });
    mine.entries.push_back({serial, core, nullptr, 0});  // first, for it may throw
    auto leased = core->lease_port({});
    if (!leased) {
      mine.entries.pop_back();
      mine.why = std::move(leased.error());
      return nullptr;
    }
    end = *leased;
    mine.entries.back().end = end;
    mine.entries.back().index = end->index();
  }
  found_[serial % found_.size()] = {serial, end};
  return end;
}

tl::unexpected<error> thread_ports::refusal() {
  return tl::unexpected<error>(std::exchange(ports().why, error{}));
}

}  // namespace gyre
