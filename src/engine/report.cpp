#include <algorithm>
#include <string>
#include <thread>

#include <gyre/engine/engine.hpp>

namespace gyre {

engine_report report_on(engine_kind kind) {
  engine_report out;
  out.kind = kind;
  if (kind == engine_kind::cuda) {
    out.detail = "not built: this version has no CUDA engine yet";
    return out;
  }
  out.built = true;
  out.found = true;
  out.greatest_shards = cpu_greatest_shards;
  out.greatest_lanes = 1;
  out.detail = std::to_string(std::max(1U, std::thread::hardware_concurrency())) + " cores";
  return out;
}

}  // namespace gyre
