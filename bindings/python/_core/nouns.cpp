#include "bind.hpp"

#include "podium/model/asset.hpp"
#include "podium/model/endpoint.hpp"
#include "podium/model/job.hpp"

namespace podium::python {

void bind_nouns(py::module_& m) {
  using namespace model;
  py::class_<ComponentInfo>(m, "ComponentInfo", "A registered component.")
      .def_readonly("id", &ComponentInfo::id)
      .def_readonly("name", &ComponentInfo::name)
      .def_readonly("version", &ComponentInfo::version)
      .def_readonly("type", &ComponentInfo::type)
      .def_readonly("display_name", &ComponentInfo::display_name)
      .def_readonly("description", &ComponentInfo::description)
      .def("__repr__", [](ComponentInfo const& c) { return "<podium component " + c.name + ":" + c.version + ">"; });

  py::class_<Environment>(m, "Environment", "A registered environment.")
      .def_readonly("name", &Environment::name)
      .def_readonly("version", &Environment::version)
      .def_readonly("image", &Environment::image)
      .def_readonly("conda_file", &Environment::conda_file)
      .def_readonly("tags", &Environment::tags);

  py::class_<Model>(m, "Model", "A registered model with its lineage.")
      .def_readonly("id", &Model::id)
      .def_readonly("name", &Model::name)
      .def_readonly("version", &Model::version)
      .def_readonly("description", &Model::description)
      .def_readonly("type", &Model::type)
      .def_readonly("path", &Model::path)
      .def_readonly("job_name", &Model::job_name)
      .def_readonly("stage", &Model::stage)
      .def_readonly("tags", &Model::tags)
      .def_readonly("properties", &Model::properties)
      .def("__repr__", [](Model const& one) { return "<podium model " + one.name + ":" + one.version + ">"; });

  py::class_<DataAsset>(m, "DataAsset", "A registered data asset.")
      .def_readonly("id", &DataAsset::id)
      .def_readonly("name", &DataAsset::name)
      .def_readonly("version", &DataAsset::version)
      .def_readonly("type", &DataAsset::type)
      .def_readonly("path", &DataAsset::path)
      .def_readonly("tags", &DataAsset::tags);

  py::class_<Endpoint>(m, "Endpoint", "An online endpoint.")
      .def_readonly("id", &Endpoint::id)
      .def_readonly("name", &Endpoint::name)
      .def_readonly("auth_mode", &Endpoint::auth_mode)
      .def_readonly("traffic", &Endpoint::traffic)
      .def_readonly("mirror_traffic", &Endpoint::mirror_traffic)
      .def_readonly("scoring_uri", &Endpoint::scoring_uri)
      .def_readonly("provisioning_state", &Endpoint::provisioning_state)
      .def_readonly("tags", &Endpoint::tags)
      .def("__repr__", [](Endpoint const& one) { return "<podium endpoint " + one.name + ">"; });

  py::class_<Deployment>(m, "Deployment", "A deployment behind an online endpoint.")
      .def_readonly("id", &Deployment::id)
      .def_readonly("name", &Deployment::name)
      .def_readonly("endpoint", &Deployment::endpoint)
      .def_readonly("model", &Deployment::model)
      .def_readonly("environment", &Deployment::environment)
      .def_readonly("environment_variables", &Deployment::environment_variables)
      .def_readonly("instance_count", &Deployment::instance_count)
      .def_readonly("provisioning_state", &Deployment::provisioning_state)
      .def("__repr__",
           [](Deployment const& one) { return "<podium deployment " + one.endpoint + "/" + one.name + ">"; });

  py::class_<WorkspaceInfo>(m, "WorkspaceInfo", "A workspace as the service describes it.")
      .def_readonly("id", &WorkspaceInfo::id)
      .def_readonly("name", &WorkspaceInfo::name)
      .def_readonly("location", &WorkspaceInfo::location)
      .def_readonly("discovery_url", &WorkspaceInfo::discovery_url)
      .def_readonly("mlflow_tracking_uri", &WorkspaceInfo::mlflow_tracking_uri);
}

}  // namespace podium::python
