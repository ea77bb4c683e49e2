// PageRank with actors: each page is one, and sends its rank along its links as messages. The links
// lie in device buffers, for an actor's state has a fixed size. Checked against a plain loop over
// the same graph, and against ranks that were published for a small one.
//
//   example_05_pagerank [PAGES [LINKS_OF_EACH [SHARDS [SEED]]]]

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <random>
#include <span>
#include <thread>
#include <vector>

#include <gyre/gyre.hpp>

#include <arguments.hpp>

using namespace std::chrono_literals;

constexpr double damping = 0.85;

/// Send your rank along your links: targets[first[id]] … targets[first[id + 1] - 1].
struct spread {
  gyre::buffer_handle first{};
  gyre::buffer_handle targets{};
};
struct spent {
  double kept = 0;  // of a page without links, whose rank is everybody's
  std::uint64_t sent = 0;
  std::uint64_t lost = 0;  // an inbox was full
};
struct share {
  double rank = 0;
};
/// All shares have come: make a rank of them.
struct settle {
  double base = 0;
};
struct settled {
  double rank = 0;
  double change = 0;
};

struct page {
  using handles = gyre::handles<spread, share, settle>;
  double rank = 0;
  double coming = 0;

  GYRE_FN spent on(spread const& m, auto& self) {
    auto const first = self.template buffer<std::uint64_t>(m.first);
    auto const targets = self.template buffer<std::uint64_t>(m.targets);
    spent out;
    if (!first || !targets) {
      out.lost = 1;
      return out;
    }
    std::uint64_t const end = first[self.id() + 1];
    auto const links = static_cast<double>(end - first[self.id()]);
    if (links == 0) out.kept = rank;
    for (std::uint64_t i = first[self.id()]; i < end; ++i) {
      ++(self.tell(gyre::actor<page>{targets[i]}, share{rank / links}) ? out.sent : out.lost);
    }
    return out;
  }
  GYRE_FN void on(share const& m, auto&) { coming += m.rank; }
  GYRE_FN settled on(settle const& m, auto&) {
    double const before = rank;
    rank = m.base + damping * coming;
    coming = 0;
    return {rank, rank > before ? rank - before : before - rank};
  }
};

struct graph {
  std::vector<std::uint64_t> first{0};
  std::vector<std::uint64_t> targets;
  [[nodiscard]] std::uint64_t pages() const { return first.size() - 1; }
  void add(std::vector<std::uint64_t> const& links) {
    targets.insert(targets.end(), links.begin(), links.end());
    first.push_back(targets.size());
  }
};

/// Each page links to some that are there already, the linked ones more often (Barabási, Albert).
graph scale_free(std::uint64_t pages, std::uint64_t links, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  graph g;
  std::vector<std::uint64_t> ends;
  for (std::uint64_t p = 0; p < pages; ++p) {
    std::vector<std::uint64_t> mine;
    for (std::uint64_t l = 0; l < links && p > 0; ++l) mine.push_back(ends[random() % ends.size()]);
    g.add(mine);
    ends.insert(ends.end(), mine.begin(), mine.end());
    ends.push_back(p);
  }
  return g;
}

std::vector<double> by_hand(graph const& g, int rounds) {
  auto const n = static_cast<double>(g.pages());
  std::vector<double> rank(g.pages(), 1 / n);
  for (int r = 0; r < rounds; ++r) {
    std::vector<double> coming(g.pages(), 0);
    double kept = 0;
    for (std::uint64_t p = 0; p < g.pages(); ++p) {
      auto const links = static_cast<double>(g.first[p + 1] - g.first[p]);
      if (links == 0) kept += rank[p];
      for (auto i = g.first[p]; i < g.first[p + 1]; ++i) coming[g.targets[i]] += rank[p] / links;
    }
    for (std::uint64_t p = 0; p < g.pages(); ++p) {
      rank[p] = (1 - damping + damping * kept) / n + damping * coming[p];
    }
  }
  return rank;
}

/// Empty if a message was lost, or did not come in time.
std::vector<double> by_actors(graph const& g, int rounds, std::uint32_t shards) {
  std::uint64_t const n = g.pages();
  auto rt = gyre::runtime::create().value();
  auto const first = rt.buffers().upload(std::span(g.first)).value();
  auto const targets = rt.buffers().upload(std::span(g.targets)).value();
  auto kernel =
      rt.launch<page>("pages", {.queue_capacity = 1 << 18, .shards = shards, .actors = n}).value();
  kernel.activate().value();
  auto a = gyre::asker<page>::open(kernel, {.window = 256}).value();
  auto const ask = [&](auto const& message) {
    return a.run(a.ask_all(
        n, [](std::size_t i) { return i; }, [&](std::size_t) { return message; }, 60s));
  };
  double const even = 1 / static_cast<double>(n);
  (void)ask(settle{even});  // nothing has come yet: each begins with the base
  std::vector<double> rank(n);
  std::uint64_t messages = n;
  for (int r = 0; r < rounds; ++r) {
    double kept = 0;
    for (auto const& s : ask(spread{first.handle, targets.handle})) {
      if (!s || s->lost != 0) return {};
      kept += s->kept;
      messages += 1 + s->sent;
    }
    gyre::deadline const until(60s);
    while (kernel.status().handled < messages) {  // shares are on their way
      if (until.expired()) return {};
      std::this_thread::sleep_for(100us);
    }
    auto const ranks = ask(settle{(1 - damping + damping * kept) * even});
    messages += n;
    for (std::uint64_t p = 0; p < n; ++p) rank[p] = ranks[p] ? ranks[p]->rank : -1;
  }
  return rank;
}

double furthest(std::vector<double> const& a, std::vector<double> const& b) {
  double out = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    out = std::max(out, std::abs(a[i] - b[i]));
  }
  return out;
}

int main(int argc, char** argv) {
  numbers const given(argc, argv, "PAGES [LINKS_OF_EACH [SHARDS [SEED]]]");
  auto const shards = static_cast<std::uint32_t>(given.at(3, 2));

  // Eleven pages, A to K, whose ranks Wikipedia's article on PageRank gives in percent.
  graph small;
  for (std::vector<std::uint64_t> const& links : std::vector<std::vector<std::uint64_t>>{
           {}, {2}, {1}, {0, 1}, {1, 3, 5}, {1, 4}, {1, 4}, {1, 4}, {1, 4}, {4}, {4}}) {
    small.add(links);
  }
  std::vector<double> const published{3.3, 38.4, 34.3, 3.9, 8.1, 3.9, 1.6, 1.6, 1.6, 1.6, 1.6};
  auto percent = by_actors(small, 100, shards);
  for (double& r : percent) r *= 100;
  double const off_small = furthest(percent, published);
  std::printf("published ranks: at most %.3f %% off (they are rounded to 0.1 %%)\n", off_small);

  graph const large = scale_free(given.at(1, 10'000), given.at(2, 8), given.at(4, 1));
  constexpr int rounds = 30;
  auto const begin = std::chrono::steady_clock::now();
  auto const ranks = by_actors(large, rounds, shards);
  std::chrono::duration<double> const took = std::chrono::steady_clock::now() - begin;
  double const off_large = furthest(ranks, by_hand(large, rounds));
  std::printf("%zu pages, %zu links, %d rounds in %.2f s, %.1f million shares a second\n",
              ranks.size(), large.targets.size(), rounds, took.count(),
              static_cast<double>(large.targets.size()) * rounds / took.count() * 1e-6);
  std::printf("by actors and by hand: at most %.2g apart\n", off_large);
  bool const right = off_small < 0.06 && off_large < 1e-6;
  std::puts(right ? "right" : "WRONG");
  return right ? 0 : 1;
}
