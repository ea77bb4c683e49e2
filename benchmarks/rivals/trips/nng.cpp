#include <cstring>
#include <stdexcept>

#include <nng/nng.h>
#include <nng/protocol/pair0/pair.h>

#include "trips.hpp"

namespace rivals {
namespace {

void check(int code) {
  if (code != 0) throw std::runtime_error(nng_strerror(code));
}

/// A pair of sockets within the process. Messages change hands and are not copied: who receives one
/// writes the answer into it and sends it back.
class link {
 public:
  link() {
    check(nng_pair0_open(&far_));
    check(nng_pair0_open(&near_));
    for (nng_socket const s : {far_, near_}) {
      check(nng_socket_set_int(s, NNG_OPT_SENDBUF, 2 * window));
      check(nng_socket_set_int(s, NNG_OPT_RECVBUF, 2 * window));
    }
    check(nng_listen(far_, "inproc://adder", nullptr, 0));
    check(nng_dial(near_, "inproc://adder", nullptr, 0));
    other_ = std::thread([this] {
      pinned const here(cores().kernel);
      std::int64_t sum = 0;
      nng_msg* m = nullptr;
      while (nng_recvmsg(far_, &m, 0) == 0) {
        auto* const b = static_cast<ball*>(nng_msg_body(m));
        b->value = sum += b->value;
        if (nng_sendmsg(far_, m, 0) != 0) nng_msg_free(m);
      }
    });
  }
  ~link() {
    nng_close(far_);
    other_.join();
    nng_close(near_);
    for (nng_msg* const m : spare_) nng_msg_free(m);
  }
  link(link const&) = delete;
  link& operator=(link const&) = delete;

  void send(ball const& b) {
    nng_msg* m = nullptr;
    if (spare_.empty()) {
      check(nng_msg_alloc(&m, sizeof b));
    } else {
      m = spare_.back();
      spare_.pop_back();
    }
    std::memcpy(nng_msg_body(m), &b, sizeof b);
    check(nng_sendmsg(near_, m, 0));
  }
  void receive(ball& b) {
    nng_msg* m = nullptr;
    check(nng_recvmsg(near_, &m, 0));
    std::memcpy(&b, nng_msg_body(m), sizeof b);
    spare_.push_back(m);
  }

 private:
  nng_socket far_{};
  nng_socket near_{};
  std::vector<nng_msg*> spare_;
  std::thread other_;
};

}  // namespace

std::vector<benchmark> nng_rows(bench_effort const& effort) {
  return rows_of(
      effort, "messages.nng",
      [=] {
        pinned const here(cores().client);
        link l;
        return one_in_flight(effort, [&](ball& b) {
          l.send(b);
          l.receive(b);
          return true;
        });
      },
      [=] {
        pinned const here(cores().client);
        link l;
        return windowed(
            effort, [&](ball const& b) { l.send(b); }, [&](ball& b) { l.receive(b); });
      });
}

}  // namespace rivals
