#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <gyre/core/uuid.hpp>

#include "../commands.hpp"
#include "request_fields.hpp"
#include "request_line.hpp"

namespace gyre::tool {

namespace {

/// A number as the line has it: the text where it has a fraction or an exponent, or does not fit.
struct number {
  bool negative = false;
  bool whole = false;
  std::uint64_t magnitude = 0;  ///< Of a whole number.
  double value = 0;             ///< Of another.
  std::string_view text;        ///< Likewise.

  [[nodiscard]] std::string shown() const {
    return whole ? fmt::format("{}{}", negative ? "-" : "", magnitude) : std::string(text);
  }
};

/// Fills a request from the parser's events; stops at the first thing that is wrong.
class request_builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit request_builder(request_line& out) : out_(out) {}

  /// What is wrong, or empty.
  std::string error;

  bool null() override {
    if (depth_ == 1 && at_ == field::correlation_id) {
      out_.request.correlation_id.reset();
      return true;
    }
    return refuse("null");
  }
  bool boolean(bool value) override {
    if (depth_ != 1 || at_ != field::use_gpu_memory) return refuse(value ? "true" : "false");
    out_.request.use_gpu_memory = value;
    return true;
  }
  bool number_integer(number_integer_t value) override {
    // Only what has a minus sign comes here, -0 too.
    return numeric({true, true, std::uint64_t{0} - static_cast<std::uint64_t>(value), 0, {}});
  }
  bool number_unsigned(number_unsigned_t value) override {
    return numeric({false, true, value, 0, {}});
  }
  bool number_float(number_float_t value, string_t const& text) override {
    return numeric({std::signbit(value), false, 0, value, text});
  }
  bool string(string_t& value) override;
  bool binary(binary_t&) override { return refuse("binary data"); }

  bool start_object(std::size_t) override {
    if (depth_ != 0) return refuse("an object");
    ++depth_;
    return true;
  }
  bool end_object() override {
    --depth_;
    return true;
  }
  bool start_array(std::size_t) override {
    if (depth_ != 1 || !is_vector()) return refuse("an array");
    ++depth_;
    return true;
  }
  bool end_array() override {
    --depth_;
    return true;
  }
  bool key(string_t& name) override;
  bool parse_error(std::size_t position, std::string const& token,
                   nlohmann::json::exception const& e) override;

  [[nodiscard]] bool has(field f) const { return (seen_ >> static_cast<unsigned>(f) & 1U) != 0; }

 private:
  [[nodiscard]] bool is_vector() const { return at_ == field::inline_a || at_ == field::inline_b; }
  [[nodiscard]] std::vector<float>& vector() { return at_ == field::inline_a ? out_.a : out_.b; }
  [[nodiscard]] std::string place() const;
  bool refuse(std::string_view value);
  bool numeric(number const& n);
  bool element(number const& n);
  bool uuid_of(std::string const& text, uuid& out);
  template <class Whole>
  bool whole(number const& n, Whole& out);

  request_line& out_;
  field at_{};
  std::uint32_t seen_ = 0;
  int depth_ = 0;  // 1: in the object, 2: in one of its arrays
};

std::string request_builder::place() const {
  if (depth_ == 0) return "the line";
  std::string name(name_of(at_));
  if (depth_ == 1) return name;
  auto const& values = at_ == field::inline_a ? out_.a : out_.b;
  return name + "[" + std::to_string(values.size()) + "]";
}

bool request_builder::refuse(std::string_view value) {
  constexpr std::size_t longest = 80;
  std::string shown(value.substr(0, longest));
  if (value.size() > longest) shown += "…";
  error = fmt::format("{} is {}, allowed: {}", place(), shown, allowed_in(at_, depth_));
  return false;
}

template <class Whole>
bool request_builder::whole(number const& n, Whole& out) {
  using bounds = std::numeric_limits<Whole>;
  if (!n.whole) return refuse(n.shown());
  auto const greatest = static_cast<std::uint64_t>(bounds::max());
  if (n.magnitude > greatest + (n.negative && bounds::is_signed ? 1 : 0)) return refuse(n.shown());
  if (n.negative && n.magnitude > 0 && !bounds::is_signed) return refuse(n.shown());
  out = static_cast<Whole>(n.negative ? std::uint64_t{0} - n.magnitude : n.magnitude);
  return true;
}

bool request_builder::numeric(number const& n) {
  if (depth_ == 2) return element(n);
  if (depth_ == 0) return refuse("a number");
  vector_add_request& r = out_.request;
  switch (at_) {
    case field::priority: return whole(n, r.priority);
    case field::length: return whole(n, r.length);
    case field::operation: {
      // One that there is not is passed on: the kernel's reply says so.
      std::int32_t value = 0;
      if (!whole(n, value)) return false;
      r.operation = static_cast<vector_operation>(value);
      return true;
    }
    case field::a: return whole(n, r.a);
    case field::b: return whole(n, r.b);
    case field::result: return whole(n, r.result);
    default: return refuse(n.shown());
  }
}

bool request_builder::element(number const& n) {
  float value = 0;
  if (n.whole) {
    value = static_cast<float>(n.magnitude);
    if (n.negative) value = -value;
  } else {
    // Straight from the text: by way of a double, it would be rounded twice.
    auto const end = n.text.data() + n.text.size();
    auto const read = std::from_chars(n.text.data(), end, value);
    if (read.ec == std::errc::result_out_of_range) {
      if (std::abs(n.value) > 1) return refuse(n.text);
      value = std::copysign(0.0F, n.negative ? -1.0F : 1.0F);
    }
  }
  vector().push_back(value);
  return true;
}

bool request_builder::uuid_of(std::string const& text, uuid& out) {
  auto const parsed = uuid::parse(text);
  if (!parsed) return refuse('"' + text + '"');
  out = *parsed;
  return true;
}

bool request_builder::string(string_t& value) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  if (depth_ == 2) {
    if (value == "NaN") {
      vector().push_back(std::numeric_limits<float>::quiet_NaN());
    } else if (value == "Infinity" || value == "-Infinity") {
      vector().push_back(value.front() == '-' ? -infinity : infinity);
    } else {
      return refuse('"' + value + '"');
    }
    return true;
  }
  if (depth_ == 1 && at_ == field::message_id) {
    if (!uuid_of(value, out_.request.message_id)) return false;
    return !out_.request.message_id.is_nil() || refuse("nil");
  }
  if (depth_ == 1 && at_ == field::correlation_id) {
    return uuid_of(value, out_.request.correlation_id.emplace());
  }
  if (depth_ == 1 && at_ == field::operation) {
    auto const found = operation_of(value);
    if (!found) return refuse('"' + value + '"');
    out_.request.operation = *found;
    return true;
  }
  return refuse('"' + value + '"');
}

bool request_builder::key(string_t& name) {
  auto const found = field_of(name);
  if (!found) {
    error = fmt::format("unknown field {}, nearest: '{}'", in_quotes(name), nearest_field(name));
    return false;
  }
  at_ = *found;
  if (has(at_)) {
    error = fmt::format("field '{}' is given twice", name);
    return false;
  }
  seen_ |= 1U << static_cast<unsigned>(at_);
  return true;
}

bool request_builder::parse_error(std::size_t position, std::string const&,
                                  nlohmann::json::exception const& e) {
  // "[json.exception.parse_error.101] parse error at line 1, column 3: syntax error while …"
  constexpr std::size_t longest = 200;
  std::string_view text = e.what();
  if (auto const bracket = text.find("] "); bracket != text.npos) text.remove_prefix(bracket + 2);
  if (auto const colon = text.find(": "); text.starts_with("parse error") && colon != text.npos) {
    text.remove_prefix(colon + 2);
  }
  std::string_view const shown = text.substr(0, longest);
  error =
      fmt::format("JSON, column {}: {}{}", position, shown, shown.size() < text.size() ? "…" : "");
  return false;
}

}  // namespace

std::string read_request(std::string_view line, request_line& out) {
  out.request = vector_add_request();
  out.a.clear();
  out.b.clear();
  request_builder builder(out);
  if (!nlohmann::json::sax_parse(line.begin(), line.end(), &builder)) return builder.error;
  bool const has_handles = out.request.a != 0 || out.request.b != 0 || out.request.result != 0;
  for (field const f : {field::operation, field::inline_a, field::inline_b}) {
    if (builder.has(f) || (has_handles && f != field::operation)) continue;
    return fmt::format("field '{}' is missing", name_of(f));
  }
  if (!builder.has(field::length)) {
    if (out.a.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
      return fmt::format("inline_a has {} elements, allowed: at most 2147483647", out.a.size());
    }
    out.request.length = static_cast<std::int32_t>(out.a.size());
  }
  return {};
}

}  // namespace gyre::tool
