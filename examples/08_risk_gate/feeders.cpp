#include "feeders.hpp"

#include <chrono>
#include <deque>
#include <unordered_set>
#include <utility>

#include <gyre/gyre.hpp>

#include "worker.hpp"

namespace gate {
namespace {

/// How long an answer may take.
constexpr std::chrono::seconds patience{60};
/// Orders that a feeder has in flight, at most.
constexpr std::size_t at_once = 256;

using indices = std::span<std::uint32_t const>;

order order_of(entry const& e, gyre::link<symbol_book> books) {
  return {{e.id, e.quantity, e.price_cents, e.symbol}, books};
}

outcome outcome_of(gyre::result<accepted> const& r) {
  if (r) return {reason::none, r->room_cents};
  gyre::error const& e = r.error();
  if (e.code == gyre::errc::rejected) return {static_cast<reason>(e.reject_code), e.detail};
  return {reason::unanswered, static_cast<std::int64_t>(e.code)};
}

/// A port, and a window of asks: the oldest answer is taken when there is no room for the next ask.
class window_feeder final : public feeder {
 public:
  window_feeder(gyre::port<account> port, gyre::link<symbol_book> books)
      : port_(std::move(port)), books_(books) {}

  [[nodiscard]] char const* name() const noexcept override { return "port"; }
  void feed(std::span<entry const> stream, indices mine, std::span<outcome> out) override {
    auto const take_first = [&] {
      auto const [i, ask] = in_flight_.front();
      in_flight_.pop_front();
      out[i] = outcome_of(port_.wait(ask, patience));
      busy_.erase(stream[i].account);
    };
    for (std::uint32_t const i : mine) {
      entry const& e = stream[i];
      while (in_flight_.size() == at_once || busy_.contains(e.account)) take_first();
      gyre::send_options const options{.timeout = patience};
      auto const sent = e.what == kind::order
                            ? port_.submit(e.account, order_of(e, books_), options)
                            : port_.submit(e.account, cancel{e.id}, options);
      if (!sent) continue;  // it stays unanswered
      in_flight_.emplace_back(i, *sent);
      busy_.insert(e.account);
    }
    while (!in_flight_.empty()) take_first();
  }

 private:
  gyre::port<account> port_;
  gyre::link<symbol_book> books_;
  std::deque<std::pair<std::uint32_t, gyre::asked<accepted>>> in_flight_;
  std::unordered_set<std::uint64_t> busy_;
};

/// A port, and batches in which no account is twice.
class batch_feeder final : public feeder {
 public:
  batch_feeder(gyre::port<account> port, gyre::link<symbol_book> books)
      : port_(std::move(port)), books_(books) {}

  [[nodiscard]] char const* name() const noexcept override { return "submit_all"; }
  void feed(std::span<entry const> stream, indices mine, std::span<outcome> out) override {
    for (std::uint32_t const i : mine) {
      entry const& e = stream[i];
      if (busy_.size() == at_once || busy_.contains(e.account)) send(out);
      busy_.insert(e.account);
      if (e.what == kind::order) {
        orders_.add(i, e.account, order_of(e, books_));
      } else {
        cancels_.add(i, e.account, cancel{e.id});
      }
    }
    send(out);
  }

 private:
  template <class Message>
  struct batch {
    std::vector<std::uint32_t> places;
    std::vector<std::uint64_t> accounts;
    std::vector<Message> messages;
    std::vector<gyre::asked<accepted>> tickets;

    void add(std::uint32_t place, std::uint64_t to, Message const& message) {
      places.push_back(place);
      accounts.push_back(to);
      messages.push_back(message);
      tickets.emplace_back();
    }
    void submit(gyre::port<account>& port) {
      // What it could not send has no ticket, and is told so by `wait`.
      (void)port.submit_all(accounts, messages, std::span(tickets), {.timeout = patience});
    }
    void take(gyre::port<account>& port, std::span<outcome> out) {
      for (std::size_t n = 0; n < places.size(); ++n) {
        out[places[n]] = outcome_of(port.wait(tickets[n], patience));
      }
      *this = {};
    }
  };

  void send(std::span<outcome> out) {
    orders_.submit(port_);
    cancels_.submit(port_);
    orders_.take(port_, out);
    cancels_.take(port_, out);
    busy_.clear();
  }

  gyre::port<account> port_;
  gyre::link<symbol_book> books_;
  batch<order> orders_;
  batch<cancel> cancels_;
  std::unordered_set<std::uint64_t> busy_;
};

/// One after another of what it is given: a coroutine. `ask(account, message)` is to be awaited.
template <class Ask>
gyre::task<> send_in_turn(Ask ask, std::span<entry const> stream, std::vector<std::uint32_t> mine,
                          std::span<outcome> out, gyre::link<symbol_book> books) {
  for (std::uint32_t const i : mine) {
    entry const& e = stream[i];
    // Messages have names, and there is no ?: around co_await: g++ 12 compiles those wrongly.
    if (e.what == kind::order) {
      order const message = order_of(e, books);
      auto const answer = co_await ask(e.account, message);
      out[i] = outcome_of(answer);
    } else {
      cancel const message{e.id};
      auto const answer = co_await ask(e.account, message);
      out[i] = outcome_of(answer);
    }
  }
}

/// So many coroutines' shares, an account's orders all in one.
std::vector<std::vector<std::uint32_t>> dealt(std::span<entry const> stream, indices mine) {
  std::vector<std::vector<std::uint32_t>> out(at_once);
  for (std::uint32_t const i : mine) {
    out[gyre::mixed_bits(stream[i].account) % at_once].push_back(i);
  }
  return out;
}

/// Coroutines of one thread.
class asker_feeder final : public feeder {
 public:
  asker_feeder(gyre::asker<account> asker, gyre::link<symbol_book> books)
      : asker_(std::move(asker)), books_(books) {}

  [[nodiscard]] char const* name() const noexcept override { return "asker"; }
  void feed(std::span<entry const> stream, indices mine, std::span<outcome> out) override {
    auto const ask = [this](std::uint64_t to, auto const& message) {
      return asker_.ask(to, message, patience);
    };
    for (auto& some : dealt(stream, mine)) {
      asker_.spawn(send_in_turn(ask, stream, std::move(some), out, books_));
    }
    asker_.run();
  }

 private:
  gyre::asker<account> asker_;
  gyre::link<symbol_book> books_;
};

/// Coroutines that go on, on the worker's thread.
class async_feeder final : public feeder {
 public:
  async_feeder(gyre::kernel<account> accounts, gyre::link<symbol_book> books)
      : accounts_(std::move(accounts)), books_(books) {}

  [[nodiscard]] char const* name() const noexcept override { return "async_ask"; }
  void feed(std::span<entry const> stream, indices mine, std::span<outcome> out) override {
    auto const ask = [this](std::uint64_t to, auto const& message) {
      return accounts_.async_ask(to, message, patience).on(worker_.get_executor());
    };
    std::vector<gyre::task<>> tasks;
    for (auto& some : dealt(stream, mine)) {
      tasks.push_back(send_in_turn(ask, stream, std::move(some), out, books_));
    }
    (void)gyre::sync_wait(gyre::when_all(std::move(tasks)));
  }

 private:
  gyre::kernel<account> accounts_;
  gyre::link<symbol_book> books_;
  worker worker_;
};

}  // namespace

std::vector<std::unique_ptr<feeder>> open_feeders(gyre::kernel<account> const& accounts,
                                                  gyre::link<symbol_book> books) {
  gyre::kernel<account> kernel = accounts;
  gyre::port_options const options{.window = at_once};
  std::vector<std::unique_ptr<feeder>> out;
  out.push_back(std::make_unique<window_feeder>(kernel.open_port(options).value(), books));
  out.push_back(std::make_unique<batch_feeder>(kernel.open_port(options).value(), books));
  out.push_back(
      std::make_unique<asker_feeder>(gyre::asker<account>::open(kernel, options).value(), books));
  out.push_back(std::make_unique<async_feeder>(kernel, books));
  return out;
}

}  // namespace gate
