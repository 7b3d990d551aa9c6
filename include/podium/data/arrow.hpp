#pragma once

#include "podium/data/arrow_c.hpp"

#include <utility>

namespace podium::inline v0::data {

/// Owns one of Arrow's C structures and releases it exactly once.  Move-only; a moved-from one is empty.
///
/// \code
///   data::OwnedStream stream;
///   producer.export_to(stream.get());
///   auto table = data::Table::import(stream.get());   // takes it out of `stream`
/// \endcode
template <class C>
class Owned {
 public:
  Owned() = default;
  /// Takes over what `raw` holds, and leaves it released.
  explicit Owned(C* from) noexcept : raw{*from} { from->release = nullptr; }
  Owned(Owned&& other) noexcept : raw{std::exchange(other.raw, C{})} {}
  Owned& operator=(Owned&& other) noexcept {
    if (this != &other) {
      reset();
      raw = std::exchange(other.raw, C{});
    }
    return *this;
  }
  ~Owned() { reset(); }

  C* get() noexcept { return &raw; }
  C const* get() const noexcept { return &raw; }
  /// Whether there is something to release.
  explicit operator bool() const noexcept { return raw.release != nullptr; }
  void reset() noexcept {
    if (raw.release) raw.release(&raw);
    raw = C{};
  }
  /// Moves it out to a consumer's place.
  void move_to(C* to) noexcept { *to = std::exchange(raw, C{}); }

  C raw{};
};

using OwnedSchema = Owned<ArrowSchema>;
using OwnedArrowArray = Owned<ArrowArray>;
using OwnedStream = Owned<ArrowArrayStream>;

}  // namespace podium::inline v0::data
