#include <zmq.hpp>

#include "trips.hpp"

namespace rivals {
namespace {

/// A pair of sockets within the process; messages this small are kept within the library's own
/// structure. `flags` none: the system's sleep; `dontwait`: both sides poll.
class link {
 public:
  explicit link(zmq::recv_flags how) : how_(how) {
    far_.bind("inproc://adder");
    near_.connect("inproc://adder");
    other_ = std::thread([this] {
      pinned const here(cores().kernel);
      std::int64_t sum = 0;
      for (;;) {
        ball b = from(far_);
        if (b.number == UINT64_MAX) return;
        b.value = sum += b.value;
        far_.send(zmq::const_buffer(&b, sizeof b), zmq::send_flags::none);
      }
    });
  }
  ~link() {
    send(ball{UINT64_MAX, 0});
    other_.join();
  }
  link(link const&) = delete;
  link& operator=(link const&) = delete;

  void send(ball const& b) { near_.send(zmq::const_buffer(&b, sizeof b), zmq::send_flags::none); }
  void receive(ball& b) { b = from(near_); }

 private:
  [[nodiscard]] ball from(zmq::socket_t& s) const {
    ball b;
    while (!s.recv(zmq::mutable_buffer(&b, sizeof b), how_)) gyre::platform::pause();
    return b;
  }

  zmq::recv_flags how_;
  zmq::context_t context_{0};  // no thread for a network
  zmq::socket_t far_{context_, zmq::socket_type::pair};
  zmq::socket_t near_{context_, zmq::socket_type::pair};
  std::thread other_;
};

std::vector<benchmark> rows(bench_effort const& effort, std::string const& name,
                            zmq::recv_flags how) {
  return rows_of(
      effort, name,
      [=] {
        pinned const here(cores().client);
        link l(how);
        return one_in_flight(effort, [&](ball& b) {
          l.send(b);
          l.receive(b);
          return true;
        });
      },
      [=] {
        pinned const here(cores().client);
        link l(how);
        return windowed(
            effort, [&](ball const& b) { l.send(b); }, [&](ball& b) { l.receive(b); });
      });
}

}  // namespace

std::vector<benchmark> zeromq_rows(bench_effort const& effort) {
  auto all = rows(effort, "messages.zeromq_waiting", zmq::recv_flags::none);
  for (auto& r : rows(effort, "messages.zeromq_polling", zmq::recv_flags::dontwait)) {
    all.push_back(std::move(r));
  }
  return all;
}

}  // namespace rivals
