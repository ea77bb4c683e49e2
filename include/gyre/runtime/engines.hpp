#pragma once

#include <memory>

#include <gyre/core/error.hpp>
#include <gyre/core/options.hpp>
#include <gyre/engine/report.hpp>

namespace gyre {

class engine;

/// What is known of an engine kind, whether or not it can be used. Thread-safe.
[[nodiscard]] engine_report report_on(engine_kind kind);

/// An engine of this kind; `automatic`: cuda where it is found, else cpu. `unsupported` if it is
/// not there, saying why; `no_memory`. Thread-safe.
[[nodiscard]] result<std::shared_ptr<engine>> make_engine(runtime_options const& options);

}  // namespace gyre
