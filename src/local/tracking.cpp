#include "local/tracking.hpp"

#include "base/ids.hpp"
#include "base/time.hpp"
#include "local/store_state.hpp"

#include <chrono>

namespace podium::inline v0::local {
namespace {

std::string dense_uuid() {
  auto text = base::uuid();
  std::erase(text, '-');
  return text;
}

Experiment read_experiment(Database::Query const& query) {
  return {query.text(0), query.text(1), query.text(2), query.integer(3), query.integer(4), Json::parse(query.text(5))};
}

Run read_run(Database::Query const& query) {
  Run run;
  run.id = query.text(0);
  run.experiment_id = query.text(1);
  run.name = query.text(2);
  run.user = query.text(3);
  run.status = query.text(4);
  run.started_ms = query.integer(5);
  run.ended_ms = query.integer(6);
  run.stage = query.text(7);
  run.inputs = Json::parse(query.text(8));
  run.outputs = Json::parse(query.text(9));
  return run;
}

constexpr char const* one_run =
    "SELECT id, experiment, name, user, status, started, ended, stage, inputs, outputs FROM runs WHERE id = ?";

std::string mlflow_status(std::string_view job) {
  if (job == "Completed") return "FINISHED";
  if (job == "Failed" || job == "NotResponding") return "FAILED";
  if (job == "Canceled") return "KILLED";
  if (job == "Running" || job == "Finalizing" || job == "CancelRequested") return "RUNNING";
  return "SCHEDULED";
}

/// Times of a job stand beside its properties or among their own.
std::string time_of(Json const& properties, std::string_view name) {
  auto text = text_of(properties, name);
  return text.empty() ? text_of(member(properties, "properties"), name) : text;
}

std::int64_t milliseconds(std::string const& rfc3339) {
  auto const time = base::parse_rfc3339(rfc3339);
  return time ? std::chrono::duration_cast<std::chrono::milliseconds>(time->time_since_epoch()).count() : 0;
}

}  // namespace

std::int64_t now_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// The database behind the store, for this class alone.
class Tracking::Sql {
 public:
  static Database& of(Store const& store) { return store.state_->database; }
};

Result<Experiment> Tracking::create_experiment(std::string const& name, Json tags) {
  auto& database = Sql::of(store_);
  auto made = guarded(database, [&]() -> std::optional<Experiment> {
    Database::Transaction all{database};
    {
      Database::Query query{database, "SELECT 1 FROM experiments WHERE name = ?"};
      if (query.bind(name).step()) return std::nullopt;
    }
    Experiment out{base::uuid(), name, "active", now_ms(), now_ms(), std::move(tags)};
    database.run("INSERT INTO experiments(id, name, stage, created, modified, tags) VALUES(?,?,?,?,?,?)", out.id,
                 out.name, out.stage, out.created_ms, out.modified_ms, stored_text(out.tags));
    all.commit();
    return out;
  });
  if (!made) return std::move(made).error();
  if (!*made) return Error{Errc::conflict, "experiment `" + name + "` exists already"};
  return **std::move(made);
}

Result<std::optional<Experiment>> Tracking::experiment(std::string const& id) const {
  auto& database = Sql::of(store_);
  return guarded(database, [&]() -> std::optional<Experiment> {
    Database::Query query{database, "SELECT id, name, stage, created, modified, tags FROM experiments WHERE id = ?"};
    if (!query.bind(id).step()) return std::nullopt;
    return read_experiment(query);
  });
}

Result<std::optional<Experiment>> Tracking::experiment_named(std::string const& name) const {
  auto& database = Sql::of(store_);
  return guarded(database, [&]() -> std::optional<Experiment> {
    Database::Query query{database, "SELECT id, name, stage, created, modified, tags FROM experiments WHERE name = ?"};
    if (!query.bind(name).step()) return std::nullopt;
    return read_experiment(query);
  });
}

Result<Experiment> Tracking::experiment_for(std::string const& name) {
  auto made = create_experiment(name, Json::object());
  if (made || made.error().code() != Errc::conflict) return made;
  auto known = experiment_named(name);
  if (!known) return std::move(known).error();
  if (!*known) return Error{Errc::conflict, "experiment `" + name + "` was deleted meanwhile"};
  return **std::move(known);
}

Result<std::vector<Experiment>> Tracking::experiments() const {
  auto& database = Sql::of(store_);
  return guarded(database, [&] {
    std::vector<Experiment> out;
    Database::Query query{database,
                          "SELECT id, name, stage, created, modified, tags FROM experiments ORDER BY created DESC, id"};
    while (query.step()) out.push_back(read_experiment(query));
    return out;
  });
}

Result<bool> Tracking::change_experiment(std::string const& id, std::function<void(Experiment&)> const& change) {
  auto& database = Sql::of(store_);
  return guarded(database, [&] {
    Database::Transaction all{database};
    Experiment found;
    {
      Database::Query query{database, "SELECT id, name, stage, created, modified, tags FROM experiments WHERE id = ?"};
      if (!query.bind(id).step()) return false;
      found = read_experiment(query);
    }
    change(found);
    database.run("UPDATE experiments SET name = ?, stage = ?, modified = ?, tags = ? WHERE id = ?", found.name,
                 found.stage, now_ms(), stored_text(found.tags), id);
    all.commit();
    return true;
  });
}

Result<Run> Tracking::create_run(Run run) {
  if (run.id.empty()) run.id = dense_uuid();
  auto& database = Sql::of(store_);
  auto made = guarded(database, [&] {
    Database::Transaction all{database};
    database.run(
        "INSERT INTO runs(id, experiment, name, user, status, started, ended, stage, inputs, outputs) "
        "VALUES(?,?,?,?,?,?,?,'active',?,?) ON CONFLICT(id) DO NOTHING",
        run.id, run.experiment_id, run.name, run.user, run.status, run.started_ms, run.ended_ms,
        stored_text(run.inputs), stored_text(run.outputs));
    for (auto const& [key, value] : run.tags)
      database.run(
          "INSERT INTO tags(run, key, value) VALUES(?,?,?) ON CONFLICT(run, key) DO UPDATE SET value = excluded.value",
          run.id, key, value);
    all.commit();
  });
  if (!made) return std::move(made).error();
  auto found = this->run(run.id);
  if (!found) return std::move(found).error();
  if (!*found) return Error{Errc::internal, "a run vanished"};
  return **std::move(found);
}

/// A job that MLflow has not heard of yet becomes a run.
Result<void> Tracking::ensure(std::string const& id) {
  auto& database = Sql::of(store_);
  auto known = guarded(database, [&] {
    Database::Query query{database, "SELECT 1 FROM runs WHERE id = ?"};
    return query.bind(id).step();
  });
  if (!known) return std::move(known).error();
  if (*known) return {};
  auto job = store_.get("jobs/" + id);
  if (!job) return std::move(job).error();
  if (!*job) return {};
  auto const& properties = member((*job)->body, "properties");
  auto experiment_name = text_of(properties, "experimentName");
  auto const parent = text_of(member(properties, "properties"), "azureml.pipelinerunid");
  if (experiment_name.empty() && !parent.empty()) {
    auto above = store_.get("jobs/" + parent);
    if (above && *above) experiment_name = text_of(member((*above)->body, "properties"), "experimentName");
  }
  auto experiment = experiment_for(experiment_name.empty() ? "Default" : experiment_name);
  if (!experiment) return std::move(experiment).error();
  Run run;
  run.id = id;
  run.experiment_id = experiment->id;
  run.name = text_of(properties, "displayName").empty() ? id : text_of(properties, "displayName");
  run.user = "local";
  run.status = "SCHEDULED";
  run.started_ms = milliseconds((*job)->created_at);
  run.tags = {{"mlflow.runName", run.name}, {"mlflow.user", "local"}};
  if (!parent.empty()) run.tags.emplace_back("mlflow.parentRunId", parent);
  return guarded(database, [&] {
    Database::Transaction all{database};
    database.run(
        "INSERT INTO runs(id, experiment, name, user, status, started, ended, stage, inputs, outputs) "
        "VALUES(?,?,?,?,?,?,0,'active','{}','{}') ON CONFLICT(id) DO NOTHING",
        run.id, run.experiment_id, run.name, run.user, run.status, run.started_ms);
    for (auto const& [key, value] : run.tags)
      database.run("INSERT OR IGNORE INTO tags(run, key, value) VALUES(?,?,?)", run.id, key, value);
    all.commit();
  });
}

/// Called with the database held: adds what a job knows, and the data of the run.
void Tracking::overlay(Run& run) const {
  auto& database = Sql::of(store_);
  auto source = run.id;
  auto const job = store_.get("jobs/" + run.id);
  if (job && *job) {
    auto const& properties = member((*job)->body, "properties");
    run.status = mlflow_status(text_of(properties, "status"));
    if (auto const started = milliseconds(time_of(properties, "podium.startTime"))) run.started_ms = started;
    run.ended_ms = milliseconds(time_of(properties, "podium.endTime"));
    auto const& notes = member(properties, "properties");
    if (text_of(notes, "azureml.isreused") == "true" && !text_of(notes, "azureml.reusedrunid").empty())
      source = text_of(notes, "azureml.reusedrunid");
  }
  // The newest by step, then time, then order of arrival, as MLflow's own server has it.
  Database::Query metrics{database,
                          "SELECT key, value, time, step FROM (SELECT key, value, time, step, row_number() OVER "
                          "(PARTITION BY key ORDER BY step DESC, time DESC, seq DESC) AS place FROM metrics WHERE run "
                          "= ?) WHERE place = 1"};
  metrics.bind(source);
  while (metrics.step())
    run.metrics.push_back({metrics.text(0), metrics.real(1), metrics.integer(2), metrics.integer(3)});
  Database::Query params{database, "SELECT key, value FROM params WHERE run = ? ORDER BY key"};
  params.bind(source);
  while (params.step()) run.params.emplace_back(params.text(0), params.text(1));
  Database::Query tags{database, "SELECT key, value FROM tags WHERE run = ? ORDER BY key"};
  tags.bind(run.id);
  while (tags.step()) run.tags.emplace_back(tags.text(0), tags.text(1));
}

Result<std::optional<Run>> Tracking::run(std::string const& id) {
  if (auto made = ensure(id); !made) return std::move(made).error();
  auto& database = Sql::of(store_);
  return guarded(database, [&]() -> std::optional<Run> {
    std::optional<Run> out;
    {
      Database::Query query{database, one_run};
      if (!query.bind(id).step()) return std::nullopt;
      out = read_run(query);
    }
    overlay(*out);
    return out;
  });
}

Result<bool> Tracking::change_run(std::string const& id, std::function<void(Run&)> const& change) {
  if (auto made = ensure(id); !made) return std::move(made).error();
  auto& database = Sql::of(store_);
  return guarded(database, [&] {
    Database::Transaction all{database};
    Run found;
    {
      Database::Query query{database, one_run};
      if (!query.bind(id).step()) return false;
      found = read_run(query);
    }
    change(found);
    database.run(
        "UPDATE runs SET name = ?, status = ?, started = ?, ended = ?, stage = ?, inputs = ?, outputs = ? WHERE id = ?",
        found.name, found.status, found.started_ms, found.ended_ms, found.stage, stored_text(found.inputs),
        stored_text(found.outputs), id);
    all.commit();
    return true;
  });
}

Result<void> Tracking::log(std::string const& id, RunData const& data) {
  if (auto made = ensure(id); !made) return std::move(made).error();
  auto& database = Sql::of(store_);
  auto done = guarded(database, [&]() -> std::optional<Error> {
    Database::Transaction all{database};
    {
      Database::Query query{database, "SELECT 1 FROM runs WHERE id = ?"};
      if (!query.bind(id).step()) return Error{Errc::not_found, "run `" + id + "` does not exist"};
    }
    for (auto const& [key, value] : data.params) {
      Database::Query query{database, "SELECT value FROM params WHERE run = ? AND key = ?"};
      if (query.bind(id, key).step()) {
        if (query.text(0) == value) continue;
        return Error{Errc::conflict, "parameter `" + key + "` of run `" + id + "` has the value `" + query.text(0) +
                                         "` already; parameters cannot be changed"};
      }
      database.run("INSERT INTO params(run, key, value) VALUES(?,?,?)", id, key, value);
    }
    for (auto const& metric : data.metrics)
      database.run("INSERT INTO metrics(run, key, value, time, step) VALUES(?,?,?,?,?)", id, metric.key, metric.value,
                   metric.timestamp_ms, metric.step);
    for (auto const& [key, value] : data.tags) {
      database.run(
          "INSERT INTO tags(run, key, value) VALUES(?,?,?) ON CONFLICT(run, key) DO UPDATE SET value = excluded.value",
          id, key, value);
      if (key == "mlflow.runName") database.run("UPDATE runs SET name = ? WHERE id = ?", value, id);
    }
    all.commit();
    return std::nullopt;
  });
  if (!done) return std::move(done).error();
  if (*done) return **std::move(done);
  return {};
}

Result<bool> Tracking::delete_tag(std::string const& id, std::string const& key) {
  auto& database = Sql::of(store_);
  return guarded(database, [&] {
    Database::Query query{database, "DELETE FROM tags WHERE run = ? AND key = ? RETURNING key"};
    bool const known = query.bind(id, key).step();
    query.run();
    return known;
  });
}

Result<std::vector<RunMetric>> Tracking::history(std::string const& id, std::string const& key) const {
  auto& database = Sql::of(store_);
  return guarded(database, [&] {
    auto source = id;
    if (auto const job = store_.get("jobs/" + id); job && *job) {
      auto const& notes = member(member((*job)->body, "properties"), "properties");
      if (text_of(notes, "azureml.isreused") == "true" && !text_of(notes, "azureml.reusedrunid").empty())
        source = text_of(notes, "azureml.reusedrunid");
    }
    std::vector<RunMetric> out;
    Database::Query query{database,
                          "SELECT key, value, time, step FROM metrics WHERE run = ? AND key = ? ORDER BY seq"};
    query.bind(source, key);
    while (query.step()) out.push_back({query.text(0), query.real(1), query.integer(2), query.integer(3)});
    return out;
  });
}

Result<RunPage> Tracking::search(RunSearch const& search) {
  auto filter = RunFilter::parse(search.filter);
  if (!filter) return std::move(filter).error();
  // Jobs become runs when MLflow first asks for them.
  auto jobs = store_.list("jobs");
  if (!jobs) return std::move(jobs).error();
  for (auto const& job : *jobs)
    if (auto made = ensure(job.id.substr(5)); !made) return std::move(made).error();

  auto& database = Sql::of(store_);
  auto found = guarded(database, [&] {
    std::vector<Run> out;
    for (auto const& experiment : search.experiments) {
      Database::Query query{
          database,
          "SELECT id, experiment, name, user, status, started, ended, stage, inputs, outputs FROM runs "
          "WHERE experiment = ? ORDER BY seq DESC"};
      query.bind(experiment);
      while (query.step()) {
        auto run = read_run(query);
        if (search.view == "ACTIVE_ONLY" && run.stage != "active") continue;
        if (search.view == "DELETED_ONLY" && run.stage != "deleted") continue;
        overlay(run);
        if (filter->matches(run)) out.push_back(std::move(run));
      }
    }
    return out;
  });
  if (!found) return std::move(found).error();
  if (auto sorted = sort_runs(*found, search.order_by); !sorted) return std::move(sorted).error();
  RunPage page;
  for (std::size_t i = search.offset; i < found->size() && page.runs.size() < search.limit; ++i)
    page.runs.push_back(std::move((*found)[i]));
  page.more = search.offset + page.runs.size() < found->size();
  return page;
}

Result<void> Tracking::forget(std::string const& id) {
  auto& database = Sql::of(store_);
  return guarded(database, [&] {
    Database::Transaction all{database};
    database.run("DELETE FROM metrics WHERE run = ?", id);
    database.run("DELETE FROM params WHERE run = ?", id);
    database.run("DELETE FROM tags WHERE run = ?", id);
    database.run("DELETE FROM runs WHERE id = ?", id);
    all.commit();
  });
}

Result<Tracking::LoggedModel> Tracking::put_logged_model(LoggedModel model) {
  if (model.id.empty()) model.id = "m-" + dense_uuid();
  auto& database = Sql::of(store_);
  return guarded(database, [&] {
    database.run(
        "INSERT INTO logged_models(id, experiment, body) VALUES(?,?,?) ON CONFLICT(id) DO UPDATE SET body = "
        "excluded.body",
        model.id, model.experiment_id, stored_text(model.body));
    return model;
  });
}

Result<std::optional<Tracking::LoggedModel>> Tracking::logged_model(std::string const& id) const {
  auto& database = Sql::of(store_);
  return guarded(database, [&]() -> std::optional<LoggedModel> {
    Database::Query query{database, "SELECT id, experiment, body FROM logged_models WHERE id = ?"};
    if (!query.bind(id).step()) return std::nullopt;
    return LoggedModel{query.text(0), query.text(1), Json::parse(query.text(2))};
  });
}

Result<std::vector<Tracking::LoggedModel>> Tracking::logged_models(std::vector<std::string> const& experiments) const {
  auto& database = Sql::of(store_);
  return guarded(database, [&] {
    std::vector<LoggedModel> out;
    for (auto const& experiment : experiments) {
      Database::Query query{database,
                            "SELECT id, experiment, body FROM logged_models WHERE experiment = ? ORDER BY seq DESC"};
      query.bind(experiment);
      while (query.step()) out.push_back({query.text(0), query.text(1), Json::parse(query.text(2))});
    }
    return out;
  });
}

}  // namespace podium::inline v0::local
