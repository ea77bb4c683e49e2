#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gyre/engine/cuda/engine.hpp>

#include "remote_device.hpp"
#include "worker.hpp"

extern char** environ;

namespace gyre::cuda {
namespace {

/// A worker that says nothing for so long is given up. (To start one is to start a program and the
/// driver, which takes seconds.)
constexpr auto patience = std::chrono::seconds(60);
constexpr int greatest_starts = 8;

/// A file descriptor.
class descriptor {
 public:
  explicit descriptor(int fd = -1) noexcept : fd_(fd) {}
  descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

tl::unexpected<error> system_failure(char const* what) {
  return fail(errc::engine_failed, std::string(what) + ": " + std::strerror(errno));
}

class remote_device final : public device {
 public:
  remote_device(int index, std::uint64_t device_bytes)
      : index_(index), device_bytes_(device_bytes) {}
  ~remote_device() override {
    end_worker();
    if (!host_.empty()) ::munmap(host_.data(), host_.size());
  }

  result<void> take(std::uint64_t host_bytes) {
    memory_ = descriptor(static_cast<int>(::syscall(SYS_memfd_create, "gyre-cuda", 0U)));
    if (memory_.get() < 0 || ::ftruncate(memory_.get(), static_cast<off_t>(host_bytes)) != 0) {
      return system_failure("shared memory");
    }
    ::fcntl(memory_.get(), F_SETFD, FD_CLOEXEC);
    void* const mapped =
        ::mmap(nullptr, host_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory_.get(), 0);
    if (mapped == MAP_FAILED) return system_failure("shared memory");
    host_ = {static_cast<std::byte*>(mapped), host_bytes};
    return start();
  }

  device_facts const& facts() const noexcept override { return facts_; }
  std::span<std::byte> host_memory() const noexcept override { return host_; }
  std::span<std::byte> device_memory() const noexcept override { return device_; }

  result<stream_id> open_stream() override {
    response const r = call({.kind = request_kind::open_stream});
    if (auto done = said(r); !done) return tl::unexpected<error>(std::move(done.error()));
    return r.stream;
  }
  void close_stream(stream_id on) noexcept override {
    (void)call({.kind = request_kind::close_stream, .stream = on});
  }
  result<void> copy_in(stream_id on, std::byte* to, std::byte const* from,
                       std::uint64_t bytes) override {
    return said(call({request_kind::copy_in, on, word(to), word(from), bytes}));
  }
  result<void> copy_out(stream_id on, std::byte* to, std::byte const* from,
                        std::uint64_t bytes) override {
    return said(call({request_kind::copy_out, on, word(to), word(from), bytes}));
  }
  result<void> clear(stream_id on, std::byte* at, std::uint64_t bytes) override {
    return said(call({request_kind::clear, on, word(at), 0, bytes}));
  }
  result<void> load(std::string const& actor) override {
    request q{.kind = request_kind::load};
    if (!name(q, actor)) return too_long(actor);
    return said(call(q));
  }
  result<void> launch(stream_id on, std::string const& actor, blocks_view const* view,
                      std::uint32_t shards, std::uint32_t threads) override {
    request q{.kind = request_kind::launch,
              .stream = on,
              .from = word(view),
              .shards = shards,
              .threads = threads};
    if (!name(q, actor)) return too_long(actor);
    return said(call(q));
  }
  sighting look(stream_id on) override {
    response const r = call({.kind = request_kind::look, .stream = on});
    if (r.code != -1) return {presence::failed, r.text};
    return {r.what, r.text};
  }

  int pid() const noexcept override { return pid_.load(std::memory_order_acquire); }
  std::uint64_t generation() const noexcept override {
    return generation_.load(std::memory_order_acquire);
  }

  result<void> revive() override {
    std::scoped_lock const lock(mutex_);
    end_worker();
    if (auto r = start(); !r) return r;
    generation_.fetch_add(1, std::memory_order_acq_rel);
    response const r = call_with_lock({.kind = request_kind::open_stream});  // the engine's own
    return said(r);
  }

 private:
  static std::uint64_t word(void const* at) noexcept {
    return reinterpret_cast<std::uintptr_t>(at);
  }
  static bool name(request& q, std::string const& actor) {
    if (actor.size() >= sizeof q.actor) return false;
    std::memcpy(q.actor, actor.c_str(), actor.size() + 1);
    return true;
  }
  static tl::unexpected<error> too_long(std::string const& actor) {
    return fail(errc::unsupported, "the name of actor '" + actor.substr(0, 40) +
                                       "…' has more than 1023 bytes, too many for a worker "
                                       "process: give it a shorter gyre_name");
  }
  static result<void> said(response const& r) {
    if (r.code == -1) return {};
    return fail(static_cast<errc>(r.code), r.text);
  }

  response call(request const& q) {
    std::scoped_lock const lock(mutex_);
    return call_with_lock(q);
  }
  response call_with_lock(request const& q) {
    response r;
    if (alive() && ::send(socket_.get(), &q, sizeof q, MSG_NOSIGNAL) == sizeof q &&
        ::recv(socket_.get(), &r, sizeof r, 0) == sizeof r) {
      return r;
    }
    if (alive()) {
      // It hangs, or talks nonsense.
      ::kill(pid_.load(), SIGKILL);
    }
    r = response{};
    r.code = static_cast<std::int32_t>(errc::engine_failed);
    std::string const why = "the worker process " + how_it_ended();
    std::memcpy(r.text, why.c_str(), std::min(why.size() + 1, sizeof r.text - 1));
    return r;
  }

  /// Whether the worker's process has not ended. With mutex_ held.
  bool alive() {
    if (pidfd_.get() < 0) return false;
    pollfd end{pidfd_.get(), POLLIN, 0};
    return ::poll(&end, 1, 0) == 0;
  }

  /// With mutex_ held; waits for the end.
  std::string how_it_ended() {
    if (pidfd_.get() >= 0) {
      siginfo_t info{};
      // P_PIDFD is 3; older headers lack it.
      if (::waitid(static_cast<idtype_t>(3), static_cast<id_t>(pidfd_.get()), &info, WEXITED) ==
          0) {
        ended_ = info.si_code == CLD_EXITED
                     ? "ended with status " + std::to_string(info.si_status)
                     : "was killed by signal " + std::to_string(info.si_status);
      }
      pidfd_ = descriptor();
    }
    return ended_;
  }

  /// With mutex_ held, or before anybody else knows of it.
  void end_worker() {
    if (pidfd_.get() < 0) return;
    ::kill(pid_.load(), SIGKILL);
    (void)how_it_ended();
    socket_ = descriptor();
    pid_.store(0, std::memory_order_release);
  }

  result<void> start() {
    for (int i = 0; i < greatest_starts; ++i) {
      auto hello = spawn();
      if (!hello) return tl::unexpected<error>(std::move(hello.error()));
      if (hello->code == address_taken) {
        end_worker();
        continue;
      }
      if (hello->code != -1) {
        end_worker();
        return fail(static_cast<errc>(hello->code), hello->text);
      }
      facts_.index = hello->index;
      facts_.name = hello->name;
      facts_.major = hello->major;
      facts_.minor = hello->minor;
      facts_.multiprocessors = hello->multiprocessors;
      facts_.cannot_stay = hello->text;
      device_ = {reinterpret_cast<std::byte*>(hello->device_memory), hello->device_bytes};
      return {};
    }
    return fail(errc::engine_failed, "no worker process could map " + std::to_string(host_.size()) +
                                         " bytes where this one has them");
  }

  /// Starts this program once more, as the worker.
  result<greeting> spawn() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
      return system_failure("a socket");
    }
    socket_ = descriptor(ends[0]);
    descriptor const theirs(ends[1]);
    timeval const limit{std::chrono::seconds(patience).count(), 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);

    std::string variable = std::string(worker_variable) + "=" + std::to_string(theirs.get()) + ":" +
                           std::to_string(memory_.get()) + ":";
    char address[32];
    std::snprintf(address, sizeof address, "%llx",
                  static_cast<unsigned long long>(word(host_.data())));
    variable += address;
    variable += ":" + std::to_string(host_.size()) + ":" + std::to_string(index_) + ":" +
                std::to_string(device_bytes_);
    std::vector<char*> environment;
    for (char** e = environ; *e != nullptr; ++e) environment.push_back(*e);
    environment.push_back(variable.data());
    environment.push_back(nullptr);
    char title[] = "gyre-cuda-worker";
    char* arguments[] = {title, nullptr};

    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    // To its own number: that keeps it open across the exec.
    ::posix_spawn_file_actions_adddup2(&files, theirs.get(), theirs.get());
    ::posix_spawn_file_actions_adddup2(&files, memory_.get(), memory_.get());
    pid_t pid = 0;
    int const failed =
        ::posix_spawn(&pid, "/proc/self/exe", &files, nullptr, arguments, environment.data());
    ::posix_spawn_file_actions_destroy(&files);
    if (failed != 0) {
      errno = failed;
      return system_failure("starting a worker process");
    }
    pid_.store(pid, std::memory_order_release);
    pidfd_ = descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)));
    if (pidfd_.get() < 0) {
      auto const failure = system_failure("watching the worker process (pidfd_open)");
      ::kill(pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
      return failure;
    }
    greeting hello;
    if (::recv(socket_.get(), &hello, sizeof hello, 0) != sizeof hello) {
      end_worker();
      return fail(errc::unsupported,
                  "the worker process " + ended_ +
                      " and said nothing: cuda.worker_process wants gyre::serve_if_worker() to be "
                      "called first in main");
    }
    return hello;
  }

  int const index_;
  std::uint64_t const device_bytes_;
  descriptor memory_;
  std::span<std::byte> host_;
  std::span<std::byte> device_;
  device_facts facts_;
  std::mutex mutex_;
  // Guarded by mutex_.
  descriptor socket_;
  descriptor pidfd_;
  std::string ended_ = "has not been started";
  std::atomic<int> pid_{0};
  std::atomic<std::uint64_t> generation_{0};
};

}  // namespace

result<std::unique_ptr<device>> make_remote_device(int index, std::uint64_t host_bytes,
                                                   std::uint64_t device_bytes) {
  if (is_unserved_cuda_worker()) {
    return fail(errc::unsupported,
                "this process was started as a worker, but gyre::serve_if_worker() was not called "
                "first in main");
  }
  auto made = std::make_unique<remote_device>(index, device_bytes);
  if (auto r = made->take(host_bytes); !r) return tl::unexpected<error>(std::move(r.error()));
  return made;
}

}  // namespace gyre::cuda
