#include "gateway.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>

namespace gate {
namespace {

using namespace std::chrono_literals;

/// States on their way out.
constexpr std::uint64_t rest_window = 4096;

account with(account_state const& state) {
  account out;
  out.killed = state.killed;
  for (open_order const& o : state.open) {
    out.open[out.open_count++] = o;
    out.exposure_cents += account::cents(o);
  }
  return out;
}

account_state state_of(std::uint64_t number, account const& a) {
  return {number, a.killed, {a.open, a.open + a.open_count}};
}

/// Calls `f` of each, on many threads. A thread that wakes an account, or puts it to rest, waits
/// for the kernel each time: on busy cores one thread would wait for minutes.
template <class All, class F>
void side_by_side(All const& all, F const& f) {
  constexpr std::size_t threads = 48;  // each has a port: launch option `ports`, 64
  std::vector<std::jthread> running;
  for (std::size_t t = 0; t < threads; ++t) {
    running.emplace_back([&all, &f, t] {
      for (std::size_t i = t; i < all.size(); i += threads) f(all[i]);
    });
  }
}

}  // namespace

// One shard each: accounts are one home, which handles what it gets in the order in which it comes.
gateway::gateway(std::uint64_t most_accounts, saved_states const& from)
    : rt_(gyre::runtime::create({.engine = gyre::engine_kind::cpu}).value()),
      books_(
          rt_.launch<symbol_book>("books", {.shards = 1, .actors = symbol_names.size()}).value()),
      accounts_(
          rt_.launch<account>("accounts",
                              {.shards = 1, .actors = most_accounts, .rest_window = rest_window})
              .value()) {
  books_.activate().value();
  accounts_.activate().value();
  feeders_ = open_feeders(accounts_, accounts_.link_to(books_).value());
  for (auto const& f : feeders_) tallies_.push_back({.name = f->name()});
  for (std::size_t s = 0; s < from.books.size(); ++s) {
    books_.ask(s, put_book{from.books[s]}).value();
  }
  for (account_state const& state : from.accounts) known_.insert(state.account);
  side_by_side(from.accounts, [&](account_state const& state) {
    accounts_.wake(state.account, with(state)).value();
  });
}

void gateway::take(std::span<entry const> stream, std::span<outcome> out) {
  for (std::size_t first = 0; first < stream.size();) {
    auto const is_switch = [](entry const& e) {
      return e.what == kind::kill || e.what == kind::resume;
    };
    auto const at = std::ranges::find_if(stream.subspan(first), is_switch);
    auto const last = static_cast<std::size_t>(at - stream.begin());
    feed(stream.subspan(first, last - first), out.subspan(first, last - first));
    if (last < stream.size()) throw_switch(stream[last]);
    first = last + 1;
  }
}

void gateway::feed(std::span<entry const> stream, std::span<outcome> out) {
  std::vector<std::vector<std::uint32_t>> shares(feeders_.size());
  for (std::uint32_t i = 0; i < stream.size(); ++i) {
    shares[stream[i].account % shares.size()].push_back(i);
    known_.insert(stream[i].account);
  }
  std::vector<std::jthread> threads;
  for (std::size_t f = 0; f < shares.size(); ++f) {
    threads.emplace_back([&, f] {
      auto const begin = std::chrono::steady_clock::now();
      feeders_[f]->feed(stream, shares[f], out);
      std::chrono::duration<double> const took = std::chrono::steady_clock::now() - begin;
      tallies_[f].sent += shares[f].size();
      tallies_[f].seconds += took.count();
    });
  }
}

void gateway::throw_switch(entry const& e) {
  bool const on = e.what == kind::kill;
  if (e.symbol != no_symbol) {
    books_.ask(e.symbol, halt{on}).value();
    return;
  }
  if (e.account != no_account) {
    known_.insert(e.account);
    accounts_.ask(e.account, kill_switch{on}).value();
    return;
  }
  // A broadcast reaches the accounts that live. Those that come later are stopped by the books,
  // which are all there.
  books_.broadcast(halt{on}).value();
  accounts_.broadcast(kill_switch{on}).value();
  // Asked from the same thread, they answer after what was broadcast.
  for (std::size_t s = 0; s < symbol_names.size(); ++s) (void)books_.ask(s, get_book{}).value();
  if (!known_.empty()) accounts_.ask(*known_.begin(), kill_switch{on}).value();
}

gyre::result<saved_states> gateway::close() {
  feeders_.clear();
  saved_states out;
  // `terminate` hands no states over: each account is put to rest by name.
  std::vector<std::uint64_t> const numbers(known_.begin(), known_.end());
  std::mutex mutex;
  side_by_side(numbers, [&](std::uint64_t number) {
    accounts_.put_to_rest(number).value();
    auto const some = accounts_.take_rested(1s).value();  // this one, or another's
    std::scoped_lock const lock(mutex);
    out.accounts.push_back(state_of(some.key, some.state));
  });
  std::ranges::sort(out.accounts, {}, &account_state::account);
  for (std::size_t s = 0; s < symbol_names.size(); ++s) {
    out.books.push_back(books_.ask(s, get_book{}).value());
  }
  // Whoever sends ends first, or what it sends is lost.
  auto const accounts = accounts_.terminate(5s).value();
  auto const books = books_.terminate(5s).value();
  std::uint64_t const lost = rt_.dead_letters().total();
  if (accounts.drained && books.drained && lost == 0) return out;
  return gyre::fail(gyre::errc::wrong_state, std::to_string(lost) + " messages were lost");
}

}  // namespace gate
