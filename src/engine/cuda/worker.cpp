#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>

#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gyre/engine/cuda/engine.hpp>

#include "worker.hpp"

namespace gyre {
namespace {

using namespace cuda;

template <std::size_t N>
void put_text(char (&to)[N], std::string_view text) {
  std::size_t const n = std::min(text.size(), N - 1);
  std::memcpy(to, text.data(), n);
  to[n] = 0;
}

/// What the variable says.
struct place {
  int socket = -1;
  int memory = -1;
  std::byte* address = nullptr;
  std::uint64_t bytes = 0;
  int index = 0;
  std::uint64_t device_bytes = 0;
};

bool read_place(char const* text, place& out) {
  unsigned long long address = 0;
  unsigned long long bytes = 0;
  unsigned long long device_bytes = 0;
  int const n = std::sscanf(text, "%d:%d:%llx:%llu:%d:%llu", &out.socket, &out.memory, &address,
                            &bytes, &out.index, &device_bytes);
  out.address = reinterpret_cast<std::byte*>(address);  // NOLINT: the engine's address, and ours
  out.bytes = bytes;
  out.device_bytes = device_bytes;
  return n == 6;
}

response serve_one(device& on, request const& q) {
  response out;
  result<void> done;
  auto const at = [](std::uint64_t address) { return reinterpret_cast<std::byte*>(address); };
  switch (q.kind) {
    case request_kind::open_stream: {
      auto made = on.open_stream();
      if (made) {
        out.stream = *made;
      } else {
        done = tl::unexpected<error>(std::move(made.error()));
      }
      break;
    }
    case request_kind::close_stream: on.close_stream(q.stream); break;
    case request_kind::copy_in: done = on.copy_in(q.stream, at(q.to), at(q.from), q.bytes); break;
    case request_kind::copy_out: done = on.copy_out(q.stream, at(q.to), at(q.from), q.bytes); break;
    case request_kind::clear: done = on.clear(q.stream, at(q.to), q.bytes); break;
    case request_kind::load: done = on.load(q.actor); break;
    case request_kind::launch:
      done = on.launch(q.stream, q.actor, reinterpret_cast<blocks_view const*>(q.from), q.shards,
                       q.threads);
      break;
    case request_kind::look: {
      sighting const seen = on.look(q.stream);
      out.what = seen.what;
      put_text(out.text, seen.why);
      break;
    }
  }
  if (!done) {
    out.code = static_cast<std::int32_t>(done.error().code);
    put_text(out.text, done.error().context);
  }
  return out;
}

[[noreturn]] void serve(place const& where) {
  greeting hello;
  void* const mapped = ::mmap(where.address, where.bytes, PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_FIXED_NOREPLACE, where.memory, 0);
  if (mapped != where.address) {
    hello.code = address_taken;
    (void)!::send(where.socket, &hello, sizeof hello, MSG_NOSIGNAL);
    std::_Exit(1);
  }
  auto on = make_local_device(where.index, {where.address, where.bytes}, where.device_bytes);
  if (!on) {
    hello.code = static_cast<std::int32_t>(on.error().code);
    put_text(hello.text, on.error().context);
    (void)!::send(where.socket, &hello, sizeof hello, MSG_NOSIGNAL);
    std::_Exit(1);
  }
  device_facts const& facts = (*on)->facts();
  hello.index = facts.index;
  hello.major = facts.major;
  hello.minor = facts.minor;
  hello.multiprocessors = facts.multiprocessors;
  hello.device_memory = reinterpret_cast<std::uintptr_t>((*on)->device_memory().data());
  hello.device_bytes = (*on)->device_memory().size();
  put_text(hello.name, facts.name);
  put_text(hello.text, facts.cannot_stay);
  (void)!::send(where.socket, &hello, sizeof hello, MSG_NOSIGNAL);

  // Whatever this thread waits for, the worker goes with its engine.
  std::thread([socket = where.socket] {
    pollfd end{socket, POLLRDHUP, 0};
    while (::poll(&end, 1, -1) <= 0 || (end.revents & (POLLRDHUP | POLLHUP | POLLERR)) == 0) {
    }
    std::_Exit(0);
  }).detach();
  request q;
  while (::recv(where.socket, &q, sizeof q, 0) == sizeof q) {
    response const out = serve_one(**on, q);
    if (::send(where.socket, &out, sizeof out, MSG_NOSIGNAL) != sizeof out) break;
  }
  std::_Exit(0);
}

}  // namespace

void serve_if_cuda_worker() {
  char const* const text = std::getenv(worker_variable);
  if (text == nullptr) return;
  place where;
  if (!read_place(text, where)) return;
  ::unsetenv(worker_variable);
  serve(where);
}

bool is_unserved_cuda_worker() { return std::getenv(worker_variable) != nullptr; }

}  // namespace gyre
