#include <gyre/core/error.hpp>

#include <array>
#include <new>
#include <utility>

namespace gyre {
namespace {

struct entry {
  std::string_view name;
  std::string_view sentence;
};

constexpr std::array<entry, 25> entries{{
    {"invalid_option", "an option is outside its bounds"},
    {"invalid_argument", "an argument cannot be used"},
    {"already_exists", "the id or the name is taken"},
    {"not_found", "nothing has this id or name"},
    {"wrong_type", "it exists, but carries another message type"},
    {"wrong_state", "its state does not allow the operation"},
    {"unsupported", "this build, engine or machine does not have it"},
    {"no_memory", "there is not enough memory"},
    {"full", "there was no room, and the policy is not to wait"},
    {"timed_out", "the deadline passed first"},
    {"cancelled", "the caller's stop token was signalled"},
    {"duplicate", "a message with this id was seen in the deduplication window"},
    {"dropped", "the overflow policy dropped this message"},
    {"too_large", "the message is larger than its ring or queue carries"},
    {"malformed", "the bytes are not a message of the expected type"},
    {"rejected", "the handler refused the message"},
    {"handler_failed", "the handler threw an exception"},
    {"no_such_actor", "no actor has this id"},
    {"unknown_message", "the kernel has no handler for this message type"},
    {"terminated", "the kernel was terminated"},
    {"engine_failed", "the engine, or the kernel on it, failed"},
    {"stale_handle", "the handle's buffer was freed"},
    {"foreign_handle", "the handle belongs to another runtime"},
    {"out_of_range", "the access goes past the end"},
    {"input_output", "a file or stream could not be read or written"},
}};

static_assert(static_cast<std::size_t>(errc::input_output) + 1 == entries.size(),
              "each code has its name and its sentence");

}  // namespace

std::string_view to_string(errc code) noexcept {
  auto const i = static_cast<std::size_t>(code);
  return i < entries.size() ? entries[i].name : "unknown";
}

std::string_view describe(errc code) noexcept {
  auto const i = static_cast<std::size_t>(code);
  return i < entries.size() ? entries[i].sentence : "an unknown error";
}

std::string error::message() const {
  std::string out(to_string(code));
  out += ": ";
  if (code == errc::rejected) {
    if (!context.empty()) out += "kernel '" + context + "': ";
    out += describe(code);
    out += ", with code " + std::to_string(reject_code) + " and detail " + std::to_string(detail);
    return out;
  }
  if (context.empty()) {
    out += describe(code);
  } else {
    out += context;
  }
  return out;
}

}  // namespace gyre

tl::bad_expected_access<gyre::error>::bad_expected_access(gyre::error why)
    : error_(std::move(why)) {
  try {
    text_ = error_.message();
  } catch (std::bad_alloc const&) {  // what() then has a sentence that is there anyway
  }
}

char const* tl::bad_expected_access<gyre::error>::what() const noexcept {
  return text_.empty() ? gyre::describe(error_.code).data() : text_.c_str();
}
