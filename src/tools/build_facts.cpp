#include "commands.hpp"

namespace gyre::tool {

std::string_view build_commit() noexcept {
#ifdef GYRE_COMMIT
  return GYRE_COMMIT;
#else
  return "unknown";
#endif
}

std::string_view build_flags() noexcept {
#ifdef GYRE_FLAGS
  return GYRE_FLAGS;
#else
  return {};
#endif
}

std::string_view build_version() noexcept {
#ifdef GYRE_VERSION
  return GYRE_VERSION;
#else
  return "unknown";
#endif
}

}  // namespace gyre::tool
