#include <algorithm>

#include "language.hpp"

namespace gyre::wire::detail {

namespace {

constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr char upper(char c) { return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c; }
constexpr char lower(char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; }

bool holds(std::span<std::string_view const> words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

std::string pascal_case(std::string_view name) {
  std::string out;
  bool begins = true;
  for (char const c : name) {
    if (c != '_') out += begins ? upper(c) : c;
    begins = c == '_';
  }
  return out;
}

std::string camel_case(std::string_view name) {
  std::string out = pascal_case(name);
  if (!out.empty()) out.front() = lower(out.front());
  return out;
}

bool is_name(std::string_view name) noexcept {
  return !name.empty() && std::all_of(name.begin(), name.end(), is_identifier) &&
         !(name.front() >= '0' && name.front() <= '9');
}

bool has_members(shape form) noexcept {
  return form == shape::object || form == shape::version_tolerant || form == shape::circular ||
         form == shape::unmanaged;
}

bool is_declared(shape form) noexcept {
  return has_members(form) || form == shape::enumeration || form == shape::one_of;
}

bool is_number(shape form) noexcept { return form <= shape::float64; }

std::string joined(std::span<std::string const> words, std::string_view between) {
  std::string out;
  for (std::string const& word : words) {
    if (&word != words.data()) out += between;
    out += word;
  }
  return out;
}

std::string quoted(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "\"";
  for (char const c : text) {
    auto const byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F) {
      out += "\\u00";
      out += digits[byte >> 4U];
      out += digits[byte & 15U];
    } else {
      out += c;
    }
  }
  return out + '"';
}

declaration::declaration(schema const& s, std::string_view language,
                         std::span<std::string_view const> taken, std::string_view union_prefix)
    : schema_(s), language_(language), names_(s.types.size()) {
  name_types(taken, union_prefix);
}

void declaration::name_types(std::span<std::string_view const> taken,
                             std::string_view union_prefix) {
  for (std::size_t i = 0; i < size(); ++i) {
    if (is_declared(type(i).form)) names_[i] = pascal_case(type(i).name);
  }
  for (std::size_t i = 0; i < size(); ++i) {
    schema_type const& t = type(i);
    if (t.form != shape::one_of) continue;
    std::string& name = names_[i];
    if (name.empty()) {
      std::vector<std::string> alternatives;
      for (std::size_t const part : t.parts) alternatives.push_back(names_[part]);
      name = joined(alternatives, "Or");
    }
    bool const has_prefix = name.size() > union_prefix.size() && name.starts_with(union_prefix) &&
                            is_upper(name[union_prefix.size()]);
    if (!has_prefix) name.insert(0, union_prefix);
  }
  bool any = false;
  for (std::size_t i = 0; i < size(); ++i) {
    if (!is_declared(type(i).form)) continue;
    any = true;
    enter(type(i));
    if (!is_name(names_[i])) {
      refuse("it has no name there; state one as `wire_name`");
    } else if (holds(taken, names_[i])) {
      refuse(names_[i] + " is a type there already; state another name as `wire_name`");
    }
    auto const same =
        std::find(names_.begin(), names_.begin() + static_cast<std::ptrdiff_t>(i), names_[i]);
    if (same != names_.begin() + static_cast<std::ptrdiff_t>(i)) {
      auto const other = static_cast<std::size_t>(same - names_.begin());
      refuse("it is called " + names_[i] + ", as is " + type(other).cpp_name +
             "; state another name as `wire_name`");
    }
  }
  if (!any && size() != 0) {
    enter(type(schema_.roots.empty() ? 0 : schema_.roots.front()));
    refuse("there is nothing to declare: no struct, enum or union");
  }
}

std::vector<std::string> declaration::member_names(schema_type const& t,
                                                   std::string (*convert)(std::string_view),
                                                   std::span<std::string_view const> taken) {
  std::vector<std::string> names;
  auto const add = [&](std::string const& from) {
    std::string name = convert(from);
    if (!is_name(name)) {
      refuse("it has no name there; state one in `wire_names`");
    } else if (holds(taken, name) || (has_members(t.form) && name == names_[index_of(t)])) {
      refuse(name + " is taken there; state another name in `wire_names`");
    } else if (std::find(names.begin(), names.end(), name) != names.end()) {
      refuse("there are two members " + name + "; state other names in `wire_names`");
    }
    names.push_back(std::move(name));
  };
  for (schema_member const& m : t.members) {
    enter(t, &m);
    add(m.name);
  }
  enter(t);
  for (schema_enumerator const& e : t.enumerators) add(e.name);
  return names;
}

std::string declaration::refuse(std::string_view why) {
  if (refused_) return {};
  std::string what(language_);
  what += " cannot say ";
  if (type_ != nullptr) what += type_->name.empty() ? type_->cpp_name : type_->name;
  if (member_ != nullptr) what += "." + member_->name;
  what += ": ";
  what += why;
  refused_ = error{errc::unsupported, 0, 0, std::move(what)};
  return {};
}

result<std::string> declaration::finish(std::string text) {
  if (refused_) return tl::unexpected<error>(std::move(*refused_));
  return text;
}

}  // namespace gyre::wire::detail
