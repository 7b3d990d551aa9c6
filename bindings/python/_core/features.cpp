#include "features.hpp"

#include "podium/data/builder.hpp"
#include "podium/features/retrieve.hpp"

#include <algorithm>
#include <numeric>

namespace podium::python {
namespace {

void delete_stream(PyObject* capsule) {
  auto* stream = static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule, "arrow_array_stream"));
  if (stream == nullptr) return;
  if (stream->release != nullptr) stream->release(stream);
  delete stream;
}

using Windows = std::vector<std::pair<std::int64_t, std::int64_t>>;

/// A stream of ours whose columns come in another order.
struct Reordered {
  ArrowArrayStream inner{};
  std::vector<std::size_t> order;

  template <class T>
  void apply(T& out) const {
    std::vector<T*> moved;
    for (auto const column : order) moved.push_back(out.children[column]);
    std::copy(moved.begin(), moved.end(), out.children);
  }
  static Reordered& of(ArrowArrayStream* stream) { return *static_cast<Reordered*>(stream->private_data); }
};

void reorder(ArrowArrayStream* stream, std::vector<std::size_t> const& order) {
  auto* const kept = new Reordered{*stream, order};
  stream->private_data = kept;
  stream->get_schema = [](ArrowArrayStream* self, ArrowSchema* out) {
    auto& reordered = Reordered::of(self);
    auto const code = reordered.inner.get_schema(&reordered.inner, out);
    if (code == 0) reordered.apply(*out);
    return code;
  };
  stream->get_next = [](ArrowArrayStream* self, ArrowArray* out) {
    auto& reordered = Reordered::of(self);
    auto const code = reordered.inner.get_next(&reordered.inner, out);
    if (code == 0 && out->release != nullptr) reordered.apply(*out);
    return code;
  };
  stream->get_last_error = [](ArrowArrayStream* self) {
    auto& reordered = Reordered::of(self);
    return reordered.inner.get_last_error(&reordered.inner);
  };
  stream->release = [](ArrowArrayStream* self) {
    auto* const reordered = &Reordered::of(self);
    reordered->inner.release(&reordered->inner);
    delete reordered;
    self->release = nullptr;
  };
}

/// A retrieval's answer together with what an audit of it needs.
struct Retrieval {
  features::Retrieved answer;
  std::vector<std::size_t> order;  ///< of the columns; empty: as they are
  std::vector<model::FeatureSetSpec> specs;
  data::Table observations;
  std::string timestamp_column;
};

std::vector<std::string> column_names(Retrieval const& self) {
  auto const names = self.answer.table.column_names();
  if (self.order.empty()) return names;
  std::vector<std::string> out;
  for (auto const column : self.order) out.push_back(names[column]);
  return out;
}

/// Columns of the result in the order asked for, timestamps of sets last; empty if they are so already.
std::vector<std::size_t> order_of(std::vector<features::Source> const& sources, std::size_t observation_columns,
                                  bool with_timestamps, std::vector<std::pair<std::size_t, std::string>> const& asked) {
  if (std::is_sorted(asked.begin(), asked.end(), [](auto const& a, auto const& b) { return a.first < b.first; }))
    return {};
  std::vector<std::size_t> first;
  auto next = observation_columns;
  for (auto const& source : sources) {
    first.push_back(next);
    next += source.features.size() + (with_timestamps ? 1 : 0);
  }
  std::vector<std::size_t> order(observation_columns);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<std::size_t> taken(sources.size(), 0);
  for (auto const& [part, name] : asked) order.push_back(first.at(part) + taken.at(part)++);
  if (with_timestamps)
    for (std::size_t s = 0; s < sources.size(); ++s) order.push_back(first[s] + sources[s].features.size());
  return order;
}

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

py::capsule capsule_of(data::Table const& table, std::vector<std::size_t> const& order) {
  auto stream = std::make_unique<ArrowArrayStream>();
  table.export_to(stream.get());
  if (!order.empty()) reorder(stream.get(), order);
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
  bind_feature_sets(m);
  bind_asof(m);
  bind_feature_store(m);
  bind_online(m);

  py::class_<data::Table>(m, "Table")
      .def(
          "__arrow_c_stream__", [](data::Table const& self, py::object const&) { return capsule_of(self); },
          py::arg("requested_schema") = py::none())
      .def_property_readonly("rows", &data::Table::rows)
      .def_property_readonly("column_names", &data::Table::column_names);

  py::class_<Retrieval>(m, "Retrieval")
      .def(
          "__arrow_c_stream__",
          [](Retrieval const& self, py::object const&) { return capsule_of(self.answer.table, self.order); },
          py::arg("requested_schema") = py::none())
      .def_property_readonly("rows", [](Retrieval const& self) { return self.answer.table.rows(); })
      .def_property_readonly("column_names", &column_names)
      .def_property_readonly("plans", [](Retrieval const& self) { return self.answer.plans; })
      .def_property_readonly("warnings", [](Retrieval const& self) { return self.answer.warnings; })
      .def(
          "timestamps",
          [](Retrieval const& self, std::size_t set) {
            return data::TableBuilder{}.add_timestamps("timestamp", self.answer.timestamps_us.at(set)).build().value();
          },
          py::arg("set"))
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
      [](std::vector<std::tuple<FeatureSetSpec, py::object, std::vector<std::string>, std::optional<Windows>>> const&
             sets,
         py::object const& observations, std::string const& timestamp_column,
         std::vector<std::pair<std::size_t, std::string>> const& asked, std::map<std::string, double> const& leak,
         bool with_feature_timestamps, bool prefix_with_set, bool apply_source_delay, bool apply_temporal_join_lookback,
         bool as_known_at, std::string const& tie_break, std::string const& naive_timezone, bool explain, int threads) {
        std::vector<features::Source> sources;
        Retrieval result;
        for (auto const& [spec, rows, wanted, materialized] : sets) {
          auto& source = sources.emplace_back(features::Source{spec, table_from(rows), wanted});
          if (materialized) {
            source.materialized.emplace();
            for (auto const& [from, to] : *materialized) source.materialized->push_back({from, to});
          }
          result.specs.push_back(spec);
        }
        result.observations = table_from(observations);
        result.timestamp_column = timestamp_column;
        result.order = order_of(sources, result.observations.column_names().size(), with_feature_timestamps, asked);
        features::RetrievalOptions options;
        options.apply_source_delay = apply_source_delay;
        options.apply_temporal_join_lookback = apply_temporal_join_lookback;
        options.with_feature_timestamps = with_feature_timestamps;
        options.prefix_with_set = prefix_with_set;
        options.as_known_at = as_known_at;
        options.tie_break = tie_break;
        options.naive_timezone = naive_timezone;
        options.explain = explain;
        options.threads = threads;
        for (auto const& [set, shift] : leak)
          options.leak[set] = std::chrono::seconds{static_cast<std::int64_t>(shift)};
        result.answer = blocking(std::nullopt, [&](Context const& ctx) {
          return features::get_offline_features(sources, result.observations, timestamp_column, options, ctx);
        });
        return result;
      },
      py::arg("sets"), py::arg("observations"), py::arg("timestamp_column"), py::kw_only(), py::arg("asked"),
      py::arg("leak"), py::arg("with_feature_timestamps"), py::arg("prefix_with_set"), py::arg("apply_source_delay"),
      py::arg("apply_temporal_join_lookback"), py::arg("as_known_at"), py::arg("tie_break"), py::arg("naive_timezone"),
      py::arg("explain"), py::arg("threads"));
}

}  // namespace podium::python
