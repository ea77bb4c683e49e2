#pragma once

#include <cstddef>
#include <cstdint>

#include <gyre/core/expiry.hpp>
#include <gyre/core/hybrid_clock.hpp>
#include <gyre/kernel/block/shared.hpp>
#include <gyre/kernel/block/view.hpp>
#include <gyre/kernel/control.hpp>

namespace gyre::block {

/// The warp between the host's words and the block: looks at the host's command from time to time,
/// passes it on and says when it has been obeyed; posts the block's counters. One lane of it runs;
/// the only one in the block that reads the host's control words, which lie across the bus.
template <class Warp>
class control {
 public:
  GYRE_FN control(Warp& warp, shared_block& shared, blocks_view const& blocks,
                  std::uint32_t shard) noexcept
      : warp_(warp),
        shared_(shared),
        blocks_(blocks),
        here_(blocks.blocks[shard]),
        host_(*blocks.kernel.control),
        words_(*blocks.kernel.shards[shard].words),
        telemetry_(*blocks.kernel.shards[shard].telemetry),
        epoch_(shared.post.epoch),
        grace_wanted_(shared.post.grace),
        taken_before_(get(shared.count.taken[from_host]) + get(shared.count.taken[from_tells])) {}

  /// Returns when every other warp has gone: the host has said stop, or all blocks have agreed to
  /// leave until there is something to do.
  GYRE_FN void run() noexcept {
    std::uint64_t posted = 0;
    shard_phase const before = words_.phase.load(platform::memory_order_acquire);
    if (before == shard_phase::starting) say(shard_phase::paused);
    // A block that comes back begins quiet, whatever it said when it left.
    unsaid_ = before == shard_phase::running;
    since_ = active_at_ = warp_.now();
    bool stopped = false;
    for (;;) {
      kernel_command const wanted = host_.command.load(platform::memory_order_acquire);
      // What was said before the command holds for what is handled after it.
      obey_telemetry();
      pass_grace();
      shut_out_others();
      follow_host();
      if ((wanted != current_ || unsaid_) && obey(wanted)) {
        stopped = wanted == kernel_command::stop;
        if (stopped) break;
        continue;  // the host may want something else by now
      }
      std::uint64_t const now = warp_.now();
      if (blocks_.kernel.wall_offset_ns != 0) follow(now);
      if (now - posted >= post_period_ns) {
        posted = now;
        post();
      }
      if (blocks_.leaves() && all_leave(now)) break;
      warp_.nap_for(command_period_ns);
    }
    if (!stopped) quieten(kernel_command::pause);
    shared_.orders.store(
        shared_.orders.load(platform::memory_order_relaxed) | shared_block::leave_now,
        platform::memory_order_release);
    std::uint32_t const others = blocks_.workers + sources;
    while (shared_.left.load(platform::memory_order_acquire) != others) warp_.nap(0);
    // No handler runs: whatever grace is asked for has come about.
    put(words_.grace, shared_.post.grace, host_.grace.load(platform::memory_order_acquire));
    post();
    if (stopped) {
      say(shard_phase::stopped);
    } else if (here_.rest != nullptr) {
      leave_behind(shared_, *here_.rest);
    }
  }

 private:
  /// Between two looks at the host's command: a read across the bus is about a microsecond.
  static constexpr std::uint32_t command_period_ns = 5'000;
  static constexpr std::uint64_t post_period_ns = 1'000'000;

  /// Has the block do what the host wants, and says so. False: it wants something else by now.
  GYRE_FN bool obey(kernel_command wanted) noexcept {
    if (wanted == kernel_command::run) {
      if (given_up_ != 0) look_for_given_up();
      // Who pauses stores the command, then looks at the phase; we store the phase, then look at
      // the command. One of the two sees the other, so nothing is handled behind its back.
      say(shard_phase::running);
      platform::full_fence();
      if (host_.command.load(platform::memory_order_seq_cst) != wanted) {
        say(shard_phase::paused);
        return false;
      }
    }
    current_ = wanted;
    unsaid_ = false;
    quieten(wanted);
    if (wanted == kernel_command::pause) {
      post();
      say(shard_phase::paused);
    }
    return true;
  }

  /// Passes a command on to the other warps; and if it is not `run`, waits until they handle
  /// nothing and the stages are empty.
  GYRE_FN void quieten(kernel_command wanted) noexcept {
    std::uint32_t const command = ++serial_ << 2 | static_cast<std::uint32_t>(wanted);
    shared_.command.store(command, platform::memory_order_release);
    if (wanted == kernel_command::run) return;
    while (!obeyed(command)) warp_.nap(0);
  }

  /// Whether all blocks have agreed to leave. A block votes for it when it has had nothing to do
  /// for long, or has been here for long, and takes its vote back when something comes; but once
  /// all have voted it is settled, and what comes then waits for the next launch.
  GYRE_FN bool all_leave(std::uint64_t now) noexcept {
    auto& votes = *blocks_.idle_blocks;
    std::uint64_t const host = get(shared_.arrived[from_host]);
    std::uint64_t const tells = get(shared_.arrived[from_tells]);
    std::uint64_t const taken =
        get(shared_.count.taken[from_host]) + get(shared_.count.taken[from_tells]);
    std::uint64_t const activity = (host >> 1) + (tells >> 1) + taken;
    if (activity != seen_activity_) {
      seen_activity_ = activity;
      active_at_ = now;
      for (std::uint32_t i = 0; i < sources; ++i) idle_turns_[i] = turns_of(i);
    }
    // However the clock runs: who brings messages has looked for them and found none, more than
    // once, so each stay gets something done. Half a message would have to be fetched again.
    bool const looked = turns_of(from_host) - idle_turns_[from_host] >= 2 &&
                        turns_of(from_tells) - idle_turns_[from_tells] >= 2;
    bool const arriving = ((host | tells) & 1U) != 0;
    bool const wants =
        (looked && now - active_at_ >= blocks_.leave_after_ns) ||
        (taken != taken_before_ && !arriving && now - since_ >= blocks_.longest_stay_ns);
    std::uint32_t value = votes.load(platform::memory_order_acquire);
    for (;;) {
      if ((value & blocks_view::all_agreed) != 0) return true;
      std::uint32_t next = value;
      if (wants != voted_) next = wants ? value + 1 : value - 1;
      if (next == blocks_.kernel.shard_count) next |= blocks_view::all_agreed;
      if (next == value) return false;
      if (votes.compare_exchange_weak(value, next, platform::memory_order_acq_rel,
                                      platform::memory_order_acquire)) {
        voted_ = wants;
        value = next;
      }
    }
  }

  [[nodiscard]] GYRE_FN std::uint32_t turns_of(std::uint32_t from) const noexcept {
    return shared_.idle_turns[from].load(platform::memory_order_relaxed);
  }

  /// Tells the host that no handler runs any more that ran when it asked.
  GYRE_FN void pass_grace() noexcept {
    if (grace_wanted_ == shared_.post.grace) {
      std::uint64_t const wanted = host_.grace.load(platform::memory_order_acquire);
      if (wanted == grace_wanted_) return;
      grace_wanted_ = wanted;
      orders_ += 2;
      shared_.orders.store(orders_, platform::memory_order_release);
      return;  // the workers get a moment
    }
    for (std::uint32_t i = 0; i < blocks_.workers; ++i) {
      if (shared_.orders_at[i].load(platform::memory_order_acquire) != orders_) return;
    }
    platform::full_fence();  // what those handlers wrote is written
    put(words_.grace, shared_.post.grace, grace_wanted_);
  }

  /// Lets no more messages of other kernels in, if the host wants it, and says when none is on its
  /// way.
  GYRE_FN void shut_out_others() noexcept {
    if (here_.door == nullptr || shut_out_) return;
    if (host_.shut_out.load(platform::memory_order_relaxed) == 0) return;
    here_.door->shut();
    if (!here_.door->empty()) return;
    shut_out_ = true;
    post();
    words_.shut_out.store(1, platform::memory_order_release);
  }

  [[nodiscard]] GYRE_FN bool obeyed(std::uint32_t command) const noexcept {
    for (std::uint32_t i = 0; i < sources; ++i) {
      if (shared_.ingress_at[i].load(platform::memory_order_acquire) != command) return false;
    }
    for (std::uint32_t i = 0; i < blocks_.workers; ++i) {
      if (shared_.worker_at[i].load(platform::memory_order_acquire) != command) return false;
    }
    return true;
  }

  GYRE_FN void say(shard_phase phase) noexcept {
    words_.phase.store(phase, platform::memory_order_seq_cst);
  }

  /// Has the workers look, for a while, for asks that their askers have given up.
  GYRE_FN void look_for_given_up() noexcept {
    constexpr std::uint64_t while_ns = 100'000'000;
    shared_.look_until.store(warp_.now() + while_ns, platform::memory_order_release);
  }

  /// Notes how far the host's clock is ahead of this side's, when the host has told the time anew.
  /// What is known is a little less, never more: nothing is too late before its time.
  GYRE_FN void follow_host() noexcept {
    std::uint32_t const given_up = host_.given_up.load(platform::memory_order_acquire);
    if (given_up != given_up_) {
      given_up_ = given_up;
      look_for_given_up();
    }
    std::uint32_t const told = host_.host_us.load(platform::memory_order_relaxed);
    if (told == host_told_) return;
    host_told_ = told;
    std::uint32_t const ahead = told - expiry_clock(warp_.now());
    shared_.host_ahead.store(std::uint64_t{1} << 32 | ahead, platform::memory_order_relaxed);
  }

  /// Brings the block's clock up to the wall's.
  GYRE_FN void follow(std::uint64_t now) noexcept {
    auto const wall =
        static_cast<std::uint64_t>(static_cast<std::int64_t>(now) + blocks_.kernel.wall_offset_ns);
    platform::raise(shared_.clock, wall / 1000 << hybrid_time::counter_bits);
  }

  GYRE_FN void obey_telemetry() noexcept {
    shared_.telemetry_on.store(host_.telemetry_on.load(platform::memory_order_relaxed),
                               platform::memory_order_relaxed);
    std::uint64_t const epoch = host_.telemetry_epoch.load(platform::memory_order_acquire);
    if (epoch == epoch_) return;
    epoch_ = epoch;
    counters& c = shared_.count;
    for (auto* word : {&c.total_ns, &c.greatest_ns, &c.last_error, &c.last_error_type}) {
      word->store(0, platform::memory_order_relaxed);
    }
    c.least_ns.store(UINT64_MAX, platform::memory_order_relaxed);
    for (auto& bucket : c.histogram) bucket.store(0, platform::memory_order_relaxed);
    post();
  }

  template <class Word>
  [[nodiscard]] GYRE_FN static std::uint64_t get(Word const& word) noexcept {
    return word.load(platform::memory_order_relaxed);
  }

  /// Brings the host's words up to date. Two fences across the bus; a word is stored if it has
  /// changed.
  GYRE_FN void post() noexcept {
    counters const& c = shared_.count;
    posted& p = shared_.post;
    // Who sees a message as taken sees what it told: taken is read first here, and posted last.
    std::uint64_t const taken = c.taken[from_host].load(platform::memory_order_acquire);
    std::uint64_t const tells = c.taken[from_tells].load(platform::memory_order_acquire);
    telemetry_.version.store(++p.version, platform::memory_order_relaxed);
    platform::full_fence();
    put(words_.told, p.told, get(c.told));
    if (here_.door != nullptr) {
      put(words_.told_by_others, p.told_by_others,
          p.told_by_others + here_.door->filled_since(p.door_seen));
    }
    put(words_.handled, p.handled, get(c.handled));
    put(words_.live, p.live, get(c.live));
    put(words_.answered, p.answered, get(c.answered));
    put(words_.refused, p.refused, get(c.refused));
    for (std::size_t i = 0; i < drop_reasons; ++i) {
      put(words_.dropped[i], p.dropped[i], get(c.dropped[i]));
    }
    post_times();
    platform::full_fence();
    telemetry_.version.store(++p.version, platform::memory_order_relaxed);
    put(words_.tells_taken, p.taken[from_tells], tells);
    put(words_.taken, p.taken[from_host], taken);
    words_.posts.store(++p.posts, platform::memory_order_relaxed);
  }

  /// Between two versions of the block: odd while it is written.
  GYRE_FN void post_times() noexcept {
    counters const& c = shared_.count;
    posted& p = shared_.post;
    telemetry_block& t = telemetry_;
    std::uint64_t timed = 0;
    for (std::size_t i = 0; i < latency_buckets; ++i) {
      std::uint64_t const n = c.histogram[i].load(platform::memory_order_acquire);
      put(t.histogram[i], p.histogram[i], n);
      timed += n;
    }
    put(t.count, p.count, timed);
    put(t.total_ns, p.total_ns, get(c.total_ns));
    put(t.least_ns, p.least_ns, get(c.least_ns));
    put(t.greatest_ns, p.greatest_ns, get(c.greatest_ns));
    put(t.last_time, p.last_time, timed == 0 ? 0 : get(shared_.clock));
    put(t.last_error, p.last_error, c.last_error.load(platform::memory_order_acquire));
    put(t.last_error_type, p.last_error_type, get(c.last_error_type));
    put(t.epoch, p.epoch, epoch_);
  }

  template <class Word>
  GYRE_FN static void put(Word& word, std::uint64_t& before, std::uint64_t value) noexcept {
    if (before == value) return;
    before = value;
    word.store(value, platform::memory_order_relaxed);
  }

  Warp& warp_;
  shared_block& shared_;
  blocks_view const& blocks_;
  block_view const& here_;
  control_words const& host_;
  shard_words& words_;
  telemetry_block& telemetry_;
  kernel_command current_ = kernel_command::pause;
  bool unsaid_ = false;  ///< The phase that the host sees is from an earlier stay.
  bool voted_ = false;
  bool shut_out_ = false;
  std::uint32_t serial_ = 0;
  std::uint32_t orders_ = 0;
  std::uint64_t epoch_;
  std::uint64_t grace_wanted_;
  std::uint32_t host_told_ = 0;
  std::uint32_t given_up_ = 0;
  std::uint64_t since_ = 0;
  std::uint64_t active_at_ = 0;
  std::uint64_t seen_activity_ = UINT64_MAX;
  std::uint64_t taken_before_;  ///< Slots finished with in earlier stays.
  std::uint32_t idle_turns_[sources] = {};
};

}  // namespace gyre::block
