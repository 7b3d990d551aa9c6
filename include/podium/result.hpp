#pragma once

#include "podium/error.hpp"

#include <cassert>
#include <type_traits>
#include <utility>
#include <variant>

namespace podium::inline v0 {

/// A value, or the Error that stands in its place.
///
/// \code
///   if (auto job = jobs.get("brave_fig")) use(*job); else log(job.error());
///   auto job = jobs.get("brave_fig").value();   // throws podium::Exception
/// \endcode
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  Result(T value) : state_{std::in_place_index<0>, std::move(value)} {}
  Result(Error error) : state_{std::in_place_index<1>, std::move(error)} {}
  template <class U>
    requires(std::is_convertible_v<U, T> && !std::is_same_v<std::remove_cvref_t<U>, T> &&
             !std::is_same_v<std::remove_cvref_t<U>, Error> && !std::is_same_v<std::remove_cvref_t<U>, Result>)
  Result(U&& value) : state_{std::in_place_index<0>, std::forward<U>(value)} {}

  bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  T& operator*() & {
    assert(has_value());
    return *std::get_if<0>(&state_);
  }
  T const& operator*() const& {
    assert(has_value());
    return *std::get_if<0>(&state_);
  }
  T&& operator*() && {
    assert(has_value());
    return std::move(*std::get_if<0>(&state_));
  }
  T* operator->() {
    assert(has_value());
    return std::get_if<0>(&state_);
  }
  T const* operator->() const {
    assert(has_value());
    return std::get_if<0>(&state_);
  }

  Error const& error() const& {
    assert(!has_value());
    return *std::get_if<1>(&state_);
  }
  Error&& error() && {
    assert(!has_value());
    return std::move(*std::get_if<1>(&state_));
  }

  T& value() & {
    check();
    return **this;
  }
  T const& value() const& {
    check();
    return **this;
  }
  T value() && {
    check();
    return std::move(**this);
  }  // by value: safe in `for (auto x : f().value())`

  T value_or(T other) && { return has_value() ? std::move(**this) : std::move(other); }

 private:
  void check() const {
    if (!has_value()) throw Exception{error()};
  }
  std::variant<T, Error> state_;
};

/// Nothing to return but success.
template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;
  Result(Error error) : error_{std::move(error)} {}

  bool has_value() const noexcept { return !error_; }
  explicit operator bool() const noexcept { return has_value(); }
  Error const& error() const& {
    assert(error_);
    return *error_;
  }
  Error&& error() && {
    assert(error_);
    return *std::move(error_);
  }
  void value() const {
    if (error_) throw Exception{*error_};
  }

 private:
  std::optional<Error> error_;
};

}  // namespace podium::inline v0
