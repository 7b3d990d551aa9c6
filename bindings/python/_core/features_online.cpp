#include "features.hpp"

#include "podium/online/store.hpp"

#include <chrono>

namespace podium::python {
namespace {

using Timeout = std::optional<double>;
using online::OnlineStore;

online::OnlineSet set_of(model::FeatureSetSpec const& spec, std::vector<std::string> const& features,
                         std::string const& store_guid, std::string const& version, int schema,
                         std::string const& materialization_version, bool hashed_prefix, bool wide_longs) {
  return {.spec = spec,
          .layout = {.store_guid = store_guid,
                     .version = version,
                     .materialization_version = materialization_version,
                     .schema = schema,
                     .hashed_prefix = hashed_prefix,
                     .wide_longs = wide_longs},
          .features = features};
}

}  // namespace

void bind_online(py::module_& m) {
  py::class_<online::OnlineSet>(m, "OnlineSet")
      .def(py::init(&set_of), py::arg("spec"), py::arg("features"), py::arg("store_guid"), py::arg("version"),
           py::arg("schema"), py::arg("materialization_version"), py::arg("hashed_prefix"), py::arg("wide_longs"));
  py::class_<online::LookedUp>(m, "LookedUp")
      .def(
          "__arrow_c_stream__", [](online::LookedUp const& self, py::object const&) { return capsule_of(self.table); },
          py::arg("requested_schema") = py::none())
      .def_property_readonly("rows", [](online::LookedUp const& self) { return self.table.rows(); })
      .def_property_readonly("column_names", [](online::LookedUp const& self) { return self.table.column_names(); })
      .def(
          "status",
          [](online::LookedUp const& self, std::size_t set) {
            std::vector<std::string> names;
            for (auto const status : self.status.at(set)) names.emplace_back(to_string(status));
            return names;
          },
          py::arg("set"));
  py::class_<OnlineStore>(m, "OnlineStore")
      .def_static(
          "connect",
          [](std::string const& address, std::string const& ca_pem, double patience, Timeout timeout) {
            auto options = online::parse_redis(address).value();
            options.ca_pem = ca_pem;
            options.timeout = std::chrono::milliseconds{static_cast<std::int64_t>(patience * 1000)};
            return blocking(timeout, [&](Context const& ctx) { return OnlineStore::connect(std::move(options), ctx); });
          },
          py::arg("address"), py::arg("ca_pem"), py::arg("patience"), py::arg("timeout") = py::none())
      .def_property_readonly("clustered", &OnlineStore::clustered)
      .def(
          "lookup",
          [](OnlineStore const& self, std::vector<online::OnlineSet> const& sets, py::object const& observations,
             std::optional<double> max_age, bool apply_temporal_join_lookback, bool with_age, bool with_status,
             bool prefix_with_set, Timeout timeout) {
            auto const table = table_from(observations);
            online::LookupOptions options{.max_age = {},
                                          .apply_temporal_join_lookback = apply_temporal_join_lookback,
                                          .with_age = with_age,
                                          .with_status = with_status,
                                          .prefix_with_set = prefix_with_set};
            if (max_age) options.max_age = std::chrono::seconds{static_cast<std::int64_t>(*max_age)};
            return blocking(timeout, [&](Context const& ctx) { return self.lookup(sets, table, options, ctx); });
          },
          py::arg("sets"), py::arg("observations"), py::arg("max_age"), py::arg("apply_temporal_join_lookback"),
          py::arg("with_age"), py::arg("with_status"), py::arg("prefix_with_set"), py::arg("timeout") = py::none())
      .def(
          "write",
          [](OnlineStore const& self, online::OnlineSet const& set, py::object const& rows, Timeout timeout) {
            auto const table = table_from(rows);
            auto const done = blocking(timeout, [&](Context const& ctx) { return self.write(set, table, {}, ctx); });
            return py::dict(py::arg("rows") = done.rows, py::arg("written") = done.written,
                            py::arg("expired") = done.expired, py::arg("skipped") = done.skipped);
          },
          py::arg("set"), py::arg("rows"), py::arg("timeout") = py::none());
}

}  // namespace podium::python
