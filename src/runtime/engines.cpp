#include <gyre/runtime/engines.hpp>

#include <gyre/engine/cpu/engine.hpp>
#include <gyre/runtime/worker_process.hpp>

#if defined(GYRE_HAS_CUDA)
#include <gyre/engine/cuda/engine.hpp>
#endif

namespace gyre {
namespace {

#if !defined(GYRE_HAS_CUDA)
engine_report report_on_cuda() {
  engine_report out;
  out.kind = engine_kind::cuda;
  out.detail = "not built: there was no nvcc when Gyre was configured";
  return out;
}

result<std::shared_ptr<engine>> make_cuda_engine(cuda_options const&) {
  return fail(errc::unsupported, report_on_cuda().detail);
}

void serve_if_cuda_worker() {}
#endif

}  // namespace

void serve_if_worker() { serve_if_cuda_worker(); }

engine_report report_on(engine_kind kind) {
  return kind == engine_kind::cuda ? report_on_cuda() : make_cpu_engine()->report();
}

result<std::shared_ptr<engine>> make_engine(runtime_options const& options) {
  bool const cuda = options.engine == engine_kind::automatic ? report_on(engine_kind::cuda).found
                                                             : options.engine == engine_kind::cuda;
  if (!cuda) return std::shared_ptr<engine>(make_cpu_engine());
  auto made = make_cuda_engine(options.cuda);
  if (!made) made.error().context = "engine cuda: " + made.error().context;
  return made;
}

}  // namespace gyre
