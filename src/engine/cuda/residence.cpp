#include <chrono>
#include <thread>
#include <utility>

#include <gyre/core/expiry.hpp>
#include <gyre/core/options.hpp>

#include "residence.hpp"

namespace gyre::cuda {

residence::residence(std::shared_ptr<device> where, kernel_view const& kernel,
                     kernel_listener& listener)
    : host(kernel), on(std::move(where)), listener_(listener) {}

result<void> residence::launch() {
  for (block_view const& b : blocks) letters_.push_back({block::letter_reader(*b.letters), {}});
  if (auto r = put_on_device(); !r) return r;
  deadline const until(std::chrono::seconds(10));
  for (std::uint32_t i = 0; i < host.shard_count; ++i) {
    auto const& phase = host.shards[i].words->phase;
    while (phase.load(std::memory_order_acquire) == shard_phase::starting) {
      // The driver may need a call to push the work out.
      sighting const seen = on->look(stream);
      if (seen.what == presence::failed) return fail(errc::engine_failed, seen.why);
      bool const over = seen.what == presence::left;
      if (over && phase.load(std::memory_order_acquire) == shard_phase::starting) {
        return fail(errc::engine_failed,
                    "the kernel ended before shard " + std::to_string(i) + " was in its loop");
      }
      if (until.expired()) {
        return fail(errc::engine_failed,
                    "shard " + std::to_string(i) + " did not start within 10 s");
      }
    }
  }
  return {};
}

result<void> residence::put_on_device() {
  if (leaves()) {
    if (auto r = on->clear(stream, votes, sizeof(std::uint32_t)); !r) return r;
  }
  here_.store(true, std::memory_order_release);
  host.control->host_us.store(expiry_clock(platform::clock_ns()), std::memory_order_relaxed);
  auto launched = on->launch(stream, actor, view, host.shard_count, threads);
  if (!launched) here_.store(false, std::memory_order_release);
  return launched;
}

void residence::tend() {
  std::scoped_lock const lock(tending_);
  if (failed()) return;
  if (here()) {
    sighting const seen = on->look(stream);
    if (seen.what == presence::failed) return fail_with(seen.why);
    if (seen.what == presence::left) here_.store(false, std::memory_order_release);
  }
  pass_letters();
  if (here() || !wanted()) return;
  called_.store(false, std::memory_order_relaxed);
  if (auto r = put_on_device(); !r) fail_with(r.error().context);
}

void residence::fail_with(std::string const& why) {
  here_.store(false, std::memory_order_release);
  failed_.store(true, std::memory_order_release);
  listener_.failed(why);
}

bool residence::ended() const noexcept {
  if (here()) return false;
  return failed() || !leaves() || all_in(shard_phase::stopped);
}

bool residence::all_in(shard_phase phase) const noexcept {
  for (std::uint32_t i = 0; i < host.shard_count; ++i) {
    if (host.shards[i].words->phase.load(std::memory_order_seq_cst) != phase) return false;
  }
  return true;
}

/// What its blocks posted when they left is exact.
bool residence::pending() const noexcept {
  std::uint64_t told = 0;
  std::uint64_t tells_taken = 0;
  for (std::uint32_t i = 0; i < host.shard_count; ++i) {
    shard_view const& s = host.shards[i];
    std::uint64_t const reserved = s.inbox.words->reserved.load(std::memory_order_acquire);
    if (reserved != s.words->taken.load(std::memory_order_acquire)) return true;
    told += s.words->told.load(std::memory_order_acquire);
    tells_taken += s.words->tells_taken.load(std::memory_order_acquire);
  }
  return told != tells_taken;
}

bool residence::wanted() const noexcept {
  if (here() || failed() || !leaves() || all_in(shard_phase::stopped)) return false;
  if (called_.load(std::memory_order_acquire)) return true;
  switch (host.control->command.load(std::memory_order_seq_cst)) {
    case kernel_command::pause: return !all_in(shard_phase::paused);
    case kernel_command::run: return !all_in(shard_phase::running) || pending();
    case kernel_command::stop: break;
  }
  return true;
}

void residence::pass_letters() {
  block::letter l;
  for (std::uint32_t i = 0; i < letters_.size(); ++i) {
    while (letters_[i].box.take(l)) {
      ++letters_[i].of_reason[l.reason];
      listener_.buried(static_cast<drop_reason>(l.reason), l.head);
    }
    count_unseen(i);
  }
}

/// Letters that others pushed out are known by their number alone. They are counted once the
/// shard's own count is of exactly the letters that have been passed.
void residence::count_unseen(std::uint32_t shard) {
  letters_heard& heard = letters_[shard];
  std::uint64_t counted[drop_reasons];
  std::uint64_t all = 0;
  std::uint64_t known = 0;
  for (std::size_t r = 0; r < drop_reasons; ++r) {
    counted[r] = host.shards[shard].words->dropped[r].load(std::memory_order_acquire);
    all += counted[r];
    known += heard.of_reason[r];
  }
  if (all != heard.box.passed() || known == all) return;
  for (std::size_t r = 0; r < drop_reasons; ++r) {
    if (counted[r] <= heard.of_reason[r]) continue;
    listener_.buried_unseen(static_cast<drop_reason>(r), counted[r] - heard.of_reason[r]);
    heard.of_reason[r] = counted[r];
  }
}

bool residence::passed(std::uint64_t grace) const noexcept {
  if (launched_in_grace >= grace || !here()) return true;
  for (std::uint32_t i = 0; i < host.shard_count; ++i) {
    if (host.shards[i].words->grace.load(std::memory_order_acquire) < grace) return false;
  }
  return true;
}

void residence::shut_out_others() noexcept {
  host.control->shut_out.store(1, std::memory_order_release);
  // A lane that is inside has a few words to write. Control warps look every few microseconds.
  deadline const until(std::chrono::seconds(1));
  for (std::uint32_t i = 0; i < host.shard_count; ++i) {
    while (host.shards[i].words->shut_out.load(std::memory_order_acquire) == 0) {
      if (!here() || failed() || until.expired()) return;
      std::this_thread::sleep_for(std::chrono::microseconds(5));
    }
  }
}

std::uint64_t residence::bury_tells() {
  tend();  // the last letters
  if (failed()) return 0;
  std::uint64_t n = 0;
  for (std::uint32_t i = 0; i < blocks.size(); ++i) {
    n += bury_rest(blocks[i].tells,
                   host.shards[i].words->tells_taken.load(std::memory_order_acquire));
    n += bury_rest(blocks[i].backlog, consumed(blocks[i].backlog));
    n += bury_rest(blocks[i].far_backlog, consumed(blocks[i].far_backlog));
  }
  return n;
}

/// How far a ring of the device has been read.
std::uint64_t residence::consumed(ring_memory<> const& ring) {
  auto words = trays->allocate(sizeof(ring_words<>));
  if (!words || !on->copy_out(stream, words->data(), reinterpret_cast<std::byte*>(ring.words),
                              sizeof(ring_words<>))) {
    return 0;
  }
  return reinterpret_cast<ring_words<>*>(words->data())->consumed.load(std::memory_order_relaxed);
}

std::uint64_t residence::bury_rest(ring_memory<> ring, std::uint64_t taken) {
  auto slots = trays->allocate(ring.geometry.bytes());
  // No memory to look into them: they are not counted.
  if (!slots || !on->copy_out(stream, slots->data(), ring.slots, ring.geometry.bytes())) return 0;
  ring_words<> words;
  ring.slots = slots->data();
  ring.words = &words;
  std::vector<std::byte> scratch(limits::greatest_payload + 2 * sizeof(envelope));
  any_reader rest(ring_format::tag8, ring, scratch.data(), scratch.size(), taken);
  std::uint64_t n = 0;
  for (message_view m; rest.peek(m); rest.pop(m), ++n) {
    listener_.buried(drop_reason::terminated, m.head);
  }
  return n;
}

}  // namespace gyre::cuda
