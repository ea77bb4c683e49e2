#include "order_lines.hpp"

#include <cstddef>
#include <istream>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

// The only file that includes the JSON library, which takes seconds to compile.

namespace gate {
namespace {

using nlohmann::json;

constexpr std::string_view kinds[] = {"order", "cancel", "kill", "resume"};
constexpr std::string_view sides[] = {"buy", "sell"};

/// Fit for a message of one line, of ASCII.
std::string shown(json const& value) {
  constexpr std::size_t longest = 40;
  std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
  if (text.size() > longest) text = text.substr(0, longest) + "...";
  return text;
}

/// Reads an object's members. Keeps the first fault, and gives zeros for what is wrong.
class members {
 public:
  explicit members(json const& object) : object_(object) {}

  [[nodiscard]] std::string const& why() const noexcept { return why_; }
  [[nodiscard]] bool has(char const* name) const { return object_.contains(name); }

  std::uint64_t whole(char const* name, std::uint64_t least, std::uint64_t greatest) {
    std::string const allowed =
        "a whole number, " + std::to_string(least) + " to " + std::to_string(greatest);
    json const* const value = find(name, allowed);
    if (value == nullptr) return 0;
    if (value->is_number_unsigned()) {
      auto const n = value->get<std::uint64_t>();
      if (n >= least && n <= greatest) return n;
    }
    fault(std::string(name) + " is " + shown(*value) + ", allowed: " + allowed);
    return 0;
  }

  /// The index of the word that the member is.
  std::size_t word(char const* name, std::span<std::string_view const> words) {
    std::string allowed;
    for (std::string_view const w : words) (allowed += allowed.empty() ? "" : ", ").append(w);
    json const* const value = find(name, allowed);
    if (value == nullptr) return 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (value->is_string() && value->get_ref<std::string const&>() == words[i]) return i;
    }
    fault(std::string(name) + " is " + shown(*value) + ", allowed: " + allowed);
    return 0;
  }

 private:
  json const* find(char const* name, std::string const& allowed) {
    auto const at = object_.find(name);
    if (at != object_.end()) return &*at;
    fault(std::string(name) + " is missing: " + allowed);
    return nullptr;
  }
  void fault(std::string why) {
    if (why_.empty()) why_ = std::move(why);
  }

  json const& object_;
  std::string why_;
};

/// Empty, or what is wrong with the line.
std::string read_line(std::string const& text, entry& out) {
  if (text.find_first_not_of(" \t\r") == std::string::npos) return "it is empty";
  json const object = json::parse(text, nullptr, false);
  if (object.is_discarded()) return "it is not JSON";
  if (!object.is_object()) return "it is " + shown(object) + ", allowed: an object";
  members m(object);
  out.what = static_cast<kind>(m.word("kind", kinds));
  if (!m.why().empty()) return m.why();
  if (out.what == kind::order || out.what == kind::cancel) {
    out.id = m.whole("id", 1, greatest_id);
    out.account = m.whole("account", 0, greatest_account);
  }
  if (out.what == kind::order) {
    out.symbol = static_cast<std::uint32_t>(m.word("symbol", symbol_names));
    bool const sells = m.word("side", sides) == 1;
    auto const quantity = static_cast<std::int64_t>(m.whole("quantity", 1, greatest_quantity));
    out.quantity = sells ? -quantity : quantity;
    out.price_cents = static_cast<std::int64_t>(m.whole("price_cents", 1, greatest_price_cents));
  } else if (out.what != kind::cancel) {
    bool const one_account = m.has("account");
    bool const one_symbol = m.has("symbol");
    if (one_account && one_symbol) return "it has a symbol and an account, allowed: one of them";
    out.account = one_account ? m.whole("account", 0, greatest_account) : no_account;
    out.symbol =
        one_symbol ? static_cast<std::uint32_t>(m.word("symbol", symbol_names)) : no_symbol;
  }
  return m.why();
}

}  // namespace

lines read_lines(std::istream& in) {
  lines out;
  std::map<std::uint64_t, std::uint64_t> line_of_id;
  for (std::string text; std::getline(in, text);) {
    ++out.count;
    entry e;
    std::string why = read_line(text, e);
    if (why.empty() && e.what == kind::order) {
      auto const [first, is_new] = line_of_id.emplace(e.id, out.count);
      if (!is_new) {
        why = "id is " + std::to_string(e.id) + ", which the order of line " +
              std::to_string(first->second) + " has";
      }
    }
    if (why.empty()) {
      out.entries.push_back(e);
    } else {
      out.bad.push_back({out.count, std::move(why)});
    }
  }
  return out;
}

}  // namespace gate
