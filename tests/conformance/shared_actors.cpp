#include "engine_under_test.hpp"

// The loops of the actors that most tests use: compiled here, and nowhere else.

template class gyre::shard_loop<gyre::conformance::account, gyre::cpu_environment>;
template class gyre::shard_loop<gyre::conformance::squarer, gyre::cpu_environment>;
template class gyre::shard_loop<gyre::conformance::worker, gyre::cpu_environment>;

void gyre::conformance::know_shared() {
#if defined(GYRE_TEST_EMULATED_LANES)
  emulated::know<account>();
  emulated::know<squarer>();
  emulated::know<worker>();
#endif
}
