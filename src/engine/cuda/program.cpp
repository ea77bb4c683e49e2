#include <gyre/engine/cuda/program.hpp>

#include <map>
#include <mutex>
#include <string>

namespace gyre {
namespace {

struct programs {
  std::mutex mutex;
  std::map<std::string, cuda_program, std::less<>> by_actor;
};

/// Made at the first use, which may be before `main`, and never destroyed.
programs& all() {
  static auto& made = *new programs;
  return made;
}

}  // namespace

void add_cuda_program(cuda_program const& program) {
  std::scoped_lock const lock(all().mutex);
  all().by_actor.insert_or_assign(std::string(program.actor), program);
}

cuda_program const* find_cuda_program(std::string_view actor) noexcept {
  std::scoped_lock const lock(all().mutex);
  auto const found = all().by_actor.find(actor);
  return found == all().by_actor.end() ? nullptr : &found->second;
}

}  // namespace gyre
