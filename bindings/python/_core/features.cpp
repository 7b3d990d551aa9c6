#include "bind.hpp"

#include "podium/features/retrieve.hpp"
#include "podium/spec/load.hpp"

namespace podium::python {
namespace {

void delete_stream(PyObject* capsule) {
  auto* stream = static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule, "arrow_array_stream"));
  if (stream == nullptr) return;
  if (stream->release != nullptr) stream->release(stream);
  delete stream;
}

/// A retrieval's answer together with what an audit of it needs.
struct Retrieval {
  features::Retrieved answer;
  std::vector<model::FeatureSetSpec> specs;
  data::Table observations;
  std::string timestamp_column;
};

py::list summaries(Retrieval const& self) {
  py::list all;
  for (auto const& set : self.answer.summaries) {
    py::dict counts;
    for (auto const& [reason, count] : set.counts) counts[py::str(std::string{to_string(reason)})] = count;
    all.append(py::dict(py::arg("set") = set.set, py::arg("counts") = counts));
  }
  return all;
}

py::list audit(Retrieval const& self, std::size_t max_examples) {
  auto const found =
      features::audit(self.specs, self.answer, self.observations, self.timestamp_column, max_examples).value();
  py::list all;
  for (auto const& one : found) {
    py::list examples;
    for (auto const& row : one.examples)
      examples.append(py::dict(py::arg("observation") = row.observation, py::arg("observed_us") = row.observed_us,
                               py::arg("feature_us") = row.feature_us, py::arg("known_us") = row.known_us));
    all.append(py::dict(py::arg("set") = one.set, py::arg("matched") = one.matched,
                        py::arg("violations") = one.violations, py::arg("examples") = examples));
  }
  return all;
}

}  // namespace

data::Table table_from(py::handle object) {
  if (!py::hasattr(object, "__arrow_c_stream__"))
    throw py::type_error(
        "expected a table that speaks Arrow (__arrow_c_stream__): pyarrow, pandas, polars, duckdb, ...; got " +
        std::string{py::str(py::type::of(object))});
  py::object const capsule = object.attr("__arrow_c_stream__")();
  auto* stream = static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule.ptr(), "arrow_array_stream"));
  if (stream == nullptr) throw py::error_already_set{};
  return data::Table::import(stream).value();
}

py::capsule capsule_of(data::Table const& table) {
  auto stream = std::make_unique<ArrowArrayStream>();
  table.export_to(stream.get());
  auto* raw = PyCapsule_New(stream.get(), "arrow_array_stream", delete_stream);
  if (raw == nullptr) {
    stream->release(stream.get());
    throw py::error_already_set{};
  }
  static_cast<void>(stream.release());
  return py::reinterpret_steal<py::capsule>(raw);
}

void bind_features(py::module_& m) {
  using model::FeatureSetSpec;
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
      .def_property_readonly("source_delay", [=](FeatureSetSpec const& s) { return seconds(s.source_delay); })
      .def_property_readonly("temporal_join_lookback",
                             [=](FeatureSetSpec const& s) { return seconds(s.temporal_join_lookback); })
      .def_property_readonly("index_columns",
                             [](FeatureSetSpec const& s) {
                               std::vector<std::string> names;
                               for (auto const& column : s.index_columns) names.push_back(column.name);
                               return names;
                             })
      .def_property_readonly("features", [](FeatureSetSpec const& s) {
        std::vector<std::string> names;
        for (auto const& column : s.features) names.push_back(column.name);
        return names;
      });

  py::class_<Retrieval>(m, "Retrieval")
      .def(
          "__arrow_c_stream__", [](Retrieval const& self, py::object const&) { return capsule_of(self.answer.table); },
          py::arg("requested_schema") = py::none())
      .def_property_readonly("rows", [](Retrieval const& self) { return self.answer.table.rows(); })
      .def_property_readonly("column_names", [](Retrieval const& self) { return self.answer.table.column_names(); })
      .def("summaries", &summaries)
      .def("audit", &audit, py::arg("max_examples"))
      .def(
          "reasons",
          [](Retrieval const& self, std::size_t set) {
            std::vector<std::string> names;
            for (auto const reason : self.answer.reasons.at(set)) names.emplace_back(to_string(reason));
            return names;
          },
          py::arg("set"));

  m.def(
      "retrieve",
      [](std::vector<std::tuple<FeatureSetSpec, py::object, std::vector<std::string>>> const& sets,
         py::object const& observations, std::string const& timestamp_column, std::map<std::string, double> const& leak,
         bool with_feature_timestamps, bool prefix_with_set, bool apply_source_delay, bool apply_temporal_join_lookback,
         int threads) {
        std::vector<features::Source> sources;
        Retrieval result;
        for (auto const& [spec, rows, wanted] : sets) {
          sources.push_back({spec, table_from(rows), wanted});
          result.specs.push_back(spec);
        }
        result.observations = table_from(observations);
        result.timestamp_column = timestamp_column;
        features::RetrievalOptions options{.apply_source_delay = apply_source_delay,
                                           .apply_temporal_join_lookback = apply_temporal_join_lookback,
                                           .with_feature_timestamps = with_feature_timestamps,
                                           .prefix_with_set = prefix_with_set,
                                           .leak = {},
                                           .threads = threads};
        for (auto const& [set, shift] : leak)
          options.leak[set] = std::chrono::seconds{static_cast<std::int64_t>(shift)};
        result.answer = blocking(std::nullopt, [&](Context const& ctx) {
          return features::get_offline_features(sources, result.observations, timestamp_column, options, ctx);
        });
        return result;
      },
      py::arg("sets"), py::arg("observations"), py::arg("timestamp_column"), py::arg("leak"),
      py::arg("with_feature_timestamps"), py::arg("prefix_with_set"), py::arg("apply_source_delay"),
      py::arg("apply_temporal_join_lookback"), py::arg("threads"));
}

}  // namespace podium::python
