#include "features.hpp"
#include "workspace.hpp"

#include "podium/feature_store.hpp"

namespace podium::python {
namespace {

using Timeout = std::optional<double>;
using Columns = std::vector<std::pair<std::string, std::string>>;

/// A feature store as Python sees it: it must not keep a workspace open that is closed by its owner.
struct Store {
  std::shared_ptr<Handle> ws;
  std::shared_ptr<void const> specifications{};

  FeatureStoreClient open() {
    auto const& workspace = ws->open();
    auto client = specifications ? FeatureStoreClient{workspace, specifications} : FeatureStoreClient{workspace};
    specifications = client.specifications();
    return client;
  }
};

std::vector<model::FeatureColumn> columns_of(Columns const& given) {
  std::vector<model::FeatureColumn> out;
  for (auto const& [name, type] : given) out.push_back({name, type, {}});
  return out;
}

py::dict facts(model::FeatureStoreEntity const& entity) {
  py::list columns;
  for (auto const& one : entity.index_columns) columns.append(py::make_tuple(one.name, one.type));
  return py::dict(py::arg("id") = entity.id, py::arg("name") = entity.name, py::arg("version") = entity.version,
                  py::arg("description") = entity.description, py::arg("stage") = entity.stage,
                  py::arg("index_columns") = columns, py::arg("tags") = entity.tags);
}

py::dict facts(model::FeatureSet const& set) {
  auto const kept = set.materialization.value_or(model::MaterializationSettings{});
  return py::dict(py::arg("id") = set.id, py::arg("name") = set.name, py::arg("version") = set.version,
                  py::arg("description") = set.description, py::arg("stage") = set.stage,
                  py::arg("entities") = set.entities, py::arg("specification") = set.specification,
                  py::arg("tags") = set.tags, py::arg("offline_enabled") = kept.offline_enabled,
                  py::arg("online_enabled") = kept.online_enabled);
}

template <class T>
py::list all(std::vector<T> const& items) {
  py::list out;
  for (auto const& one : items) out.append(facts(one));
  return out;
}

}  // namespace

void bind_feature_store(py::module_& m) {
  py::class_<Store>(m, "FeatureStore")
      .def(py::init([](std::shared_ptr<Handle> ws) { return Store{std::move(ws), {}}; }), py::arg("workspace"))
      .def_property_readonly("uri", [](Store& self) { return self.open().uri(); })
      .def(
          "resolve",
          [](Store& self, std::string const& name, std::string const& version, Timeout timeout) {
            auto const client = self.open();
            auto found = blocking(timeout, [&](Context const& ctx) { return client.resolve(name, version, ctx); });
            return py::make_tuple(std::move(found.spec), facts(found.set));
          },
          py::arg("name"), py::arg("version"), py::arg("timeout") = py::none())
      .def(
          "resolve_retrieval_spec",
          [](Store& self, std::string const& path, Timeout timeout) {
            auto const client = self.open();
            auto const found =
                blocking(timeout, [&](Context const& ctx) { return client.resolve_retrieval_spec(path, ctx); });
            py::list sets;
            for (auto const& one : found.sets) sets.append(py::make_tuple(one.spec, facts(one.set)));
            return py::make_tuple(sets, found.features);
          },
          py::arg("path"), py::arg("timeout") = py::none())
      .def(
          "write_retrieval_spec",
          [](Store& self, std::string const& folder,
             std::vector<std::tuple<std::string, std::string, std::string>> const& features, Timeout timeout) {
            auto const client = self.open();
            std::vector<model::FeatureReference> references;
            for (auto const& [set, version, feature] : features) references.push_back({set, version, feature});
            blocking(timeout, [&](Context const& ctx) { return client.write_retrieval_spec(folder, references, ctx); });
          },
          py::arg("folder"), py::arg("features"), py::arg("timeout") = py::none())
      .def(
          "sets",
          [](Store& self, std::string const& name, Timeout timeout) {
            auto const sets = self.open().feature_sets();
            return all(blocking(
                timeout, [&](Context const& ctx) { return name.empty() ? sets.list(ctx) : sets.versions(name, ctx); }));
          },
          py::arg("name"), py::arg("timeout") = py::none())
      .def(
          "put_set",
          [](Store& self, std::string const& name, std::string const& version, std::vector<std::string> const& entities,
             std::string const& specification, std::string const& description, std::string const& stage,
             std::map<std::string, std::string> const& tags, bool offline_enabled, bool online_enabled,
             Timeout timeout) {
            auto const sets = self.open().feature_sets();
            model::FeatureSet set;
            set.name = name;
            set.version = version;
            set.entities = entities;
            set.specification = specification;
            set.description = description;
            set.stage = stage;
            set.tags = tags;
            if (offline_enabled || online_enabled)
              set.materialization =
                  model::MaterializationSettings{.offline_enabled = offline_enabled, .online_enabled = online_enabled};
            return facts(blocking(timeout, [&](Context const& ctx) -> Result<model::FeatureSet> {
              auto started = sets.begin_put(set, ctx);
              if (!started) return std::move(started).error();
              return started->wait(ctx);
            }));
          },
          py::arg("name"), py::arg("version"), py::arg("entities"), py::arg("specification"), py::arg("description"),
          py::arg("stage"), py::arg("tags"), py::arg("offline_enabled"), py::arg("online_enabled"),
          py::arg("timeout") = py::none())
      .def(
          "backfill",
          [](Store& self, std::string const& name, std::string const& version, std::string const& from,
             std::string const& to, std::vector<std::string> const& status, Timeout timeout) {
            auto const sets = self.open().feature_sets();
            BackfillOptions options;
            options.from = from;
            options.to = to;
            if (!status.empty()) options.data_status = status;
            return blocking(timeout, [&](Context const& ctx) { return sets.backfill(name, version, options, ctx); });
          },
          py::arg("name"), py::arg("version"), py::arg("start"), py::arg("end"), py::arg("data_status"),
          py::arg("timeout") = py::none())
      .def(
          "entity",
          [](Store& self, std::string const& name, std::string const& version, Timeout timeout) {
            auto const entities = self.open().feature_store_entities();
            return facts(blocking(timeout, [&](Context const& ctx) { return entities.get(name, version, ctx); }));
          },
          py::arg("name"), py::arg("version"), py::arg("timeout") = py::none())
      .def(
          "entities",
          [](Store& self, std::string const& name, Timeout timeout) {
            auto const entities = self.open().feature_store_entities();
            return all(blocking(timeout, [&](Context const& ctx) {
              return name.empty() ? entities.list(ctx) : entities.versions(name, ctx);
            }));
          },
          py::arg("name"), py::arg("timeout") = py::none())
      .def(
          "put_entity",
          [](Store& self, std::string const& name, std::string const& version, Columns const& columns,
             std::string const& description, std::string const& stage, std::map<std::string, std::string> const& tags,
             Timeout timeout) {
            auto const entities = self.open().feature_store_entities();
            model::FeatureStoreEntity entity;
            entity.name = name;
            entity.version = version;
            entity.index_columns = columns_of(columns);
            entity.description = description;
            entity.stage = stage;
            entity.tags = tags;
            return facts(blocking(timeout, [&](Context const& ctx) -> Result<model::FeatureStoreEntity> {
              auto started = entities.begin_put(entity, ctx);
              if (!started) return std::move(started).error();
              return started->wait(ctx);
            }));
          },
          py::arg("name"), py::arg("version"), py::arg("index_columns"), py::arg("description"), py::arg("stage"),
          py::arg("tags"), py::arg("timeout") = py::none());
}

}  // namespace podium::python
