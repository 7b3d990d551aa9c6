#include "features.hpp"

#include "podium/features/materialize.hpp"
#include "podium/spec/load.hpp"

#include <limits>

namespace podium::python {
namespace {

using features::TimeWindow;
using model::FeatureSetSpec;
using Bound = std::optional<std::int64_t>;

TimeWindow window_of(Bound from, Bound to) {
  return {from.value_or(std::numeric_limits<std::int64_t>::min()),
          to.value_or(std::numeric_limits<std::int64_t>::max())};
}

/// A Python function over tables as a transformation.  `function` outlives the call.
features::Transformation transformation_of(py::object const& function) {
  if (function.is_none()) return {};
  return [&function](data::Table const& rows, TimeWindow) -> Result<data::Table> {
    py::gil_scoped_acquire held;
    try {
      return table_from(function(rows));
    } catch (py::error_already_set& raised) {
      return Error{Errc::invalid_argument, std::string{"the transformation failed: "} + raised.what()};
    } catch (Exception const& raised) {
      return raised.error();
    } catch (py::type_error const& raised) {
      return Error{Errc::invalid_argument, raised.what()};
    }
  };
}

/// The rows given, else the source that the specification names.
Result<data::Dataset> source_of(FeatureSetSpec const& spec, std::optional<data::Table> const& rows,
                                Context const& ctx) {
  return rows ? Result<data::Dataset>{data::Dataset::of(*rows)} : features::open_source(spec, {}, ctx);
}

std::optional<data::Table> table_or_none(py::object const& rows) {
  return rows.is_none() ? std::nullopt : std::optional{table_from(rows)};
}

py::list windows(std::vector<TimeWindow> const& all) {
  py::list out;
  for (auto const& one : all) out.append(py::make_tuple(one.from_us, one.to_us));
  return out;
}

py::list intervals(std::vector<features::DataInterval> const& all) {
  py::list out;
  for (auto const& one : all)
    out.append(py::make_tuple(one.window.from_us, one.window.to_us, std::string{to_string(one.status)}));
  return out;
}

}  // namespace

void bind_feature_sets(py::module_& m) {
  auto const columns_of = [](std::vector<model::FeatureColumn> const& columns) {
    py::list all;
    for (auto const& one : columns)
      all.append(
          py::dict(py::arg("name") = one.name, py::arg("type") = one.type, py::arg("description") = one.description));
    return all;
  };
  auto const seconds = [](std::optional<std::chrono::seconds> const& time) -> py::object {
    return time ? py::cast(static_cast<double>(time->count())) : py::none();
  };
  py::class_<FeatureSetSpec>(m, "FeatureSetSpec", "What FeatureSetSpec.yaml says.")
      .def_static(
          "from_config", [](std::string const& path) { return spec::load_feature_set(path).result().value(); },
          py::arg("path"))
      .def_readwrite("name", &FeatureSetSpec::name)
      .def_readonly("source_type", &FeatureSetSpec::source_type)
      .def_readonly("source_path", &FeatureSetSpec::source_path)
      .def_readonly("timestamp_column", &FeatureSetSpec::timestamp_column)
      .def_readonly("timestamp_format", &FeatureSetSpec::timestamp_format)
      .def_property_readonly("source_delay", [=](FeatureSetSpec const& s) { return seconds(s.source_delay); })
      .def_property_readonly("temporal_join_lookback",
                             [=](FeatureSetSpec const& s) { return seconds(s.temporal_join_lookback); })
      .def_property_readonly("transformation_code",
                             [](FeatureSetSpec const& s) -> py::object {
                               if (s.transformer_class.empty()) return py::none();
                               return py::make_tuple(s.transformation_code, s.transformer_class);
                             })
      .def_property_readonly("windows",
                             [](FeatureSetSpec const& s) {
                               std::vector<double> all;
                               for (auto const& one : s.expressions)
                                 all.push_back(static_cast<double>(one.window.count()));
                               return all;
                             })
      .def_property_readonly("source_lookback", [=](FeatureSetSpec const& s) { return seconds(s.source_lookback); })
      .def_property_readonly("key_columns", [=](FeatureSetSpec const& s) { return columns_of(s.index_columns); })
      .def_property_readonly("feature_columns", [=](FeatureSetSpec const& s) { return columns_of(s.features); });

  m.def(
      "read_source",
      [](FeatureSetSpec const& spec, Bound from, Bound to) {
        return blocking(std::nullopt, [&](Context const& ctx) -> Result<data::Table> {
          auto source = features::open_source(spec, {}, ctx);
          if (!source) return std::move(source).error();
          data::ScanOptions scan;
          if (from || to) {
            scan.time_column = spec.timestamp_column;
            scan.time_format = spec.timestamp_format;
            scan.from_us = from;
            scan.to_us = to;
          }
          return source->read(scan, ctx);
        });
      },
      py::arg("spec"), py::arg("from_us"), py::arg("to_us"));
  m.def(
      "compute_features",
      [](FeatureSetSpec const& spec, py::object const& rows, Bound from, Bound to) {
        auto const given = table_or_none(rows);
        auto done = blocking(std::nullopt, [&](Context const& ctx) -> Result<features::Computed> {
          auto source = source_of(spec, given, ctx);
          if (!source) return std::move(source).error();
          return features::compute_features(spec, *source, window_of(from, to), {}, ctx);
        });
        return py::make_tuple(std::move(done.rows), std::move(done.warnings));
      },
      py::arg("spec"), py::arg("rows"), py::arg("from_us"), py::arg("to_us"));
  m.def(
      "materialize",
      [](FeatureSetSpec const& spec, py::object const& rows, std::string const& store, std::int64_t from,
         std::int64_t to, py::object const& transformation, std::optional<std::int64_t> now) {
        auto const given = table_or_none(rows);
        features::MaterializeOptions options;
        options.compute.transformation = transformation_of(transformation);
        options.now_us = now;
        auto const done = blocking(std::nullopt, [&](Context const& ctx) -> Result<features::Materialized> {
          auto source = source_of(spec, given, ctx);
          if (!source) return std::move(source).error();
          return features::materialize(spec, *source, store, {from, to}, options, ctx);
        });
        return py::dict(py::arg("rows") = done.rows, py::arg("version") = done.version,
                        py::arg("duplicates") = done.duplicates, py::arg("warnings") = done.warnings);
      },
      py::arg("spec"), py::arg("rows"), py::arg("store"), py::arg("from_us"), py::arg("to_us"),
      py::arg("transformation"), py::arg("now_us"));
  m.def(
      "read_store",
      [](std::string const& store, std::optional<std::int64_t> version) {
        using Read = std::pair<data::Table, features::IntervalRecord>;
        auto const found = blocking(std::nullopt, [&](Context const& ctx) -> Result<Read> {
          auto dataset = features::open_store(store, {}, version, ctx);
          if (!dataset) return std::move(dataset).error();
          auto record = features::IntervalRecord::load(store);
          if (!record) return std::move(record).error();
          auto table = dataset->read({}, ctx);
          if (!table) return std::move(table).error();
          return Read{*std::move(table), *std::move(record)};
        });
        py::object complete = py::none();
        if (!found.second.intervals().empty()) complete = windows(found.second.complete());
        return py::make_tuple(found.first, complete);
      },
      py::arg("store"), py::arg("version"));
  m.def(
      "coverage",
      [](std::string const& store, std::int64_t from, std::int64_t to) {
        auto const record = features::IntervalRecord::load(store).value();
        auto const found = features::coverage(record, {from, to}).value();
        return py::dict(py::arg("covered") = found.covered, py::arg("gaps") = windows(found.gaps),
                        py::arg("intervals") = intervals(found.intervals));
      },
      py::arg("store"), py::arg("from_us"), py::arg("to_us"));
}

}  // namespace podium::python
