// Which of two models should say whether a flight from New York will be late?  The whole road: pipelines, point-in-time
// features, the gate, a rollout that is rolled back, one that is not, and the record of all of it.
//
//   promote_flights --pipelines pipelines/flights --out demo-output --python .venv/bin/python

#include "flights/board.hpp"
#include "flights/closing.hpp"
#include "flights/evidence.hpp"
#include "flights/peak_memory.hpp"
#include "flights/replay.hpp"
#include "flights/runs.hpp"
#include "flights/words.hpp"

#include <nlohmann/json.hpp>
#include <podium/podium.hpp>

#include <fstream>
#include <iostream>
#include <map>
#include <string_view>

namespace {

namespace fs = std::filesystem;
using namespace flights;
using podium::Errc;
using podium::Error;
using podium::Exception;
using podium::Result;
using podium::Workspace;
using podium::model::Decision;
using podium::model::PromotionPolicy;
using podium::model::RolloutStep;
using podium::rollout::Ledger;
using Json = nlohmann::json;

constexpr int exit_failed = 1;
constexpr int exit_usage = 2;
constexpr int exit_locked = 3;
constexpr char const* endpoint = "flights";

struct Options {
  fs::path pipelines;
  fs::path out;
  std::string python = "python3";
};

void write(fs::path const& file, std::string const& text) {
  fs::create_directories(file.parent_path());
  std::ofstream out{file, std::ios::binary};
  out << text;
  out.close();
  if (!out) throw Exception{Error{Errc::exhausted, "cannot write `" + file.string() + "`"}};
}

/// The story starts from nothing: an earlier run's workspace goes, unless somebody has it open.
Workspace fresh_workspace(Options const& options) {
  fs::path const folder = options.out / "workspace";
  podium::local::Options const local{.python = options.python};
  if (fs::exists(folder)) {
    if (auto earlier = Workspace::local(folder, local); !earlier && earlier.error().code() == Errc::locked)
      throw Exception{earlier.error()};
    fs::remove_all(folder);
  }
  fs::remove(options.out / "ledger.jsonl");
  return Workspace::local(folder, local).value();
}

class Demo {
 public:
  explicit Demo(Options options)
      : options_{std::move(options)},
        policy_{podium::spec::load_policy(options_.pipelines / "policy.yaml").result().value()},
        workspace_{fresh_workspace(options_)},
        ledger_{Ledger::open(options_.out / "ledger.jsonl").value()} {}

  /// Exit code of the program.
  int run() {
    run_pipelines();
    auto const story = judge_and_roll_out();
    write(options_.out / "report.html", report_html(story));
    board_.end();
    write(options_.out / "summary.json", summary_json(story, months_, board_, memory_.mebibytes()));
    print_table(std::cout, story, board_, memory_.mebibytes());
    std::cout << "report: " << (options_.out / "report.html").string() << '\n';
    std::string const wrong = mismatch(story);
    if (!wrong.empty()) std::cerr << "error: " << wrong << '\n';
    return wrong.empty() ? 0 : exit_failed;
  }

 private:
  fs::path pipeline(char const* file) const { return options_.pipelines / file; }
  void record(std::string kind, Json const& body) { ledger_.append(std::move(kind), body.dump()).value(); }

  /// Champion and challenger side by side; then what goes wrong: a unit bug, and a leak.
  void run_pipelines() {
    board_.stage("components");
    for (char const* name : {"prepare.yml", "retrieve_features.yml", "train.yml", "score.yml"}) {
      auto const component = workspace_.register_component(pipeline(name)).value();
      board_.show(component.name, "version " + component.version);
    }
    board_.stage("champion and challenger");
    run_side_by_side(workspace_, board_, good_);
    board_.stage("unit bug and leak");
    run_side_by_side(workspace_, board_, bad_);
    for (auto const* runs : {&good_, &bad_})
      for (Run const& run : *runs)
        record("run",
               {{"title", run.title},
                {"job", run.job.name},
                {"outputs", std::map<std::string, std::string>{run.job.outputs.begin(), run.job.outputs.end()}}});

    months_ = workspace_.files().read(output(challenger_run(), "months")).value();
    write(options_.out / "features" / "september.parquet",
          workspace_.files().read(output(challenger_run(), "september")).value());
  }

  Story judge_and_roll_out() {
    board_.stage("gate");
    Trained const champion = read_trained(workspace_, champion_run(), scratch_.folder() / "champion");
    Trained const challenger = read_trained(workspace_, challenger_run(), scratch_.folder() / "challenger");
    auto const champion_model = register_model(champion_run(), champion);
    auto const challenger_model = register_model(challenger_run(), challenger);
    Story story{.champion = scores_of(champion_run()),
                .challenger = scores_of(challenger_run()),
                .leak = read_leak(workspace_, bad_[1], scratch_.folder() / "leak"),
                .september = {},
                .unit_bug = {},
                .october = {},
                .rollout = {},
                .provenance = {}};
    Scores const unit_bug = scores_of(bad_[0]);

    Pair const honest{story.champion, story.challenger, challenger};
    auto const evidence = month_evidence(honest, policy_, 9, 0);
    write_pairs(evidence.sets.front(), policy_.evaluation_sets.front().columns,
                options_.out / "predictions" / "september.parquet");
    story.september = judge("challenger, September", policy_, evidence);
    write(options_.out / "decision.json", podium::gate::to_json(story.september) + "\n");
    story.unit_bug = judge("rates in percent, September", policy_,
                           month_evidence({story.champion, unit_bug, challenger}, policy_, 9, 1));
    PromotionPolicy october = policy_;
    october.evaluation_sets.front().id = "october";
    story.october = judge("challenger, October alone", october, month_evidence(honest, october, 10, 0));

    story.rollout = roll_out(champion_model, challenger_model, challenger, story);
    write(options_.out / "rollout.json", podium::rollout::to_json(story.rollout) + "\n");
    board_.stage("report");
    story.provenance = {{"workspace", workspace_.workspaces().get().value().name},
                        {"champion", champion_model.id},
                        {"champion model digest", champion.model_digest},
                        {"challenger", challenger_model.id},
                        {"challenger model digest", challenger.model_digest},
                        {"challenger training data digest", challenger.data_digest},
                        {"training code digest", code_digest()},
                        {"training job", challenger_model.job_name},
                        {"policy", policy_.name + ", " + policy_.digest},
                        {"evidence digest", story.september.evidence_digest},
                        {"decision digest", story.september.digest}};
    ledger_.verify().value();
    return story;
  }

  Scores scores_of(Run const& run) {
    return read_scores(workspace_, output(run, "scored"), scratch_.folder() / (run.title + "_scored"));
  }

  std::string const& code_digest() {
    if (code_digest_.empty()) code_digest_ = workspace_.codes().upload(pipeline("model").string()).value().digest;
    return code_digest_;
  }

  /// The model with its lineage: which job made it, from which code and data.
  podium::model::Model register_model(Run const& run, Trained const& trained) {
    auto const model = workspace_.models()
                           .put({.name = "flights_" + run.title,
                                 .description = "Late arrivals from New York, " + run.title,
                                 .type = "custom_model",
                                 .path = trained.uri,
                                 .job_name = step_job(workspace_, run, "train"),
                                 .properties = {{"podium.model_digest", trained.model_digest},
                                                {"podium.code_digest", code_digest()},
                                                {"podium.data_digest", trained.data_digest}}})
                           .value();
    board_.show(model.name, "version " + model.version + ", made by " + model.job_name);
    record("model", {{"id", model.id}, {"job", model.job_name}, {"properties", model.properties}});
    return model;
  }

  Decision judge(std::string const& title, PromotionPolicy const& policy, podium::gate::Evidence const& evidence) {
    auto const decision = podium::gate::evaluate(policy, evidence).value();
    std::string why;
    for (auto const& reason : decision.reasons) why += (why.empty() ? ": " : "; ") + reason.message;
    board_.show(title, std::string{podium::gate::to_string(decision.verdict)} + why);
    record("decision", {{"title", title}, {"decision", Json::parse(podium::gate::to_json(decision))}});
    return decision;
  }

  /// Champion at 100 %; the challenger beside it, first with a planted fault, then without.
  podium::model::RolloutRecord roll_out(podium::model::Model const& champion, podium::model::Model const& challenger,
                                        Trained const& trained, Story const& story) {
    board_.stage("endpoint");
    workspace_.put_endpoint(pipeline("endpoint.yml")).value();
    workspace_.deploy(pipeline("deployment-champion.yml"), champion.id).value();
    board_.show("champion", "deployed");
    record("intent", {{"endpoint", endpoint}, {"traffic", {{"champion", 100}}}});
    auto const traffic = workspace_.endpoints().set_traffic(endpoint, {{"champion", 100}}, {}).value().traffic;
    record("applied", {{"endpoint", endpoint}, {"traffic", traffic}});

    fs::path const features = scratch_.folder() / "features";
    workspace_.files().download(output(challenger_run(), "features"), features.string()).value();
    Replay const october{features / "features.parquet", 10, trained, story.challenger};
    auto const [from, until] = month_2013(9);
    podium::rollout::Plan plan{.endpoint = endpoint,
                               .champion = "champion",
                               .challenger = {},
                               .challenger_model = challenger.id,
                               .policy = policy_,
                               .reference_scores = {}};
    auto const times =
        podium::data::timestamps_us(story.challenger.predictions, policy_.evaluation_sets.front().columns.time).value();
    auto const scores = podium::data::doubles(story.challenger.predictions, "score").value();
    for (std::size_t i = 0; i < times.size(); ++i)
      if (times[i] >= from && times[i] < until) plan.reference_scores.push_back(scores[i]);

    podium::model::RolloutRecord record{.endpoint = endpoint, .tries = {}};
    for (char const* name : {"challenger-faulty", "challenger"}) {
      board_.stage(record.tries.empty() ? "first try" : "second try");
      workspace_.deploy(pipeline(("deployment-" + std::string{name} + ".yml").c_str()), challenger.id).value();
      board_.show(name, "deployed at 0 %");
      plan.challenger = name;
      record.tries.push_back(drive(plan, october.traffic("try " + std::to_string(record.tries.size() + 1))));
      if (record.tries.back().outcome != "promoted") workspace_.deployments().remove(endpoint, name).value();
    }
    return record;
  }

  podium::model::RolloutTry drive(podium::rollout::Plan const& plan, podium::rollout::Traffic traffic) {
    auto const journal = [&](std::string const& kind, std::string const& json) -> Result<void> {
      auto entry = ledger_.append(kind, json);
      if (!entry) return std::move(entry).error();
      return {};
    };
    auto const on_step = [&](RolloutStep const& step) {
      std::string text = thousands(step.requests) + " requests, errors " + std::to_string(step.champion_errors) + "/" +
                         thousands(step.champion_requests) + " and " + std::to_string(step.challenger_errors) + "/" +
                         thousands(step.challenger_requests);
      if (step.mirror > 0) text += ", " + thousands(step.pairs) + " pairs";
      if (!step.outcome.empty()) text += ": " + step.outcome + (step.reason.empty() ? "" : ", " + step.reason);
      board_.show(
          step.stage +
              (step.mirror > 0 ? ", mirror " + std::to_string(step.mirror) : ", " + std::to_string(step.weight)) + " %",
          text, !step.outcome.empty());
    };
    return podium::rollout::drive(workspace_.session(), plan, std::move(traffic), journal, on_step).value();
  }

  Run const& champion_run() const { return good_[0]; }
  Run const& challenger_run() const { return good_[1]; }

  Options options_;
  PeakMemory memory_;
  Board board_;
  Scratch scratch_;
  PromotionPolicy policy_;
  Workspace workspace_;
  Ledger ledger_;
  std::vector<Run> good_{{"champion", pipeline("pipeline.yml"), {{"inputs.variant", "champion"}}},
                         {"challenger", pipeline("pipeline.yml"), {{"inputs.variant", "challenger"}}}};
  std::vector<Run> bad_{
      {"unit_bug", pipeline("pipeline.yml"), {{"inputs.variant", "challenger"}, {"inputs.fault", "rates_in_percent"}}},
      {"leak", pipeline("leak.yml"), {}}};
  std::string months_;
  std::string code_digest_;
};

int usage(std::string const& wrong) {
  std::cerr << (wrong.empty() ? "" : "error: " + wrong + "\n")
            << "usage: promote_flights --pipelines DIR --out DIR [--python PATH]\n"
               "  --pipelines DIR  folder with pipeline.yml, policy.yaml, ...\n"
               "  --out DIR        where the results go; its workspace/ is made anew\n"
               "  --python PATH    interpreter for steps and scoring (python3)\n";
  return wrong.empty() ? 0 : exit_usage;
}

}  // namespace

int main(int count, char** words) {
  Options options;
  for (int i = 1; i < count; ++i) {
    std::string_view const word = words[i];
    if (word == "--help") return usage("");
    if (i + 1 == count) return usage("`" + std::string{word} + "` needs a value");
    if (word == "--pipelines")
      options.pipelines = words[++i];
    else if (word == "--out")
      options.out = words[++i];
    else if (word == "--python")
      options.python = words[++i];
    else
      return usage("unknown option `" + std::string{word} + "`");
  }
  if (options.pipelines.empty() || options.out.empty()) return usage("--pipelines and --out are needed");
  try {
    return Demo{std::move(options)}.run();
  } catch (Exception const& exception) {
    std::cerr << "error: " << exception.what() << '\n';
    return exception.error().code() == Errc::locked ? exit_locked : exit_failed;
  } catch (std::exception const& exception) {
    std::cerr << "error: " << exception.what() << '\n';
    return exit_failed;
  }
}
