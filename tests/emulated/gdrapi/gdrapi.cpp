// gdrcopy's library on the emulated driver: what it maps is the same memory once more, at another
// address. `GYRE_TEST_NO_GDRDRV` in the environment: the library is there, its driver is not.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <sys/mman.h>

// The test program's (tests/emulated/driver.cpp).
extern "C" void* gyre_emulated_map_again(void* at, std::size_t bytes);

struct gdr_mh {
  unsigned long h;
};

extern "C" {

void* gdr_open() {
  static int driver = 0;
  return std::getenv("GYRE_TEST_NO_GDRDRV") == nullptr ? &driver : nullptr;
}
int gdr_close(void*) { return 0; }
int gdr_pin_buffer(void*, unsigned long address, std::size_t, std::uint64_t, std::uint32_t,
                   gdr_mh* out) {
  constexpr unsigned long page = 64UL << 10;
  if (address % page != 0) return 22;
  out->h = address;
  return 0;
}
int gdr_unpin_buffer(void*, gdr_mh) { return 0; }
int gdr_map(void*, gdr_mh handle, void** out, std::size_t bytes) {
  *out = gyre_emulated_map_again(reinterpret_cast<void*>(handle.h), bytes);
  return *out == nullptr ? 22 : 0;
}
int gdr_unmap(void*, gdr_mh, void* at, std::size_t bytes) { return ::munmap(at, bytes); }

}  // extern "C"
