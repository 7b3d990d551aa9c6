#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <type_traits>

namespace podium::inline v0::features {

/// Asks for huge pages under a large block: random access to it then misses the page tables less often.
inline void advise_huge(void* block, std::size_t bytes) noexcept {
  constexpr std::size_t huge = std::size_t{2} << 20;
  auto const begin = (reinterpret_cast<std::uintptr_t>(block) + huge - 1) / huge * huge;
  auto const end = (reinterpret_cast<std::uintptr_t>(block) + bytes) / huge * huge;
  if (end > begin) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
}

struct Spare {
  std::size_t count = 0;
};

/// Many plain values without initial ones.
template <class T>
class Array {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  Array() = default;
  /// `spare` values more may be read (not relied on) behind the last.
  explicit Array(std::size_t size, Spare spare = {}) : size_{size} {
    if (size == 0) return;
    if (size > (SIZE_MAX >> 1) / sizeof(T)) throw std::bad_alloc{};
    auto const bytes = (size + spare.count) * sizeof(T);
    std::size_t const alignment = bytes >= (std::size_t{4} << 20) ? std::size_t{2} << 20 : 64;
    void* const block = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    if (!block) throw std::bad_alloc{};
    if (alignment > 64) advise_huge(block, bytes);
    data_.reset(static_cast<T*>(block));
    for (std::size_t i = size; i < size + spare.count; ++i) data_.get()[i] = T{};
  }
  Array(std::size_t size, T value) : Array(size) {
    for (std::size_t i = 0; i < size; ++i) data_.get()[i] = value;
  }

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  T* data() noexcept { return data_.get(); }
  T const* data() const noexcept { return data_.get(); }
  T& operator[](std::size_t i) noexcept { return data_.get()[i]; }
  T const& operator[](std::size_t i) const noexcept { return data_.get()[i]; }
  T* begin() noexcept { return data(); }
  T* end() noexcept { return data() + size_; }
  T const* begin() const noexcept { return data(); }
  T const* end() const noexcept { return data() + size_; }

 private:
  struct Free {
    void operator()(T* block) const noexcept { std::free(block); }
  };
  std::unique_ptr<T, Free> data_;
  std::size_t size_ = 0;
};

}  // namespace podium::inline v0::features
