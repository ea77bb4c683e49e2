#include <string>
#include <utility>

#include <dlfcn.h>

#include <cuda_runtime.h>

#include "facts.hpp"
#include "mapping.hpp"

namespace gyre::cuda {
namespace {

/// The part of gdrcopy's interface that is used here (its gdrapi.h, version 2).
struct gdr_mh {
  unsigned long h = 0;
};
struct gdr_api {
  void* (*open)() = nullptr;
  int (*close)(void*) = nullptr;
  int (*pin_buffer)(void*, unsigned long, std::size_t, std::uint64_t, std::uint32_t,
                    gdr_mh*) = nullptr;
  int (*unpin_buffer)(void*, gdr_mh) = nullptr;
  int (*map)(void*, gdr_mh, void**, std::size_t) = nullptr;
  int (*unmap)(void*, gdr_mh, void*, std::size_t) = nullptr;
};

constexpr char library_name[] = "libgdrapi.so.2";

template <class F>
bool find(void* library, char const* name, F& out) {
  out = reinterpret_cast<F>(::dlsym(library, name));
  return out != nullptr;
}

/// Never closed: mappings may last as long as the process.
result<gdr_api> load() {
  void* const library = ::dlopen(library_name, RTLD_NOW);
  if (library == nullptr) {
    return fail(errc::unsupported, std::string("gdrcopy's library is not there: ") + ::dlerror());
  }
  gdr_api api;
  bool const all = find(library, "gdr_open", api.open) && find(library, "gdr_close", api.close) &&
                   find(library, "gdr_pin_buffer", api.pin_buffer) &&
                   find(library, "gdr_unpin_buffer", api.unpin_buffer) &&
                   find(library, "gdr_map", api.map) && find(library, "gdr_unmap", api.unmap);
  if (!all) return fail(errc::unsupported, std::string(library_name) + " is of another version");
  return api;
}

class gdr_mapping final : public mapping {
 public:
  explicit gdr_mapping(gdr_api const& api) : api_(api) {}
  ~gdr_mapping() override {
    if (host_ != nullptr) api_.unmap(driver_, handle_, host_, bytes_);
    if (pinned_) api_.unpin_buffer(driver_, handle_);
    if (driver_ != nullptr) api_.close(driver_);
    if (whole_ != nullptr) cudaFree(whole_);
  }

  result<void> map(std::uint64_t bytes) {
    // Pages of the mapping are 64 KiB.
    constexpr std::uint64_t page = std::uint64_t{64} << 10;
    bytes_ = (bytes + page - 1) / page * page;
    auto r = check(cudaMalloc(&whole_, bytes_ + page), "device memory to be mapped");
    if (!r) return r;
    auto const at = (reinterpret_cast<std::uintptr_t>(whole_) + page - 1) / page * page;
    device_ = reinterpret_cast<std::byte*>(at);
    r = check(cudaMemset(device_, 0, bytes_), "clearing device memory");
    if (!r) return r;
    driver_ = api_.open();
    if (driver_ == nullptr) {
      return fail(errc::unsupported, "gdrcopy's driver (gdrdrv) is not there");
    }
    pinned_ = api_.pin_buffer(driver_, at, bytes_, 0, 0, &handle_) == 0;
    void* host = nullptr;
    if (!pinned_ || api_.map(driver_, handle_, &host, bytes_) != 0) {
      return fail(errc::unsupported,
                  "gdrcopy cannot map " + std::to_string(bytes_) + " bytes of device memory");
    }
    host_ = host;
    return {};
  }

  std::byte* on_host() const noexcept override { return static_cast<std::byte*>(host_); }
  std::byte* on_device() const noexcept override { return device_; }
  std::uint64_t bytes() const noexcept override { return bytes_; }

 private:
  gdr_api const api_;
  void* driver_ = nullptr;
  void* whole_ = nullptr;
  void* host_ = nullptr;
  std::byte* device_ = nullptr;
  std::uint64_t bytes_ = 0;
  gdr_mh handle_{};
  bool pinned_ = false;
};

}  // namespace

result<std::unique_ptr<mapping>> map_by_gdrcopy(std::uint64_t bytes) {
  auto api = load();
  if (!api) return tl::unexpected<error>(std::move(api.error()));
  auto made = std::make_unique<gdr_mapping>(*api);
  if (auto r = made->map(bytes); !r) return tl::unexpected<error>(std::move(r.error()));
  return made;
}

}  // namespace gyre::cuda
