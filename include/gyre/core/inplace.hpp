#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

#include <gyre/core/platform.hpp>

namespace gyre {

/// A vector of at most `Capacity` elements that lives inside its message: no allocation, trivially
/// copyable, usable in a kernel. On the wire it is MemoryPack's collection.
/// (The standard's name for it is `std::inplace_vector`, of C++26.)
template <class T, std::size_t Capacity>
  requires std::is_trivially_copyable_v<T>
class inplace_vector {
 public:
  using value_type = T;

  constexpr inplace_vector() noexcept = default;

  [[nodiscard]] GYRE_FN static constexpr std::size_t capacity() noexcept { return Capacity; }
  [[nodiscard]] GYRE_FN constexpr std::size_t size() const noexcept { return size_; }
  [[nodiscard]] GYRE_FN constexpr bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] GYRE_FN constexpr T* data() noexcept { return items_; }
  [[nodiscard]] GYRE_FN constexpr T const* data() const noexcept { return items_; }
  [[nodiscard]] GYRE_FN constexpr T* begin() noexcept { return items_; }
  [[nodiscard]] GYRE_FN constexpr T* end() noexcept { return items_ + size_; }
  [[nodiscard]] GYRE_FN constexpr T const* begin() const noexcept { return items_; }
  [[nodiscard]] GYRE_FN constexpr T const* end() const noexcept { return items_ + size_; }
  [[nodiscard]] GYRE_FN constexpr T& operator[](std::size_t i) noexcept { return items_[i]; }
  [[nodiscard]] GYRE_FN constexpr T const& operator[](std::size_t i) const noexcept {
    return items_[i];
  }

  /// Sets the size; new elements are value-initialised. False, and unchanged, if over the capacity.
  [[nodiscard]] GYRE_FN constexpr bool resize(std::size_t size) noexcept {
    if (size > Capacity) return false;
    for (std::size_t i = size_; i < size; ++i) items_[i] = T{};
    size_ = static_cast<std::uint32_t>(size);
    return true;
  }

  /// Appends. False, and unchanged, if full.
  [[nodiscard]] GYRE_FN constexpr bool push_back(T const& value) noexcept {
    if (size_ == Capacity) return false;
    items_[size_++] = value;
    return true;
  }

  GYRE_FN constexpr void clear() noexcept { size_ = 0; }

  friend constexpr bool operator==(inplace_vector const& a, inplace_vector const& b) noexcept {
    if (a.size_ != b.size_) return false;
    for (std::size_t i = 0; i < a.size_; ++i) {
      if (!(a.items_[i] == b.items_[i])) return false;
    }
    return true;
  }

 private:
  std::uint32_t size_ = 0;
  T items_[Capacity == 0 ? 1 : Capacity]{};
};

/// A string of at most `Capacity` bytes of UTF-8 that lives inside its message; not terminated.
/// On the wire it is MemoryPack's string.
template <std::size_t Capacity>
class inplace_string {
 public:
  constexpr inplace_string() noexcept = default;

  /// As much of `text` as fits, cut at a character's edge: for diagnostics. Where cutting would be
  /// wrong, use `assign`.
  GYRE_FN static constexpr inplace_string truncated(std::string_view text) noexcept {
    std::size_t n = text.size();
    if (n > Capacity) {
      n = Capacity;
      while (n > 0 && (static_cast<unsigned char>(text[n]) & 0xC0U) == 0x80U) --n;
    }
    inplace_string out;
    (void)out.assign({text.data(), n});
    return out;
  }

  [[nodiscard]] GYRE_FN static constexpr std::size_t capacity() noexcept { return Capacity; }
  [[nodiscard]] GYRE_FN constexpr std::size_t size() const noexcept { return size_; }
  [[nodiscard]] GYRE_FN constexpr bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] GYRE_FN constexpr char* data() noexcept { return text_; }
  [[nodiscard]] GYRE_FN constexpr char const* data() const noexcept { return text_; }
  [[nodiscard]] GYRE_FN constexpr std::string_view view() const noexcept { return {text_, size_}; }

  /// Replaces the text. False, and unchanged, if it is over the capacity.
  [[nodiscard]] GYRE_FN constexpr bool assign(std::string_view text) noexcept {
    if (text.size() > Capacity) return false;
    for (std::size_t i = 0; i < text.size(); ++i) text_[i] = text[i];
    size_ = static_cast<std::uint32_t>(text.size());
    return true;
  }

  /// Sets the size; new bytes are zero. False, and unchanged, if over the capacity.
  [[nodiscard]] GYRE_FN constexpr bool resize(std::size_t size) noexcept {
    if (size > Capacity) return false;
    for (std::size_t i = size_; i < size; ++i) text_[i] = '\0';
    size_ = static_cast<std::uint32_t>(size);
    return true;
  }

  friend constexpr bool operator==(inplace_string const& a, inplace_string const& b) noexcept {
    return a.view() == b.view();
  }

 private:
  std::uint32_t size_ = 0;
  char text_[Capacity == 0 ? 1 : Capacity]{};
};

}  // namespace gyre
