#include "features.hpp"

#include "podium/features/asof_join.hpp"

namespace podium::python {
namespace {

/// A duration as ("ns", count), or a plain number.
using Distance = std::variant<std::tuple<std::string, std::int64_t>, std::int64_t, double>;

std::optional<features::Span> span_of(std::optional<Distance> const& given) {
  if (!given) return std::nullopt;
  if (auto const* duration = std::get_if<0>(&*given)) return std::chrono::nanoseconds{std::get<1>(*duration)};
  if (auto const* whole = std::get_if<1>(&*given)) return *whole;
  return std::get<2>(*given);
}

}  // namespace

void bind_asof(py::module_& m) {
  m.def(
      "asof_join",
      [](py::object const& left, py::object const& right, std::string const& on, std::string const& right_on,
         std::vector<std::string> const& by, std::vector<std::string> const& right_by,
         std::optional<Distance> const& tolerance, std::optional<Distance> const& delay, std::string const& strategy,
         bool allow_exact_matches, std::string const& tie_break, std::string const& suffix,
         std::vector<std::string> const& columns, std::string const& matched_on, std::string const& naive_timezone,
         int threads, std::uint64_t memory_limit) {
        auto const lefts = table_from(left);
        auto const rights = table_from(right);
        features::AsofOptions options;
        options.on = on;
        options.right_on = right_on;
        options.by = by;
        options.right_by = right_by;
        options.tolerance = span_of(tolerance);
        options.delay = span_of(delay);
        options.strategy = features::strategy_of(strategy).value();
        options.allow_exact_matches = allow_exact_matches;
        options.tie_break = tie_break;
        options.columns = columns;
        options.suffix = suffix;
        options.matched_on = matched_on;
        options.naive_timezone = naive_timezone;
        options.resources.threads = threads;
        options.resources.memory_limit = memory_limit;
        return blocking(std::nullopt,
                        [&](Context const& ctx) { return features::asof_join(lefts, rights, options, ctx); });
      },
      py::arg("left"), py::arg("right"), py::kw_only(), py::arg("on"), py::arg("right_on"), py::arg("by"),
      py::arg("right_by"), py::arg("tolerance"), py::arg("delay"), py::arg("strategy"), py::arg("allow_exact_matches"),
      py::arg("tie_break"), py::arg("suffix"), py::arg("columns"), py::arg("matched_on"), py::arg("naive_timezone"),
      py::arg("threads"), py::arg("memory_limit"));
}

}  // namespace podium::python
