#include "workspace.hpp"

#include "bind.hpp"

namespace podium::python {
namespace {

using Timeout = std::optional<double>;

using Shared = std::shared_ptr<Handle>;

// Clients as Python sees them: attributes of the workspace, so that `ws.jobs.submit(...)` reads well.
struct Jobs {
  Shared ws;
};
struct Models {
  Shared ws;
};
struct Components {
  Shared ws;
};
struct Environments {
  Shared ws;
};
struct Data {
  Shared ws;
};
struct Endpoints {
  Shared ws;
};
struct Deployments {
  Shared ws;
};
struct Files {
  Shared ws;
};

struct PyJob {
  Shared ws;
  model::Job job;
};

std::string_view name_of(model::JobStatus status) {
  static constexpr std::string_view names[] = {
      "NotStarted",      "Queued",    "Preparing", "Provisioning", "Starting",      "Running", "Finalizing",
      "CancelRequested", "Completed", "Failed",    "Canceled",     "NotResponding", "Paused",  "Unknown"};
  return names[static_cast<int>(status)];
}

std::vector<PyJob> wrap(Shared const& ws, std::vector<model::Job> jobs) {
  std::vector<PyJob> all;
  for (auto& job : jobs) all.push_back({ws, std::move(job)});
  return all;
}

void bind_jobs(py::module_& m) {
  py::class_<PyJob>(m, "Job", "A job as it was last seen; wait() and refresh() look again.")
      .def_property_readonly("name", [](PyJob const& self) { return self.job.name; })
      .def_property_readonly("id", [](PyJob const& self) { return self.job.id; })
      .def_property_readonly("type", [](PyJob const& self) { return self.job.type; })
      .def_property_readonly("display_name", [](PyJob const& self) { return self.job.display_name; })
      .def_property_readonly("experiment_name", [](PyJob const& self) { return self.job.experiment_name; })
      .def_property_readonly("status", [](PyJob const& self) { return std::string{name_of(self.job.status)}; })
      .def_property_readonly("error", [](PyJob const& self) { return self.job.error; })
      .def_property_readonly("tags", [](PyJob const& self) { return self.job.tags; })
      .def_property_readonly("properties", [](PyJob const& self) { return self.job.properties; })
      .def_property_readonly("outputs",
                             [](PyJob const& self) {
                               py::dict outputs;
                               for (auto const& [name, uri] : self.job.outputs) outputs[py::str(name)] = uri;
                               return outputs;
                             })
      .def(
          "wait",
          [](PyJob& self, Timeout timeout, std::function<void(PyJob const&)> on_change) {
            self.job = blocking(timeout, [&](Context const& ctx) {
              std::function<void(model::Job const&)> told;
              if (on_change)
                told = [&](model::Job const& job) {
                  py::gil_scoped_acquire held;
                  on_change(PyJob{self.ws, job});
                };
              return self.ws->open().jobs().wait(self.job.name, told, ctx);
            });
            return self;
          },
          py::arg("timeout") = py::none(), py::arg("on_change") = nullptr)
      .def(
          "refresh",
          [](PyJob& self, Timeout timeout) {
            self.job =
                blocking(timeout, [&](Context const& ctx) { return self.ws->open().jobs().get(self.job.name, ctx); });
            return self;
          },
          py::arg("timeout") = py::none())
      .def(
          "children",
          [](PyJob const& self, Timeout timeout) {
            return wrap(self.ws, blocking(timeout, [&](Context const& ctx) {
                          return self.ws->open().jobs().children(self.job.name, ctx);
                        }));
          },
          py::arg("timeout") = py::none())
      .def(
          "log",
          [](PyJob const& self, Timeout timeout) {
            return blocking(timeout,
                            [&](Context const& ctx) { return self.ws->open().jobs().log(self.job.name, ctx); });
          },
          py::arg("timeout") = py::none())
      .def(
          "metrics",
          [](PyJob const& self, Timeout timeout) {
            std::map<std::string, double> values;
            for (auto const& metric : blocking(
                     timeout, [&](Context const& ctx) { return self.ws->open().jobs().metrics(self.job.name, ctx); }))
              values[metric.key] = metric.value;
            return values;
          },
          py::arg("timeout") = py::none())
      .def(
          "cancel",
          [](PyJob const& self, Timeout timeout) {
            blocking(timeout, [&](Context const& ctx) { return self.ws->open().jobs().cancel(self.job.name, ctx); });
          },
          py::arg("timeout") = py::none());

  py::class_<Jobs>(m, "Jobs", "Jobs of one workspace.")
      .def(
          "submit",
          [](Jobs const& self, std::string const& yaml, std::map<std::string, std::string> const& set,
             std::string const& name, std::string const& display_name, std::string const& experiment_name,
             bool force_rerun, Timeout timeout) {
            SubmitOptions const options{.set = {set.begin(), set.end()},
                                        .name = name,
                                        .display_name = display_name,
                                        .experiment_name = experiment_name,
                                        .force_rerun = force_rerun};
            return PyJob{self.ws, blocking(timeout, [&](Context const& ctx) {
                           return self.ws->open().submit(yaml, options, ctx);
                         })};
          },
          py::arg("yaml"), py::kw_only(), py::arg("set") = std::map<std::string, std::string>{}, py::arg("name") = "",
          py::arg("display_name") = "", py::arg("experiment_name") = "", py::arg("force_rerun") = false,
          py::arg("timeout") = py::none())
      .def(
          "get",
          [](Jobs const& self, std::string const& name, Timeout timeout) {
            return PyJob{self.ws,
                         blocking(timeout, [&](Context const& ctx) { return self.ws->open().jobs().get(name, ctx); })};
          },
          py::arg("name"), py::kw_only(), py::arg("timeout") = py::none())
      .def(
          "list",
          [](Jobs const& self, Timeout timeout) {
            return wrap(self.ws,
                        blocking(timeout, [&](Context const& ctx) { return self.ws->open().jobs().list(ctx); }));
          },
          py::kw_only(), py::arg("timeout") = py::none());
}

void bind_assets(py::module_& m) {
  py::class_<Models>(m, "Models", "Registered models of one workspace.")
      .def(
          "register",
          [](Models const& self, std::string const& name, std::string const& path, std::string const& version,
             std::string const& type, std::string const& job_name, std::string const& description,
             model::Tags const& tags, model::Tags const& properties, Timeout timeout) {
            model::Model wanted;
            wanted.name = name;
            wanted.path = path;
            wanted.version = version;
            wanted.type = type;
            wanted.job_name = job_name;
            wanted.description = description;
            wanted.tags = tags;
            wanted.properties = properties;
            return blocking(timeout, [&](Context const& ctx) { return self.ws->open().models().put(wanted, ctx); });
          },
          py::arg("name"), py::arg("path"), py::kw_only(), py::arg("version") = "", py::arg("type") = "custom_model",
          py::arg("job_name") = "", py::arg("description") = "", py::arg("tags") = model::Tags{},
          py::arg("properties") = model::Tags{}, py::arg("timeout") = py::none())
      .def(
          "get",
          [](Models const& self, std::string const& name, std::string const& version, Timeout timeout) {
            return blocking(timeout,
                            [&](Context const& ctx) { return self.ws->open().models().get(name, version, ctx); });
          },
          py::arg("name"), py::arg("version") = "", py::kw_only(), py::arg("timeout") = py::none())
      .def(
          "list",
          [](Models const& self, Timeout timeout) {
            return blocking(timeout, [&](Context const& ctx) { return self.ws->open().models().list(ctx); });
          },
          py::kw_only(), py::arg("timeout") = py::none())
      .def(
          "versions",
          [](Models const& self, std::string const& name, Timeout timeout) {
            return blocking(timeout, [&](Context const& ctx) { return self.ws->open().models().versions(name, ctx); });
          },
          py::arg("name"), py::kw_only(), py::arg("timeout") = py::none());

  py::class_<Components>(m, "Components", "Registered components of one workspace.")
      .def(
          "register",
          [](Components const& self, std::string const& yaml, Timeout timeout) {
            return blocking(timeout, [&](Context const& ctx) { return self.ws->open().register_component(yaml, ctx); });
          },
          py::arg("yaml"), py::kw_only(), py::arg("timeout") = py::none())
      .def(
          "get",
          [](Components const& self, std::string const& name, std::string const& version, Timeout timeout) {
            return blocking(timeout,
                            [&](Context const& ctx) { return self.ws->open().components().get(name, version, ctx); });
          },
          py::arg("name"), py::arg("version"), py::kw_only(), py::arg("timeout") = py::none())
      .def(
          "list",
          [](Components const& self, Timeout timeout) {
            return blocking(timeout, [&](Context const& ctx) { return self.ws->open().components().list(ctx); });
          },
          py::kw_only(), py::arg("timeout") = py::none());

  py::class_<Environments>(m, "Environments", "Registered environments of one workspace.")
      .def(
          "list",
          [](Environments const& self, Timeout timeout) {
            return blocking(timeout, [&](Context const& ctx) { return self.ws->open().environments().list(ctx); });
          },
          py::kw_only(), py::arg("timeout") = py::none());

  py::class_<Data>(m, "Data", "Data assets of one workspace.")
      .def(
          "register",
          [](Data const& self, std::string const& name, std::string const& path, std::string const& type,
             std::string const& version, Timeout timeout) {
            model::DataAsset wanted;
            wanted.name = name;
            wanted.path = path;
            wanted.type = type;
            wanted.version = version;
            return blocking(timeout, [&](Context const& ctx) { return self.ws->open().data().put(wanted, ctx); });
          },
          py::arg("name"), py::arg("path"), py::kw_only(), py::arg("type") = "uri_folder", py::arg("version") = "",
          py::arg("timeout") = py::none())
      .def(
          "list",
          [](Data const& self, Timeout timeout) {
            return blocking(timeout, [&](Context const& ctx) { return self.ws->open().data().list(ctx); });
          },
          py::kw_only(), py::arg("timeout") = py::none());

  py::class_<Files>(m, "Files", "Files of the workspace's datastores.")
      .def(
          "read",
          [](Files const& self, std::string const& uri, Timeout timeout) {
            return py::bytes(
                blocking(timeout, [&](Context const& ctx) { return self.ws->open().files().read(uri, ctx); }));
          },
          py::arg("uri"), py::kw_only(), py::arg("timeout") = py::none())
      .def(
          "list",
          [](Files const& self, std::string const& uri, Timeout timeout) {
            return blocking(timeout, [&](Context const& ctx) { return self.ws->open().files().list(uri, ctx); });
          },
          py::arg("uri"), py::kw_only(), py::arg("timeout") = py::none())
      .def(
          "download",
          [](Files const& self, std::string const& uri, std::string const& folder, Timeout timeout) {
            return blocking(timeout,
                            [&](Context const& ctx) { return self.ws->open().files().download(uri, folder, ctx); });
          },
          py::arg("uri"), py::arg("folder"), py::kw_only(), py::arg("timeout") = py::none());
}

void bind_endpoints(py::module_& m) {
  py::class_<Endpoints>(m, "Endpoints", "Online endpoints of one workspace.")
      .def(
          "create",
          [](Endpoints const& self, std::string const& yaml, Timeout timeout) {
            return blocking(timeout, [&](Context const& ctx) { return self.ws->open().put_endpoint(yaml, ctx); });
          },
          py::arg("yaml"), py::kw_only(), py::arg("timeout") = py::none())
      .def(
          "get",
          [](Endpoints const& self, std::string const& name, Timeout timeout) {
            return blocking(timeout, [&](Context const& ctx) { return self.ws->open().endpoints().get(name, ctx); });
          },
          py::arg("name"), py::kw_only(), py::arg("timeout") = py::none())
      .def(
          "list",
          [](Endpoints const& self, Timeout timeout) {
            return blocking(timeout, [&](Context const& ctx) { return self.ws->open().endpoints().list(ctx); });
          },
          py::kw_only(), py::arg("timeout") = py::none())
      .def(
          "set_traffic",
          [](Endpoints const& self, std::string const& name, std::map<std::string, int> const& traffic,
             std::map<std::string, int> const& mirror, Timeout timeout) {
            return blocking(timeout, [&](Context const& ctx) {
              return self.ws->open().endpoints().set_traffic(name, traffic, mirror, ctx);
            });
          },
          py::arg("name"), py::arg("traffic"), py::arg("mirror") = std::map<std::string, int>{}, py::kw_only(),
          py::arg("timeout") = py::none())
      .def(
          "invoke",
          [](Endpoints const& self, std::string const& name, std::string const& body, std::string const& request_id,
             std::string const& deployment, Timeout timeout) {
            auto const scored = blocking(timeout, [&](Context const& ctx) -> Result<Scored> {
              auto client = self.ws->open().scoring(name, ctx);
              if (!client) return std::move(client).error();
              return client->invoke(body, request_id, deployment, ctx);
            });
            return py::dict(py::arg("status") = scored.status, py::arg("body") = scored.body,
                            py::arg("deployment") = scored.deployment, py::arg("milliseconds") = scored.milliseconds);
          },
          py::arg("name"), py::arg("body"), py::kw_only(), py::arg("request_id") = "", py::arg("deployment") = "",
          py::arg("timeout") = py::none())
      .def(
          "delete",
          [](Endpoints const& self, std::string const& name, Timeout timeout) {
            blocking(timeout, [&](Context const& ctx) { return self.ws->open().endpoints().remove(name, ctx); });
          },
          py::arg("name"), py::kw_only(), py::arg("timeout") = py::none());

  py::class_<Deployments>(m, "Deployments", "Deployments behind the online endpoints of one workspace.")
      .def(
          "create",
          [](Deployments const& self, std::string const& yaml, std::string const& model, Timeout timeout) {
            return blocking(timeout, [&](Context const& ctx) { return self.ws->open().deploy(yaml, model, ctx); });
          },
          py::arg("yaml"), py::kw_only(), py::arg("model") = "", py::arg("timeout") = py::none())
      .def(
          "list",
          [](Deployments const& self, std::string const& endpoint, Timeout timeout) {
            return blocking(timeout,
                            [&](Context const& ctx) { return self.ws->open().deployments().list(endpoint, ctx); });
          },
          py::arg("endpoint"), py::kw_only(), py::arg("timeout") = py::none())
      .def(
          "logs",
          [](Deployments const& self, std::string const& endpoint, std::string const& name, int tail, Timeout timeout) {
            return blocking(timeout, [&](Context const& ctx) {
              return self.ws->open().deployments().logs(endpoint, name, tail, ctx);
            });
          },
          py::arg("endpoint"), py::arg("name"), py::arg("tail") = 50, py::kw_only(), py::arg("timeout") = py::none());
}

}  // namespace

void bind_workspace(py::module_& m) {
  bind_jobs(m);
  bind_assets(m);
  bind_endpoints(m);
  py::class_<Handle, Shared>(m, "Workspace")
      .def_static(
          "local",
          [](std::string const& path, std::string const& python, int max_parallel_steps) {
            local::Options options;
            options.python = python;
            options.max_parallel_steps = max_parallel_steps;
            return std::make_shared<Handle>(
                Handle{blocking(std::nullopt, [&](Context const&) { return Workspace::local(path, options); })});
          },
          py::arg("path"), py::kw_only(), py::arg("python") = "", py::arg("max_parallel_steps") = 0)
      .def_static(
          "remote",
          [](std::string const& endpoint, std::string const& subscription_id, std::string const& resource_group,
             std::string const& workspace_name, std::string const& token, std::string const& ca_file) {
            WorkspaceAddress const address{endpoint, subscription_id, resource_group, workspace_name};
            return std::make_shared<Handle>(Handle{blocking(std::nullopt, [&](Context const&) {
              return Workspace::remote(address, static_token(token), ca_file);
            })});
          },
          py::kw_only(), py::arg("endpoint"), py::arg("subscription_id"), py::arg("resource_group"),
          py::arg("workspace_name"), py::arg("token"), py::arg("ca_file") = "")
      .def("close",
           [](Handle& self) {
             py::gil_scoped_release released;
             self.workspace.reset();
           })
      .def_property_readonly("closed", [](Handle const& self) { return !self.workspace; })
      .def(
          "info",
          [](Handle const& self, Timeout timeout) {
            return blocking(timeout, [&](Context const& ctx) { return self.open().workspaces().get(ctx); });
          },
          py::kw_only(), py::arg("timeout") = py::none())
      .def_property_readonly("jobs", [](Shared const& self) { return Jobs{self}; })
      .def_property_readonly("models", [](Shared const& self) { return Models{self}; })
      .def_property_readonly("components", [](Shared const& self) { return Components{self}; })
      .def_property_readonly("environments", [](Shared const& self) { return Environments{self}; })
      .def_property_readonly("data", [](Shared const& self) { return Data{self}; })
      .def_property_readonly("endpoints", [](Shared const& self) { return Endpoints{self}; })
      .def_property_readonly("deployments", [](Shared const& self) { return Deployments{self}; })
      .def_property_readonly("files", [](Shared const& self) { return Files{self}; });
}

}  // namespace podium::python
