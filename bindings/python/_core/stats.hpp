#pragma once

#include "bind.hpp"

#include "podium/stats/interval.hpp"

#include <cstring>
#include <span>

namespace podium::python {

void bind_stats_tests(py::module_& m);
void bind_stats_measures(py::module_& m);
void bind_stats_streams(py::module_& m);

/// A column of one number type in memory that Python owns; podium.stats brings every input into this form.
template <class Number>
class Column {
 public:
  explicit Column(py::buffer const& buffer) : info_{buffer.request()} {
    bool const fits = info_.ndim == 1 && info_.itemsize == sizeof(Number) && info_.strides[0] == info_.itemsize;
    if (!fits) throw py::type_error("a column is not contiguous or of another type");
  }
  std::span<Number const> span() const {
    return {static_cast<Number const*>(info_.ptr), static_cast<std::size_t>(info_.size)};
  }
  operator std::span<Number const>() const { return span(); }

 private:
  py::buffer_info info_;
};

using Doubles = Column<double>;
using Ids = Column<std::uint32_t>;
using Whole = Column<std::int64_t>;

inline std::pair<double, double> pair_of(stats::Interval const& interval) { return {interval.lower, interval.upper}; }

inline std::string text(std::string_view view) { return std::string{view}; }

/// Runs without the GIL.
template <class Call>
auto released(Call const& call) {
  py::gil_scoped_release const free;
  return call();
}

}  // namespace podium::python
