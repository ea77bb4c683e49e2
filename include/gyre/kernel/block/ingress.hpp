#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <gyre/kernel/block/forward.hpp>
#include <gyre/kernel/block/shared.hpp>
#include <gyre/kernel/block/view.hpp>
#include <gyre/kernel/control.hpp>
#include <gyre/ring/codec.hpp>
#include <gyre/ring/ring.hpp>

namespace gyre::block {

/// One of the warps that bring messages into a block: fetches lines of a ring, several at once,
/// lays them down in its stage and gives each message to the worker whose actor it is for. It alone
/// polls its ring. The one for tells also sends on what waits in the block's backlog; meanwhile the
/// one for the host's messages holds back.
///
/// A line is four lanes' work: each loads 16 bytes, checks the tags of its two words, and stores
/// the 14 bytes that they carry. `Warp` is the engine's: lanes that meet at `ballot`, `shuffle`,
/// `sync`. Every lane calls every member; what is not marked as a lane's own is the same in all.
///
/// *Memory ordering*: lines are stored before `queue.head` with release; the worker loads it with
/// acquire. `done` goes the other way likewise.
template <class Warp>
class ingress {
 public:
  GYRE_FN ingress(Warp& warp, shared_block& shared, blocks_view const& blocks, std::uint32_t shard,
                  source from) noexcept
      : warp_(warp),
        shared_(shared),
        blocks_(blocks),
        kernel_(blocks.kernel),
        shard_(shard),
        from_(from),
        workers_(blocks.workers),
        ring_(from == from_host ? blocks.kernel.shards[shard].inbox : blocks.blocks[shard].tells),
        scratch_(from == from_host ? blocks.kernel.shards[shard].scratch
                                   : blocks.blocks[shard].tell_scratch),
        stage_(shared.stages[from]),
        post_every_(ring_.geometry.slots >= 16 ? ring_.geometry.slots / 8 : 1),
        position_(shared.count.taken[from].load(platform::memory_order_relaxed)),
        finished_(position_),
        posted_(position_) {}

  /// Returns when the block is left.
  GYRE_FN void run() noexcept {
    std::uint32_t obeyed = 0;
    std::uint32_t idle = 0;
    while ((uniform(shared_.orders) & shared_block::leave_now) == 0) {
      std::uint32_t const command = uniform(shared_.command);
      bool const go = (command & 3U) == static_cast<std::uint32_t>(kernel_command::run);
      if (command != obeyed) {
        obeyed = command;
        if (warp_.lane() == 0) {
          shared_.ingress_at[from_].store(command, platform::memory_order_release);
        }
      }
      retire();
      bool const sent_on =
          from_ == from_tells && forwarder<Warp>(warp_, shared_, blocks_, shard_).run();
      bool const came = go && !held_back() && fetch();
      if (sent_on || came) {
        idle = 0;
        continue;
      }
      post_credit();
      if (warp_.lane() == 0) {
        auto& turns = shared_.idle_turns[from_];
        turns.store(turns.load(platform::memory_order_relaxed) + 1, platform::memory_order_relaxed);
      }
      warp_.nap(idle);
      if (idle < 16) ++idle;
    }
    retire();
    post_credit();
  }

 private:
  /// While the block has a backlog: for one batch of the host's lines, so many slots of tells.
  static constexpr std::uint32_t tells_share = 64;
  static constexpr std::uint32_t lanes_per_line = 4;
  static constexpr std::uint32_t lanes = Warp::lanes;
  static constexpr std::uint32_t lines_at_once = lanes / lanes_per_line;
  static constexpr std::uint32_t batches_ahead = 4;
  static_assert(lanes % lanes_per_line == 0 && lines_at_once >= 1);

  template <class Word>
  [[nodiscard]] GYRE_FN auto uniform(Word const& word) noexcept {
    return block::uniform(warp_, word);
  }

  /// Whether the host's messages must wait: the block keeps what its handlers sent, and more would
  /// come of them.
  GYRE_FN bool held_back() noexcept {
    if (from_ != from_host) return false;
    block_view const& here = blocks_.blocks[shard_];
    // What waits for others may wait for long, and is answered by more.
    if (uniform(shared_.kept_far) > here.far_backlog.geometry.slots / 8) return true;
    std::uint32_t const kept = uniform(shared_.kept);
    if (kept == 0) return false;
    std::uint64_t const taken = uniform(shared_.count.taken[from_tells]);
    if (taken - tells_seen_ < tells_share || kept > here.backlog.geometry.slots / 2) return true;
    tells_seen_ = taken;
    return false;
  }

  /// Brings in what is there. False: nothing came.
  ///
  /// One batch of lines is asked for where little comes; where the last fetch was full, four are on
  /// their way at once, for a read across the bus takes about a microsecond, however many there
  /// are.
  GYRE_FN bool fetch() noexcept {
    std::uint32_t const batches = busy_ ? batches_ahead : 1;
    platform::word_pair first = load(0);
    platform::word_pair second{};
    platform::word_pair third{};
    platform::word_pair fourth{};
    if (busy_) {
      second = load(1);
      third = load(2);
      fourth = load(3);
    }
    std::uint32_t placed = 0;
    for (std::uint32_t i = 0; i < batches; ++i) {
      std::uint32_t const n = take(first);
      placed += n;
      if (n != lines_at_once) break;  // what comes after was read from beyond it
      first = second;
      second = third;
      third = fourth;
    }
    busy_ = placed >= lines_at_once;
    if (placed == 0) return false;
    if (warp_.lane() == 0) {
      shared_.arrived[from_].store(position_ << 1 | (lines_to_come_ != 0 ? 1U : 0U),
                                   platform::memory_order_relaxed);
    }
    return true;
  }

  /// This lane's part of a line, so many batches from here.
  [[nodiscard]] GYRE_FN platform::word_pair load(std::uint32_t batch) const noexcept {
    std::uint64_t const at = position_ + batch * lines_at_once + warp_.lane() / lanes_per_line;
    auto const* const words = reinterpret_cast<platform::atomic<std::uint64_t> const*>(
        ring_.slots + ring_.geometry.offset(at));
    return platform::load_pair(words + warp_.lane() % lanes_per_line * 2);
  }

  /// Lays down the lines of a batch that have arrived, and says how many there was room for.
  GYRE_FN std::uint32_t take(platform::word_pair const& pair) noexcept {
    std::uint32_t const line = warp_.lane() / lanes_per_line;
    std::uint32_t const part = warp_.lane() % lanes_per_line;
    std::uint64_t const tag = ring_.geometry.lap(position_ + line) & 0xFF;
    bool const here = (pair.first & 0xFF) == tag && (pair.second & 0xFF) == tag;
    std::uint32_t const arrived = warp_.ballot(here);

    std::uint32_t ready = 0;
    while (ready < lines_at_once && (arrived >> (ready * lanes_per_line) & 0xFU) == 0xFU) ++ready;
    if (ready == 0) return 0;

    // Where does each line go, and which messages does it complete?
    std::uint64_t mine = nowhere;  // this lane's own: the place of its line
    std::uint32_t completed[lines_at_once];
    std::uint32_t placed = 0;
    for (; placed < ready; ++placed) {
      completed[placed] = nothing;
      if (lines_to_come_ == 0 && !begin(pair, placed)) break;
      if (line == placed) mine = next_line_;
      ++next_line_;
      if (--lines_to_come_ == 0) completed[placed] = entry_;
    }
    store(mine, part, pair);
    warp_.sync();  // a message may have been laid down by many lanes
    for (std::uint32_t i = 0; i < placed; ++i) {
      if (completed[i] != nothing) hand_over(completed[i]);
    }
    position_ += placed;
    return placed;
  }

  /// Finds room for the message that begins in line `line`. False: there is none now.
  GYRE_FN bool begin(platform::word_pair const& pair, std::uint32_t line) noexcept {
    // Bytes 7i … 7i+6 of the envelope are in word i: `length` is 32 … 35, `actor` 0 … 7.
    std::uint64_t const w4 = warp_.shuffle(pair.first, line * lanes_per_line + 2);
    std::uint64_t const w5 = warp_.shuffle(pair.second, line * lanes_per_line + 2);
    std::uint32_t const length =
        static_cast<std::uint32_t>(w4 >> 40) | static_cast<std::uint32_t>(w5 >> 8 & 0xFF) << 24;
    std::uint64_t const w0 = warp_.shuffle(pair.first, line * lanes_per_line);
    std::uint64_t const w1 = warp_.shuffle(pair.second, line * lanes_per_line);
    std::uint64_t const actor = w0 >> 8 | (w1 >> 8 & 0xFF) << 56;

    std::uint64_t const slots = ring_geometry::slots_for(length, line_payload);
    bool const staged = slots <= greatest_staged;
    if (!staged && scratch_busy_) return false;
    std::uint32_t const wanted = staged ? static_cast<std::uint32_t>(slots) : 1;
    std::uint32_t const place = head_ % stage_lines;
    std::uint32_t const skipped = place + wanted > stage_lines ? stage_lines - place : 0;
    if (head_ + skipped + wanted - retired_ > stage_lines) return false;
    if (skipped != 0) {
      if (warp_.lane() == 0) {
        stage_.done[place].store(skipped, platform::memory_order_relaxed);
      }
      head_ += skipped;
    }
    std::uint32_t const begins = head_ % stage_lines;
    next_line_ = staged ? begins : scratch_line;
    scratch_busy_ = scratch_busy_ || !staged;
    if (!staged) scratch_holder_ = head_;
    lines_to_come_ = slots;
    head_ += wanted;
    auto const worker = worker_for(pair, line, actor, w1, w5);
    entry_ = worker << 16 | (staged ? 0U : work_queue::in_scratch) | begins;
    return true;
  }

  /// The worker whose message begins in a line: its actor's, or, of a message to more than one, the
  /// one that it names.
  GYRE_FN std::uint32_t worker_for(platform::word_pair const& pair, std::uint32_t line,
                                   std::uint64_t actor, std::uint64_t w1,
                                   std::uint64_t w5) noexcept {
    // `port` is bytes 36 and 37, in word 5; `correlation` 8 … 15, six of them in word 1.
    std::uint64_t const w2 = warp_.shuffle(pair.first, line * lanes_per_line + 1);
    envelope head;
    head.port = static_cast<std::uint16_t>(w5 >> 16 & 0xFFFF);
    head.correlation = w1 >> 16 | (w2 >> 8 & 0xFFFF) << 48;
    if (reach_of(head) == reach::one) return kernel_.worker(actor, workers_);
    return worker_reached(head.correlation) % workers_;
  }

  /// This lane's part of a line: 14 bytes.
  GYRE_FN void store(std::uint64_t place, std::uint32_t part,
                     platform::word_pair const& pair) noexcept {
    if (place == nowhere) return;
    std::byte* const line = place >= scratch_line ? scratch_ + (place - scratch_line) * line_payload
                                                  : stage_.lines + place * line_payload;
    std::uint64_t const low = pair.first >> 8 | pair.second >> 8 << 56;
    std::uint64_t const high = pair.second >> 16;
    // A line begins at a multiple of 8, its parts at multiples of 2.
    auto* const out = reinterpret_cast<std::uint16_t*>(line + part * 14);
    for (std::uint32_t i = 0; i < 4; ++i) out[i] = static_cast<std::uint16_t>(low >> (16 * i));
    for (std::uint32_t i = 0; i < 3; ++i) out[4 + i] = static_cast<std::uint16_t>(high >> (16 * i));
  }

  GYRE_FN void hand_over(std::uint32_t entry) noexcept {
    std::uint32_t const worker = entry >> 16;
    if (warp_.lane() != 0) return;
    work_queue& queue = shared_.queues[from_][worker];
    std::uint32_t const head = queue.head.load(platform::memory_order_relaxed);
    queue.entries[head % work_queue::capacity] = static_cast<std::uint16_t>(entry & 0xFFFF);
    queue.head.store(head + 1, platform::memory_order_release);
  }

  /// Takes back the lines of messages that workers have finished with, in order.
  GYRE_FN void retire() noexcept {
    std::uint32_t retired = retired_;
    std::uint64_t slots = finished_;
    if (warp_.lane() == 0) {
      while (retired != head_) {
        auto& cell = stage_.done[retired % stage_lines];
        std::uint32_t const done = cell.load(platform::memory_order_acquire);
        if (done == 0) break;
        cell.store(0, platform::memory_order_relaxed);
        retired += done & 0xFF;
        slots += done >> 8;
      }
    }
    retired_ = warp_.shuffle(retired, 0);
    finished_ = warp_.shuffle(slots, 0);
    warp_.sync();
    if (scratch_busy_ && static_cast<std::int32_t>(retired_ - scratch_holder_) > 0) {
      scratch_busy_ = false;
    }
    if (finished_ - posted_ >= post_every_) post_credit();
  }

  /// Tells the writers of every slot finished with.
  GYRE_FN void post_credit() noexcept {
    if (posted_ == finished_) return;
    posted_ = finished_;
    if (warp_.lane() != 0) return;
    shared_.count.taken[from_].store(finished_, platform::memory_order_release);
    // No release, which would be a fence across the bus: every line up to here has been read into
    // the stage, and a word that a writer lays over an old one carries its own tag.
    ring_.words->consumed.store(finished_, platform::memory_order_relaxed);
  }

  static constexpr std::uint64_t words_per_line = line_bytes / 8;
  static constexpr std::uint64_t no_room = UINT64_MAX;
  static constexpr std::uint64_t scratch_line = 1U << 20;  ///< Places from here on: scratch memory.
  static constexpr std::uint64_t nowhere = UINT64_MAX;
  static constexpr std::uint32_t nothing = UINT32_MAX;

  Warp& warp_;
  shared_block& shared_;
  blocks_view const& blocks_;
  kernel_view const& kernel_;
  std::uint32_t shard_;
  source from_;
  std::uint32_t workers_;
  ring_memory<> ring_;
  std::byte* scratch_;
  stage& stage_;
  std::uint64_t post_every_;

  std::uint64_t position_;  ///< The ring's next line.
  std::uint64_t finished_;  ///< Slots that workers have finished with, in order.
  std::uint64_t posted_;
  std::uint64_t tells_seen_ = 0;  ///< Slots of tells taken when the host's were last fetched.
  bool busy_ = false;             ///< The last fetch brought as much as it could.
  std::uint32_t head_ = 0;        ///< Lines of the stage ever given out,
  std::uint32_t retired_ = 0;     ///< and taken back.
  // The message that is arriving.
  std::uint64_t lines_to_come_ = 0;
  std::uint64_t next_line_ = 0;
  std::uint32_t entry_ = 0;  ///< Its worker << 16 | its entry in the worker's queue.
  bool scratch_busy_ = false;
  std::uint32_t scratch_holder_ = 0;
};

}  // namespace gyre::block
