#include "torn_reads.hpp"

#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace gyre::gpu_test {
namespace {

constexpr bool of_16_bytes(access how) { return how == access::pair || how == access::b128; }

bool equal(std::uint64_t const* words, std::uint32_t count) {
  for (std::uint32_t i = 1; i < count; ++i) {
    if (words[i] != words[0]) return false;
  }
  return true;
}

#if defined(__x86_64__)

bool has_wide_stores() {
  static bool const has = __builtin_cpu_supports("avx512f") != 0;
  return has;
}
__attribute__((target("avx512f"))) void store_64(std::uint64_t* to, std::uint64_t value) {
  _mm512_store_si512(to, _mm512_set1_epi64(static_cast<long long>(value)));
}
__attribute__((target("avx512f"))) void load_64(std::uint64_t const* from, std::uint64_t* out) {
  _mm512_storeu_si512(out, _mm512_load_si512(from));
}
void store_16(std::uint64_t* to, std::uint64_t value) {
  _mm_store_si128(reinterpret_cast<__m128i*>(to), _mm_set1_epi64x(static_cast<long long>(value)));
}
void load_16(std::uint64_t const* from, std::uint64_t* out) {
  _mm_storeu_si128(reinterpret_cast<__m128i*>(out),
                   _mm_load_si128(reinterpret_cast<__m128i const*>(from)));
}
constexpr std::string_view form_of_16 = "SSE2, 16 bytes";

#else

bool has_wide_stores() { return false; }
void store_64(std::uint64_t*, std::uint64_t) {}
void load_64(std::uint64_t const*, std::uint64_t*) {}
void store_16(std::uint64_t* to, std::uint64_t value) {
  __atomic_store_n(to, value, __ATOMIC_RELAXED);
  __atomic_store_n(to + 1, value, __ATOMIC_RELAXED);
}
void load_16(std::uint64_t const* from, std::uint64_t* out) {
  out[0] = __atomic_load_n(from, __ATOMIC_RELAXED);
  out[1] = __atomic_load_n(from + 1, __ATOMIC_RELAXED);
}
constexpr std::string_view form_of_16 = "two words";

#endif

}  // namespace

void host_write(access how, std::uint64_t* line, std::uint64_t n) {
  std::uint64_t const value = pattern(how, n);
  if (how == access::word) {
    __atomic_store_n(line, value, __ATOMIC_RELAXED);
  } else if (of_16_bytes(how)) {
    store_16(line, value);
  } else if (has_wide_stores()) {
    store_64(line, value);
  } else {
    for (std::uint32_t i = 0; i < line_words; i += 2) store_16(line + i, value);
  }
  asm volatile("" : : : "memory");
}

bool host_read_torn(access how, std::uint64_t const* line, std::uint64_t& seen) {
  asm volatile("" : : : "memory");
  std::uint64_t words[line_words];
  if (how == access::word) {
    seen = __atomic_load_n(line, __ATOMIC_RELAXED);
    return seen >> 32 != (seen & 0xFFFF'FFFF);
  }
  if (of_16_bytes(how)) {
    load_16(line, words);
  } else if (has_wide_stores()) {
    load_64(line, words);
  } else {
    for (std::uint32_t i = 0; i < line_words; i += 2) load_16(line + i, words + i);
  }
  seen = words[0];
  return !equal(words, of_16_bytes(how) ? 2 : line_words);
}

std::string_view host_form(access how) {
  if (how == access::word) return "8 bytes";
  if (of_16_bytes(how)) return form_of_16;
  return has_wide_stores() ? "AVX-512, 64 bytes" : "four of 16 bytes";
}

}  // namespace gyre::gpu_test
