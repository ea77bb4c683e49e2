#include <cstring>
#include <memory>

#include <gyre/engine/cpu/engine.hpp>
#include <gyre/gyre.hpp>
#include <gyre/ring/ring.hpp>

#include "trips.hpp"

namespace rivals {
namespace {

/// A ring as it lies under every kernel: an envelope of 32 bytes travels with each message.
template <gyre::writers Writers>
class ring_queue {
 public:
  ring_queue() {
    ring_.geometry = gyre::ring_geometry::of(4096, gyre::stride_for<gyre::cpu_codec>(sizeof(ball)));
    memory_ = gyre::make_cpu_engine()->allocate(ring_.geometry.bytes()).value();
    ring_.slots = memory_.data();
    ring_.words = &words_;
    ring_.initialise();
    in_.emplace(ring_, nullptr, 0);
    out_.emplace(ring_);
  }
  bool push(ball const& b) {
    std::uint64_t at = 0;
    if (!out_->reserve(1, at)) return false;
    gyre::envelope head;
    head.length = sizeof b;
    out_->write_in_place(at, head, [&](std::byte* to) { std::memcpy(to, &b, sizeof b); });
    return true;
  }
  bool pop(ball& b) {
    gyre::message_view m;
    if (!in_->peek(m)) return false;
    std::memcpy(&b, m.payload, sizeof b);
    in_->pop(m);
    return true;
  }

 private:
  gyre::memory_block memory_;
  gyre::ring_words<> words_;
  gyre::ring<gyre::cpu_codec> ring_{};
  std::optional<gyre::ring_reader<gyre::cpu_codec>> in_;
  std::optional<gyre::ring_writer<gyre::cpu_codec, Writers>> out_;
};

struct answer {
  std::uint64_t number = 0;
  std::int64_t sum = 0;
};

struct adder {
  using handles = gyre::handles<ball>;
  std::int64_t sum = 0;
  GYRE_FN answer on(ball const& m, auto&) { return {m.number, sum += m.value}; }
};

/// An actor on the second core, and a port to it.
struct bed {
  bed()
      : rt(gyre::runtime::create({.engine = gyre::engine_kind::cpu}).value()),
        adders(rt.launch<adder>("adder", options()).value()),
        end(adders.open_port({.window = window}).value()) {
    adders.activate().value();
  }
  static gyre::launch_options options() {
    gyre::launch_options o;
    if (int const core = cores().kernel; core >= 0) o.pin = {core};
    return o;
  }
  gyre::runtime rt;
  gyre::kernel<adder> adders;
  gyre::port<adder> end;
};

repetition asks(bed& b, bench_effort const& effort) {
  pinned const here(cores().client);
  return one_in_flight(effort, [&](ball& m) {
    auto const r = b.end.ask(0, m);
    if (r) m.number = r->number;
    return r.has_value();
  });
}

repetition asks_in_flight(bed& b, bench_effort const& effort) {
  pinned const here(cores().client);
  std::array<gyre::asked<answer>, window> flight{};
  std::uint64_t got = 0;
  return windowed(
      effort, [&](ball const& m) { flight[m.number % window] = b.end.submit(0, m).value(); },
      [&](ball& m) {
        auto const r = b.end.wait(flight[got++ % window]);
        m.number = r ? r->number : UINT64_MAX;
      });
}

}  // namespace

contestant gyre_ring(bench_effort const& effort) {
  return by_queue<ring_queue<gyre::writers::one>>(effort);
}

contestant gyre_ask(bench_effort const& effort) {
  // One kernel for all rows. By a thread that is not pinned: its shard may use the second core.
  static std::weak_ptr<bed> kept;
  auto b = kept.lock();
  if (!b) kept = b = std::make_shared<bed>();
  return {[=] { return asks(*b, effort); }, [=] { return asks_in_flight(*b, effort); }};
}

std::vector<benchmark> gyre_rows(bench_effort const& effort) {
  auto rows = queue_rows<ring_queue<gyre::writers::one>>(effort, "gyre_one_writer");
  for (auto& r : queue_rows<ring_queue<gyre::writers::many>>(effort, "gyre_many_writers")) {
    rows.push_back(std::move(r));
  }
  contestant const c = gyre_ask(effort);
  for (auto& r : rows_of(effort, "messages.gyre", c.one, c.many)) rows.push_back(std::move(r));
  return rows;
}

}  // namespace rivals
