#include <gyre/wire/describe.hpp>

namespace gyre::wire::detail {

std::string describe(status const& s, std::string_view type, std::string path) {
  if (s.code == fault::none) return std::string(to_string(s.code));
  std::string out(type);
  if (!path.empty()) {
    if (path.front() != '[') out += '.';
    out += path;
  }
  if (s.path_cut) out += "…";
  out += " at byte " + std::to_string(s.offset) + ": ";
  out += explain(s.code);
  return out;
}

errc unwritten(fault code) noexcept {
  switch (code) {
    case fault::no_memory: return errc::no_memory;
    case fault::too_deep: return errc::invalid_argument;
    default: return errc::too_large;
  }
}

}  // namespace gyre::wire::detail
