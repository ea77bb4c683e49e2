#include "engine.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <pthread.h>

#include <gyre/core/event.hpp>
#include <gyre/engine/cpu/engine.hpp>

namespace gyre::emulated {
namespace {

struct known {
  std::mutex mutex;
  std::map<std::string, lane_body, std::less<>> bodies;
};

known& registry() {
  static auto& all = *new known;
  return all;
}

/// What a kernel's threads share with its handle: they may outlive it.
struct kernel_state {
  blocks_view view{};
  lane_body body = nullptr;
  kernel_listener* listener = nullptr;
  std::vector<block_view> blocks;
  std::vector<platform::atomic<std::uint64_t>> reply_positions;
  std::deque<gyre::ring_words<>> words;
  std::vector<memory_block> memory;
  std::deque<block::shared_block> shared;

  void run(std::uint32_t shard, std::uint32_t seed) {
    stepper steps(seed + shard);
    block_state block;
    block.listener = listener;
    std::uint32_t const warps = 1 + block::sources + workers;
    std::deque<warp_state<lanes>> warp_states(warps);
    for (std::uint32_t w = 0; w < warps; ++w) {
      for (std::uint32_t lane = 0; lane < lanes; ++lane) {
        steps.add(
            [&, w, lane] { body(block, warp_states[w], w, lane, shared[shard], view, shard); });
      }
    }
    steps.run(block.busy);
  }
};

class resident final : public resident_kernel {
 public:
  explicit resident(std::shared_ptr<kernel_state> state) : state_(std::move(state)) {}
  ~resident() override {
    for (auto& t : threads_) {
      if (t.joinable()) t.detach();
    }
  }
  void start(std::uint32_t seed) {
    for (std::uint32_t i = 0; i < state_->view.kernel.shard_count; ++i) {
      threads_.emplace_back([state = state_, i, seed] { state->run(i, seed); });
      ::pthread_setname_np(threads_.back().native_handle(), "emulated-block");
    }
  }
  void wake() noexcept override {}  // a block looks by itself
  bool join(deadline until) noexcept override {
    for (std::uint32_t i = 0; i < threads_.size(); ++i) {
      auto const& phase = state_->view.kernel.shards[i].words->phase;
      while (phase.load(std::memory_order_acquire) != shard_phase::stopped) {
        if (until.expired()) return false;
        std::this_thread::sleep_for(std::chrono::microseconds(50));
      }
      if (threads_[i].joinable()) threads_[i].join();
    }
    return true;
  }

  std::uint64_t bury_tells() noexcept override {
    std::uint64_t n = 0;
    std::vector<std::byte> scratch(limits::greatest_payload + 2 * sizeof(envelope));
    for (std::uint32_t i = 0; i < state_->blocks.size(); ++i) {
      auto const taken = state_->view.kernel.shards[i].words->tells_taken.load();
      any_reader rest(ring_format::tag8, state_->blocks[i].tells, scratch.data(), scratch.size(),
                      taken);
      for (message_view m; rest.peek(m); rest.pop(m), ++n) {
        state_->listener->buried(drop_reason::terminated, m.head);
      }
    }
    return n;
  }

 private:
  std::shared_ptr<kernel_state> state_;
  std::vector<std::thread> threads_;
};

class emulated_engine final : public engine {
 public:
  explicit emulated_engine(std::uint32_t seed) : seed_(seed) {}

  engine_report report() const override {
    engine_report r;
    r.kind = engine_kind::cuda;
    r.built = r.found = true;
    r.greatest_shards = 64;
    r.greatest_lanes = lanes;
    r.detail = "emulated lanes";
    return r;
  }
  result<launch_options> settle(launch_options options) const override {
    auto settled = host_->settle(std::move(options));
    return settled;
  }
  ring_format format() const noexcept override { return ring_format::tag8; }
  std::uint64_t available_memory() const override { return host_->available_memory(); }
  std::uint64_t bytes_beside(kernel_image const& image, launch_options const& options,
                             ring_geometry const& inbox) const override {
    std::uint64_t const greatest = greatest_payload(image);
    constexpr std::uint64_t stepping = 16 << 10;  // the lanes' own bookkeeping, stacks aside
    return options.shards * (stepping + inbox.bytes() + greatest + 2 * sizeof(envelope) +
                             sizeof(block_view) + blocks_view::row_for(greatest) * lanes * workers +
                             sizeof(gyre::ring_words<>) + sizeof(block::shared_block));
  }
  result<memory_block> allocate(std::uint64_t bytes) override { return host_->allocate(bytes); }

  result<std::unique_ptr<resident_kernel>> start(kernel_image const& image,
                                                 kernel_view const& kernel, launch_options const&,
                                                 kernel_listener& listener) override {
    auto state = std::make_shared<kernel_state>();
    {
      std::scoped_lock const lock(registry().mutex);
      auto const found = registry().bodies.find(image.name);
      if (found == registry().bodies.end()) {
        return fail(errc::unsupported, "no emulated lanes for '" + std::string(image.name) + "'");
      }
      state->body = found->second;
    }
    state->listener = &listener;
    if (auto r = lay_out(image, kernel, *state); !r) {
      return tl::unexpected<error>(std::move(r.error()));
    }
    auto made = std::make_unique<resident>(state);
    made->start(seed_);
    for (std::uint32_t i = 0; i < kernel.shard_count; ++i) {
      while (kernel.shards[i].words->phase.load(std::memory_order_acquire) ==
             shard_phase::starting) {
        std::this_thread::yield();
      }
    }
    return made;
  }

 private:
  static std::uint64_t greatest_payload(kernel_image const& image) {
    std::uint64_t greatest = sizeof(failure_reply);
    for (auto const& m : image.messages) {
      greatest = std::max<std::uint64_t>({greatest, m.greatest, m.reply_greatest});
    }
    return greatest;
  }

  result<std::byte*> take(kernel_state& state, std::uint64_t bytes) {
    auto block = host_->allocate(bytes);
    if (!block) return tl::unexpected<error>(std::move(block.error()));
    state.memory.push_back(std::move(*block));
    return state.memory.back().data();
  }

  /// What the blocks have beside the kernel's view.
  result<void> lay_out(kernel_image const& image, kernel_view const& kernel, kernel_state& state) {
    std::uint64_t const greatest = greatest_payload(image);
    state.view.kernel = kernel;
    state.view.workers = workers;
    state.view.row_bytes = blocks_view::row_for(greatest);
    state.blocks.resize(kernel.shard_count);
    state.shared.resize(kernel.shard_count);
    state.reply_positions = std::vector<platform::atomic<std::uint64_t>>(kernel.port_count);
    for (std::uint32_t i = 0; i < kernel.shard_count; ++i) {
      block_view& b = state.blocks[i];
      auto tells = take(state, kernel.shards[i].inbox.geometry.bytes());
      auto scratch = take(state, greatest + 2 * sizeof(envelope));
      auto rows = take(state, state.view.row_bytes * lanes * workers);
      for (auto const* r : {&tells, &scratch, &rows}) {
        if (!*r) return tl::unexpected<error>(r->error());
      }
      b.tells.geometry = kernel.shards[i].inbox.geometry;
      b.tells.slots = *tells;
      b.tells.words = &state.words.emplace_back();
      initialise(ring_format::tag8, b.tells);
      b.tell_scratch = *scratch + 8;
      b.rows = *rows;
    }
    state.view.blocks = state.blocks.data();
    state.view.reply_positions = state.reply_positions.data();
    return {};
  }

  std::unique_ptr<engine> host_ = make_cpu_engine();
  std::uint32_t seed_;
};

}  // namespace

void know(std::string_view actor, lane_body body) {
  std::scoped_lock const lock(registry().mutex);
  registry().bodies[std::string(actor)] = body;
}

std::unique_ptr<engine> make_engine(std::uint32_t seed) {
  return std::make_unique<emulated_engine>(seed);
}

}  // namespace gyre::emulated
