#include "cli/evidence_options.hpp"
#include "cli/gate_commands.hpp"
#include "cli/workspace_options.hpp"

#include "podium/data/table.hpp"
#include "podium/rollout/sources.hpp"
#include "podium/spec/load.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace podium::cli {
namespace {

struct Arguments {
  WorkspaceOptions workspace;
  PartOptions given;
  std::string out;
  std::string policy;
  std::string job;
  std::vector<std::string> metrics;  ///< ID=JOB
  std::string load_endpoint;
  std::string load_requests;
  std::string load_deployment;
  double rps = 0;
  int warmup = -1;
  std::int64_t requests = 0;
  std::string shadow_endpoint;
  std::string champion;
  std::string challenger;
  std::string pair_on;
};

constexpr std::string_view from_job = "job:";

/// Files that were fetched or made on the way, gone when collecting ends.
class Scratch {
 public:
  Scratch() {
    auto pattern = (std::filesystem::temp_directory_path() / "podium-collect-XXXXXX").string();
    if (mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  Scratch(Scratch const&) = delete;
  Scratch& operator=(Scratch const&) = delete;

  /// A folder of its own, so that equal names of two jobs do not meet.
  Result<std::filesystem::path> folder() {
    auto const path = path_ / std::to_string(++number_);
    std::error_code failed;
    std::filesystem::create_directories(path, failed);
    if (path_.empty() || failed) return Error{Errc::exhausted, "cannot make a folder for what is collected"};
    return path;
  }

 private:
  std::filesystem::path path_;
  int number_ = 0;
};

/// The workspace, opened when the first part needs it.
class Source {
 public:
  explicit Source(WorkspaceOptions const& options) : options_{options} {}
  Result<Workspace> open() {
    if (!workspace_) {
      auto opened = options_.open();
      if (!opened) return opened;
      workspace_ = *std::move(opened);
    }
    return *workspace_;
  }

 private:
  WorkspaceOptions const& options_;
  std::optional<Workspace> workspace_;
};

/// `job:OUTPUT/path` becomes a file that is here.
Result<void> fetch(std::string& file, Arguments const& args, Source& source, Scratch& scratch, Context const& ctx) {
  if (!file.starts_with(from_job)) return {};
  if (args.job.empty()) return Error{Errc::invalid_argument, "`" + file + "` needs --job NAME"};
  auto workspace = source.open();
  if (!workspace) return std::move(workspace).error();
  auto folder = scratch.folder();
  if (!folder) return std::move(folder).error();
  auto fetched = rollout::fetch_output(workspace->session(), args.job, file.substr(from_job.size()), *folder, ctx);
  if (!fetched) return std::move(fetched).error();
  file = fetched->string();
  return {};
}

Result<PartOptions> fetch_all(Arguments const& args, Source& source, Scratch& scratch, Context const& ctx) {
  auto given = args.given;
  for (auto* items : {&given.predictions, &given.eval_results})
    for (auto& item : *items) {
      auto named = split(items == &given.predictions ? "--predictions" : "--eval-result", item);
      if (!named) return std::move(named).error();
      if (auto ok = fetch(named->second, args, source, scratch, ctx); !ok) return std::move(ok).error();
      item = named->first + "=" + named->second;
    }
  for (auto* file : {&given.train_units, &given.shadow, &given.mix, &given.approvals})
    if (auto ok = fetch(*file, args, source, scratch, ctx); !ok) return std::move(ok).error();
  return given;
}

Result<void> add_metrics(rollout::BundleParts& parts, Arguments const& args, Source& source, Context const& ctx) {
  for (auto const& item : args.metrics) {
    auto named = split("--metrics", item);
    if (!named) return std::move(named).error();
    auto workspace = source.open();
    if (!workspace) return std::move(workspace).error();
    auto found = rollout::collect_metrics(workspace->session(), named->second, named->first, ctx);
    if (!found) return std::move(found).error();
    parts.aggregates.push_back(*std::move(found));
  }
  return {};
}

/// One request a line: the bodies of JSON lines, or a column `body` of a table.
Result<std::vector<std::string>> read_bodies(std::string const& file) {
  if (file.ends_with(".jsonl") || file.ends_with(".ndjson")) {
    std::ifstream in{file};
    if (!in) return Error{Errc::not_found, "cannot read `" + file + "`"};
    std::vector<std::string> bodies;
    for (std::string line; std::getline(in, line);)
      if (!line.empty()) bodies.push_back(std::move(line));
    return bodies;
  }
  auto table = data::read(file);
  if (!table) return std::move(table).error();
  return data::strings(*table, "body");
}

Result<void> add_load_test(rollout::BundleParts& parts, Arguments const& args, model::PromotionPolicy const* policy,
                           Source& source, Context const& ctx) {
  if (args.load_endpoint.empty()) return {};
  if (args.load_requests.empty())
    return Error{Errc::invalid_argument, "a load test needs --load-requests FILE, the requests to send"};
  auto bodies = read_bodies(args.load_requests);
  if (!bodies) return std::move(bodies).error().with("requests", args.load_requests);
  rollout::LoadPlan plan;
  if (policy != nullptr && policy->staging_latency) {
    auto const& rules = *policy->staging_latency;
    plan.rps = rules.rps;
    plan.warmup = rules.warmup;
    if (rules.min_requests > 0) plan.requests = rules.min_requests;
    for (auto const& slo : rules.slos) plan.edges_ms.push_back(slo.max_ms);
  }
  if (args.rps > 0) plan.rps = args.rps;
  if (args.warmup >= 0) plan.warmup = std::chrono::seconds{args.warmup};
  if (args.requests > 0) plan.requests = args.requests;
  plan.deployment = args.load_deployment;
  auto workspace = source.open();
  if (!workspace) return std::move(workspace).error();
  auto scoring = workspace->scoring(args.load_endpoint, ctx);
  if (!scoring) return std::move(scoring).error();
  auto sample = rollout::load_test(*scoring, args.load_endpoint, *bodies, plan, ctx);
  if (!sample) return std::move(sample).error();
  parts.latency.push_back(*std::move(sample));
  return {};
}

Result<void> add_shadow(rollout::BundleParts& parts, Arguments const& args, Source& source, Scratch& scratch,
                        Context const& ctx) {
  if (args.shadow_endpoint.empty()) return {};
  if (!parts.shadow.empty() || parts.mirrored > 0 || parts.challenger_errors > 0)
    return Error{Errc::invalid_argument,
                 "--shadow-endpoint counts for itself: leave --shadow, --mirrored and --shadow-errors out"};
  if (args.champion.empty() || args.challenger.empty())
    return Error{Errc::invalid_argument, "--shadow-endpoint needs --champion and --challenger, the two deployments"};
  auto workspace = source.open();
  if (!workspace) return std::move(workspace).error();
  auto pairs = rollout::collect_shadow(workspace->files(), args.shadow_endpoint, args.champion, args.challenger,
                                       args.pair_on, ctx);
  if (!pairs) return std::move(pairs).error();
  auto folder = scratch.folder();
  if (!folder) return std::move(folder).error();
  parts.shadow = *folder / "shadow.csv";
  parts.mirrored = pairs->mirrored;
  parts.challenger_errors = pairs->challenger_errors;
  return write_file(parts.shadow.string(), rollout::to_csv(*pairs));
}

Result<void> collect(Arguments const& args, Context const& ctx, std::size_t& parts_written) {
  std::optional<model::PromotionPolicy> policy;
  if (!args.policy.empty()) {
    auto loaded = spec::load_policy(args.policy).result();
    if (!loaded) return std::move(loaded).error();
    policy = *std::move(loaded);
  }
  Source source{args.workspace};
  Scratch scratch;
  auto given = fetch_all(args, source, scratch, ctx);
  if (!given) return std::move(given).error();
  auto parts = given->parts();
  if (!parts) return std::move(parts).error();
  if (auto ok = add_metrics(*parts, args, source, ctx); !ok) return ok;
  if (auto ok = add_load_test(*parts, args, policy ? &*policy : nullptr, source, ctx); !ok) return ok;
  if (auto ok = add_shadow(*parts, args, source, scratch, ctx); !ok) return ok;
  parts_written = parts->predictions.size() + parts->aggregates.size() + parts->latency.size() +
                  (parts->shadow.empty() ? 0U : 1U) + (parts->train_units.empty() ? 0U : 1U) +
                  (parts->production_mix ? 1U : 0U) + (parts->approvals.empty() ? 0U : 1U);
  if (parts_written == 0)
    return Error{Errc::invalid_argument, "nothing to collect: give --predictions ID=FILE, or another source"};
  if (parts->as_of_us == 0)
    parts->as_of_us =
        std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch())
            .count();
  if (policy)  // what the policy could not read is better said now than in the pipeline's next step
    if (auto read = rollout::evidence_of(*parts, *policy); !read) return std::move(read).error();
  return rollout::write_bundle(*parts, args.out);
}

int run(Arguments const& args, Terminal& term, Context const& ctx) {
  std::size_t parts = 0;
  if (auto ok = collect(args, ctx, parts); !ok) return fail(term, "gate collect", ok.error());
  term.out << args.out << '\n';
  term.err << parts << (parts == 1 ? " part" : " parts") << " collected\n";
  return Exit::done;
}

}  // namespace

void add_gate_collect(CLI::App& gate, Action& action) {
  auto args = std::make_shared<Arguments>();
  auto* command =
      gate.add_subcommand("collect", "Put evidence together: a folder (or .tar) with a manifest of digests");
  args->given.add_to(*command);
  command->add_option("--out", args->out, "Folder or .tar file to make; it must not be there yet")
      ->required()
      ->type_name("DIR");
  command
      ->add_option("--policy", args->policy,
                   "Check the parts against this policy, and take the load test's rate, warm-up and size from it")
      ->type_name("FILE");
  command->add_option("--job", args->job, "Job whose outputs `job:OUTPUT/path` stands for in the files above")
      ->type_name("NAME");
  command
      ->add_option("--metrics", args->metrics, "Evaluation set and the job whose logged metrics (MLflow) describe it")
      ->type_name("ID=JOB");
  auto* load =
      command
          ->add_option("--load-test", args->load_endpoint, "Endpoint to test, open loop, under the load of the policy")
          ->type_name("ENDPOINT");
  command->add_option("--load-requests", args->load_requests, "Requests to send: JSON lines, or a table with `body`")
      ->needs(load)
      ->type_name("FILE");
  command->add_option("--load-deployment", args->load_deployment, "Deployment to test; the router's choice without it")
      ->needs(load)
      ->type_name("NAME");
  command->add_option("--rps", args->rps, "Requests a second (the policy's)")->needs(load)->type_name("N");
  command->add_option("--warmup", args->warmup, "Seconds that do not count (the policy's)")
      ->needs(load)
      ->type_name("N");
  command->add_option("--requests", args->requests, "Requests that count (the policy's)")->needs(load)->type_name("N");
  auto* shadow = command
                     ->add_option("--shadow-endpoint", args->shadow_endpoint,
                                  "Endpoint whose data collector saw mirrored requests")
                     ->type_name("ENDPOINT");
  command->add_option("--champion", args->champion, "Deployment that answered live")->needs(shadow)->type_name("NAME");
  command->add_option("--challenger", args->challenger, "Deployment that the requests were mirrored to")
      ->needs(shadow)
      ->type_name("NAME");
  command->add_option("--pair-on", args->pair_on, "Logged column that names a request (the request id without it)")
      ->needs(shadow)
      ->type_name("COLUMN");
  args->workspace.add_to(*command);
  command->footer("Exit: 0 done; 1 could not do it, 2 usage or policy error, 3 something is there already.");
  command->callback(
      [args, &action] { action = [args](Terminal& term, Context const& ctx) { return run(*args, term, ctx); }; });
}

}  // namespace podium::cli
