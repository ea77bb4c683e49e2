#include <gyre/engine/cpu/environment.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <exception>
#include <new>

namespace gyre {

namespace {

thread_link& way_of(kernel_view const& kernel, std::uint32_t link) noexcept {
  return *static_cast<thread_link*>(kernel.links[link - 1].way);
}

}  // namespace

cpu_environment::cpu_environment(parts const& p)
    : bell_(p.bell),
      listener_(p.listener),
      spin_(static_cast<std::uint64_t>(p.spin.count())),
      shard_(p.shard),
      scratch_(p.scratch_bytes),
      gather_(p.gather_bytes == 0 ? 0 : p.gather_bytes + 16),
      rings_(p.tells),
      pool_(p.backlog_bytes),
      from_others_(ring<codec>(p.tells[p.shard]), aligned_gather(), p.gather_bytes) {
  for (std::size_t i = 0; i < p.tells.size(); ++i) kept_.emplace_back(pool_);
}

deadline cpu_environment::nap(std::uint64_t longest) const noexcept {
  auto most = longest > INT64_MAX ? forever : std::chrono::nanoseconds(longest);
  // Nobody rings for room in another shard's ring.
  if (waiting_ != 0) most = std::min<std::chrono::nanoseconds>(most, room_period);
  return deadline(most);
}

/// At 8 modulo 16, so that the payload after the envelope is aligned to 16. Null: none is needed.
std::byte* cpu_environment::aligned_gather() noexcept {
  if (gather_.empty()) return nullptr;
  auto const at = reinterpret_cast<std::uintptr_t>(gather_.data());
  return gather_.data() + (24 - at % 16) % 16;
}

std::byte* cpu_environment::greater_scratch(std::size_t bytes) noexcept {
  try {
    scratch_.resize(bytes);
  } catch (std::bad_alloc const&) {
    return nullptr;
  }
  return scratch_.data();
}

/// What may fail comes before the slots are reserved.
bool cpu_environment::push_pieces(ring_memory<> const& into, envelope const& head, writer_ref fill,
                                  void (*reserved)(void*), void* with) noexcept {
  std::byte* const bytes = scratch(head.length);
  if (bytes == nullptr) return false;
  ring_writer<codec, writers::many> const others{ring<codec>{into}};
  std::uint64_t at = 0;
  if (!others.reserve(others.target().slots_for(head.length), at)) return false;
  reserved(with);
  fill(bytes);
  others.write(at, head, bytes);
  return true;
}

void cpu_environment::caught(envelope const& head) noexcept {
  try {
    throw;
  } catch (std::exception const& e) {
    char const* const what = e.what();
    listener_.threw(head, what != nullptr ? what : "an exception without a text");
  } catch (...) {
    listener_.threw(head, "an exception that is not a std::exception");
  }
}

void cpu_environment::lose(kernel_view const& kernel, drop_reason reason, envelope head) noexcept {
  detail::bump(kernel.shards[shard_].words->dropped[static_cast<std::size_t>(reason)], 1);
  bury(reason, head);
}

pressure cpu_environment::forward(kernel_view const& kernel) noexcept {
  if (waiting_ != 0) {
    for (std::uint32_t to = 0; to < kept_.size(); ++to) {
      if (to != shard_ && !kept_[to].empty()) forward(kernel, to);
    }
    for (std::uint32_t i = 0; i < far_.size(); ++i) forward_far(kernel, i + 1);
  }
  std::uint64_t const filled = pool_.filled();
  if (filled == 0) return pressure::none;
  if (filled * 2 >= pool_.limit()) return pressure::great;
  return waiting_ != 0 || filled * 64 >= pool_.limit() ? pressure::some : pressure::none;
}

std::uint64_t cpu_environment::bury_kept() noexcept {
  std::uint64_t n = 0;
  message_view m;
  auto const bury_all = [&](auto& source) {
    for (; source.peek(m); source.pop(m), ++n) bury(drop_reason::terminated, m.head);
  };
  bury_all(from_others_);
  for (auto& fifo : kept_) bury_all(fifo);
  for (auto& link : far_) {
    for (auto& fifo : link) bury_all(fifo);
  }
  return n;
}

bool cpu_environment::keep_it(message_fifo& in, envelope const& head, writer_ref fill) noexcept {
  bool const first = in.empty();
  std::byte* const at = in.push(head);
  if (at == nullptr) return false;
  fill(at);
  if (first) ++waiting_;
  return true;
}

void cpu_environment::forward(kernel_view const& kernel, std::uint32_t to) noexcept {
  message_view m;
  auto const copy = [&](std::byte* out) { std::memcpy(out, m.payload, m.head.length); };
  while (kept_[to].peek(m)) {
    if (!push(rings_[to], kernel.shards[to].bell, m.head, copy, [] {})) return;
    kept_[to].pop(m);
  }
  --waiting_;
}

bool cpu_environment::post_to_other(kernel_view const& kernel, std::uint32_t link, std::uint32_t to,
                                    envelope const& head, writer_ref fill) noexcept {
  shard_words& words = *kernel.shards[shard_].words;
  auto* const kept = kept_for(kernel, link);
  if (kept == nullptr) return lost(kernel, drop_reason::no_room, head);
  auto& waiting = *kept;
  if (waiting[to].empty()) {
    thread_link& way = way_of(kernel, link);
    if (!way.enter(shard_)) return lost(kernel, drop_reason::terminated, head);
    bool const sent = push_far(kernel, link, to, head, fill);
    way.leave(shard_);
    if (sent) return true;
  }
  detail::bump(words.told, 1);
  if (keep_it(waiting[to], head, fill)) return true;
  detail::bump(words.tells_taken, 1);
  return lost(kernel, drop_reason::no_room, head);
}

std::vector<message_fifo>* cpu_environment::kept_for(kernel_view const& kernel,
                                                     std::uint32_t link) noexcept {
  try {
    if (far_.size() < link) far_.resize(link);
    auto& fifos = far_[link - 1];
    while (fifos.size() < kernel.linked(link)->shard_count) fifos.emplace_back(pool_);
    return &fifos;
  } catch (std::bad_alloc const&) {
    return nullptr;
  }
}

bool cpu_environment::push_far(kernel_view const& kernel, std::uint32_t link, std::uint32_t to,
                               envelope const& head, writer_ref fill) noexcept {
  thread_link& way = way_of(kernel, link);
  return push(way.tells(to), way.bell(to), head, fill, [&] { way.count(shard_); });
}

void cpu_environment::forward_far(kernel_view const& kernel, std::uint32_t link) noexcept {
  shard_words& words = *kernel.shards[shard_].words;
  for (std::uint32_t to = 0; to < far_[link - 1].size(); ++to) {
    message_fifo& fifo = far_[link - 1][to];
    if (fifo.empty()) continue;
    bool const open = way_of(kernel, link).enter(shard_);
    message_view m;
    auto const copy = [&](std::byte* out) { std::memcpy(out, m.payload, m.head.length); };
    while (fifo.peek(m)) {
      if (open && !push_far(kernel, link, to, m.head, writer_ref(copy))) break;
      if (!open) lose(kernel, drop_reason::terminated, m.head);
      fifo.pop(m);
      detail::bump(words.tells_taken, 1);
    }
    if (open) way_of(kernel, link).leave(shard_);
    if (fifo.empty()) --waiting_;
  }
}

template class shard_delivery<cpu_environment>;
template class any_shard_loop<cpu_environment>;
namespace detail {
template void publish_pieces(cpu_environment&, bool, ring_memory<> const&, envelope,
                             writer_ref) noexcept;
template void answer_failure(cpu_asker&, envelope const&, errc, drop_reason, rejection) noexcept;
template void answer_thrown(cpu_asker&, envelope const&) noexcept;
template void answer_nothing(cpu_asker&) noexcept;
}  // namespace detail

}  // namespace gyre
