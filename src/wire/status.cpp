#include <gyre/wire/status.hpp>

namespace gyre::wire {

namespace {

struct words {
  std::string_view name;
  std::string_view sentence;
};

words words_of(fault code) noexcept {
  switch (code) {
    case fault::none: return {"none", "All is well."};
    case fault::truncated: return {"truncated", "The bytes end inside a value."};
    case fault::bad_length:
      return {"bad_length",
              "A length or count is negative, more than the bytes hold, or contradictory."};
    case fault::over_capacity:
      return {"over_capacity", "There are more elements, or more text, than the member can hold."};
    case fault::bad_header:
      return {"bad_header",
              "An object has more members than its type knows, or a reserved header."};
    case fault::too_deep:
      return {"too_deep",
              "Values are nested in more than 64 levels, or 1,000 of objects with references."};
    case fault::bad_utf8: return {"bad_utf8", "Text is not valid UTF-8 or UTF-16."};
    case fault::bad_bool: return {"bad_bool", "A truth value or a null flag is neither 0 nor 1."};
    case fault::bad_value: return {"bad_value", "A value is outside of its type's range."};
    case fault::bad_tag: return {"bad_tag", "A union carries a tag that its type does not list."};
    case fault::trailing_bytes: return {"trailing_bytes", "Bytes are left over after the message."};
    case fault::null_not_allowed:
      return {"null_not_allowed", "There is a null where the type has none."};
    case fault::duplicate_key: return {"duplicate_key", "A map or a set holds a key twice."};
    case fault::not_borrowable:
      return {"not_borrowable", "A view cannot borrow text that is UTF-16."};
    case fault::no_room: return {"no_room", "The output is smaller than the encoded message."};
    case fault::too_long: return {"too_long", "The message is over the format's limit of 2 GiB."};
    case fault::no_memory: return {"no_memory", "The decoded value did not fit in memory."};
    case fault::bad_reference:
      return {"bad_reference",
              "A reference id names no earlier object of the type, or is out of order."};
  }
  return {"unknown", "This is not a fault that the codec knows."};
}

}  // namespace

std::string_view to_string(fault code) noexcept { return words_of(code).name; }

std::string_view explain(fault code) noexcept { return words_of(code).sentence; }

}  // namespace gyre::wire
