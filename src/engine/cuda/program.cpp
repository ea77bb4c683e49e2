#include <gyre/engine/cuda/program.hpp>

#include <map>
#include <mutex>
#include <string>

namespace gyre {
namespace {

struct known_program {
  cuda_program program;
  std::string namesake{};  ///< Another actor of this name; empty: there is none.
};

struct programs {
  std::mutex mutex;
  std::map<std::string, known_program, std::less<>> by_actor;
};

/// Made at the first use, which may be before `main`, and never destroyed.
programs& all() {
  static auto& made = *new programs;
  return made;
}

}  // namespace

void add_cuda_program(cuda_program const& program) {
  std::scoped_lock const lock(all().mutex);
  auto const [at, fresh] =
      all().by_actor.try_emplace(std::string(program.actor), known_program{program});
  if (fresh) return;
  known_program& known = at->second;
  if (known.program.spelled == program.spelled) {
    known.program = program;
  } else {
    known.namesake = program.spelled;
  }
}

result<cuda_program const*> find_cuda_program(std::string_view actor) {
  std::string const name(actor);
  std::scoped_lock const lock(all().mutex);
  auto const found = all().by_actor.find(actor);
  if (found == all().by_actor.end()) {
    return fail(errc::unsupported, "actor '" + name +
                                       "' was not compiled for the device: nvcc must see a "
                                       "gyre::on_device of it");
  }
  known_program const& known = found->second;
  if (!known.namesake.empty()) {
    return fail(errc::invalid_argument,
                "two actors named '" + name + "' were compiled for the device, " +
                    std::string(known.program.spelled) + " and " + known.namesake +
                    ": one of them needs a gyre_name of its own");
  }
  return &known.program;
}

}  // namespace gyre
