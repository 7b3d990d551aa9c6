#include "net/client.hpp"

#include "podium/connect.hpp"
#include "podium/spec/load.hpp"

#include <fstream>
#include <sstream>

namespace podium::inline v0 {
namespace {

Result<std::string> read_pem(std::string const& file) {
  if (file.empty()) return std::string{};
  std::ifstream in{file, std::ios::binary};
  if (!in) return Error{Errc::not_found, "cannot read the certificates in `" + file + "`"};
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

template <class Job>
void apply(SubmitOptions const& options, Job& job) {
  if (!options.name.empty()) job.name = options.name;
  if (!options.display_name.empty()) job.display_name = options.display_name;
  if (!options.experiment_name.empty()) job.experiment_name = options.experiment_name;
}

Error in_file(Error error, std::filesystem::path const& file) { return std::move(error).with("file", file.string()); }

}  // namespace

Result<Workspace> Workspace::local(std::filesystem::path folder, podium::local::Options options) {
  auto opened = podium::local::Workspace::open(std::move(folder), std::move(options));
  if (!opened) return std::move(opened).error();
  Session session{(*opened)->address(), (*opened)->transport(), static_token("local")};
  return Workspace{std::move(session), *std::move(opened)};
}

Result<Workspace> Workspace::remote(WorkspaceAddress address, std::shared_ptr<TokenCredential> credential,
                                    std::string const& ca_file, ClientOptions options) {
  auto roots = read_pem(ca_file);
  if (!roots) return std::move(roots).error();
  net::TransportOptions wire;
  wire.ca_pem = *std::move(roots);
  auto transport = net::make_transport(std::move(wire));
  if (!transport) return std::move(transport).error();
  return Workspace{Session{std::move(address), *std::move(transport), std::move(credential), std::move(options)},
                   nullptr};
}

Result<model::Job> Workspace::submit(std::filesystem::path const& yaml, SubmitOptions const& options,
                                     Context const& ctx) const {
  auto kind = spec::kind_of(yaml);
  if (!kind) return std::move(kind).error();
  if (*kind == "commandJob") {
    auto job = spec::load_command_job(yaml, options.set).result();
    if (!job) return std::move(job).error();
    apply(options, *job);
    auto created = jobs().create(*job, ctx);
    return created ? std::move(created) : Result<model::Job>{in_file(std::move(created).error(), yaml)};
  }
  if (*kind != "pipelineJob")
    return Error{Errc::invalid_argument, "`" + yaml.string() + "` is a " + *kind + ", not a pipeline or command job"};

  auto job = spec::load_pipeline(yaml, options.set).result();
  if (!job) return std::move(job).error();
  apply(options, *job);
  if (options.force_rerun) job->force_rerun = true;
  for (auto& node : job->nodes) {
    if (!node.definition) continue;
    // A step read from a file is nobody's named component: it is stored under its content, as Azure's client does.
    auto component = *std::exchange(node.definition, std::nullopt);
    component.name.clear();
    component.version.clear();
    auto stored = components().put(component, ctx);
    if (!stored) return in_file(std::move(stored).error().with("step", node.name), yaml);
    node.component = stored->id;
  }
  auto created = jobs().create(*job, ctx);
  return created ? std::move(created) : Result<model::Job>{in_file(std::move(created).error(), yaml)};
}

Result<model::ComponentInfo> Workspace::register_component(std::filesystem::path const& yaml,
                                                           Context const& ctx) const {
  auto component = spec::load_component(yaml).result();
  if (!component) return std::move(component).error();
  auto stored = components().put(*component, ctx);
  return stored ? std::move(stored) : Result<model::ComponentInfo>{in_file(std::move(stored).error(), yaml)};
}

Result<model::Endpoint> Workspace::put_endpoint(std::filesystem::path const& yaml, Context const& ctx) const {
  auto endpoint = spec::load_endpoint(yaml).result();
  if (!endpoint) return std::move(endpoint).error();
  auto started = endpoints().begin_put(*endpoint, ctx);
  if (!started) return in_file(std::move(started).error(), yaml);
  auto done = started->wait(ctx);
  return done ? std::move(done) : Result<model::Endpoint>{in_file(std::move(done).error(), yaml)};
}

Result<model::Deployment> Workspace::deploy(std::filesystem::path const& yaml, std::string const& model,
                                            Context const& ctx) const {
  auto deployment = spec::load_deployment(yaml).result();
  if (!deployment) return std::move(deployment).error();
  if (!model.empty()) deployment->model = model;
  auto started = deployments().begin_put(*deployment, ctx);
  if (!started) return in_file(std::move(started).error(), yaml);
  auto done = started->wait(ctx);
  return done ? std::move(done) : Result<model::Deployment>{in_file(std::move(done).error(), yaml)};
}

Result<ScoringClient> Workspace::scoring(std::string const& endpoint, Context const& ctx) const {
  auto found = endpoints().get(endpoint, ctx);
  if (!found) return std::move(found).error();
  auto keys = endpoints().keys(endpoint, ctx);
  if (!keys) return std::move(keys).error();
  return ScoringClient{session_, found->scoring_uri, keys->primary};
}

Result<podium::data::Dataset> Workspace::open_dataset(std::string const& place, podium::data::OpenOptions options,
                                                      Context const& ctx) const {
  if (!place.starts_with("azureml://")) return podium::data::Dataset::open(place, options, ctx);
  if (local_) {
    // A datastore of a workspace on this machine is a folder.
    auto const store = place.find("datastores/");
    auto const paths = place.find("/paths/");
    if (store == std::string::npos || paths == std::string::npos || paths < store)
      return Error{Errc::invalid_argument,
                   "`" + place + "` is not of the form azureml://datastores/{name}/paths/{path}"};
    auto const name = place.substr(store + 11, paths - store - 11);
    auto const path = std::filesystem::path{place.substr(paths + 7)}.lexically_normal();
    if (path.is_absolute() || (!path.empty() && *path.begin() == ".."))
      return Error{Errc::invalid_argument, "`" + place + "` leaves its datastore"};
    auto opened = podium::data::Dataset::open((local_->folder() / "datastores" / name / path).string(), options, ctx);
    return opened ? std::move(opened) : Result<podium::data::Dataset>{opened.error().with("datastore", name)};
  }
  auto const access = datastores().access(place, ctx);
  if (!access) return access.error();
  options.storage.account_key = access->account_key;
  options.storage.sas_token = access->sas_token;
  options.storage.tenant_id = access->tenant_id;
  options.storage.client_id = access->client_id;
  options.storage.client_secret = access->client_secret;
  return podium::data::Dataset::open(access->uri, options, ctx);
}

}  // namespace podium::inline v0
