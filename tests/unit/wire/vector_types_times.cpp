#include "vector_types.hpp"

namespace vector_types {

void add_times(registry& all) {
  add<gyre::uuid>(all, "Guid");
  add<wire::date_time>(all, "DateTime");
  add<wire::time_span>(all, "TimeSpan");
  add<wire::decimal>(all, "decimal");
  all["DateOnly"] = as<wire::date_only>();
  all["TimeOnly"] = as<wire::time_only>();
  all["DateTimeOffset"] = as<wire::date_time_offset>(form::other);
}

void add_strings(registry& all) {
  using text = optional<std::string>;
  all["string"] = as<text>();
  all["string?"] = all["string"];
  add_collections<text>(all, "string", form::same);
  all["string(MemoryPackSerializerOptions.Utf16/[Utf16StringFormatter])"] = as<text>(form::other);
  all["stringviawriter.WriteUtf8(ReadOnlySpan<byte>)"] = as<text, false>();
  all["StringBuilder"] = as<text>(form::other);
  for (auto const* const name : {"Uri", "CultureInfo", "TimeZoneInfo"}) all[name] = as<text>();
}

}  // namespace vector_types
