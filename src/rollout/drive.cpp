#include "podium/rollout/drive.hpp"

#include "rollout/load.hpp"
#include "rollout/machine.hpp"
#include "rollout/record.hpp"
#include "rollout/shadow.hpp"
#include "rollout/traffic_control.hpp"

#include <chrono>

namespace podium::inline v0::rollout {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds between_reports{200};
// Mirrored answers arrive after the live ones; when the requests are used up, this is how long they are waited for.
constexpr milliseconds between_looks{100};
constexpr int looks_in_vain = 20;

std::string one_line(std::string text) {
  for (char& c : text)
    if (c == '\n' || c == '\r') c = ' ';
  return text;
}

std::string stop_reason(Error const& error) {
  if (error.code() == Errc::cancelled || error.code() == Errc::deadline_exceeded) return "CANCELLED:" + error.message();
  return "ERROR:" + one_line(error.to_string());
}

/// Carries out what the machine asks for.
class Driver {
 public:
  Driver(Session const& session, Plan const& plan, Traffic traffic, Journal journal,
         std::function<void(model::RolloutStep const&)> on_step)
      : session_{session},
        plan_{plan},
        traffic_{std::move(traffic)},
        on_step_{std::move(on_step)},
        control_{session, plan.endpoint, std::move(journal)},
        shadow_{FilesClient{session}, plan.endpoint, plan.challenger},
        machine_{plan.policy, plan.reference_scores} {}

  /// Until the machine has finished.  Trouble on the way is kept, and the champion gets its traffic back first.
  Result<void> run(Context const& ctx) {
    if (auto ready = prepare(ctx); !ready) return ready;
    stage_start_ = session_.clock().steady_now();
    Result<void> outcome;
    try {
      outcome = carry_on(ctx);
    } catch (...) {  // out of the caller's own functions
      machine_.stop("ERROR:a function of the caller threw");
      if (!machine_.finished() && control_.go_back(split(0, 0), machine_.step().stage, Context{}))
        machine_.traffic_set();
      throw;
    }
    return outcome;
  }

  /// What has happened so far; complete once the machine has finished.
  model::RolloutTry record() const {
    auto record = machine_.record();
    record.challenger_model = plan_.challenger_model;
    record.challenger_deployment = plan_.challenger;
    for (std::size_t i = 0; i < record.steps.size() && i < seconds_.size(); ++i) record.steps[i].seconds = seconds_[i];
    return record;
  }
  bool finished() const { return machine_.finished(); }
  std::optional<Error> const& journal_failure() const { return control_.journal_failure(); }

 private:
  Result<void> prepare(Context const& ctx) {
    auto endpoint = control_.look(ctx);
    if (!endpoint) return std::move(endpoint).error();
    if (auto const percent = endpoint->traffic[plan_.champion]; percent != 100)
      return Error{Errc::conflict, "the champion `" + plan_.champion + "` serves " + std::to_string(percent) +
                                       " %; a rollout starts from a champion that serves 100 %"};
    auto keys = EndpointsClient{session_}.keys(plan_.endpoint, ctx);
    if (!keys) return std::move(keys).error();
    load_.emplace(session_, ScoringClient{session_, endpoint->scoring_uri, keys->primary}, plan_);
    if (auto ready = healthy(plan_.champion, ctx); !ready) return ready;
    return healthy(plan_.challenger, ctx);
  }

  Result<void> healthy(std::string const& deployment, Context const& ctx) const {
    auto found = DeploymentsClient{session_}.get(plan_.endpoint, deployment, ctx);
    if (!found) return std::move(found).error();
    if (found->provisioning_state == "Succeeded") return {};
    return Error{Errc::unavailable,
                 "deployment `" + deployment + "` is " + found->provisioning_state + ", not Succeeded"};
  }

  Result<void> carry_on(Context const& ctx) {
    std::optional<Error> trouble;
    while (!machine_.finished()) {
      if (!trouble) trouble = ctx.interrupted();
      if (trouble) machine_.stop(stop_reason(*trouble));
      bool const back = machine_.going_back();
      // Once the champion is wanted back, nobody's impatience may keep us from giving it its traffic.
      auto done = carry_out(machine_.next(), back ? Context{} : ctx);
      if (done) continue;
      auto error = std::move(done).error();
      bool const foreign = error.code() == Errc::conflict && !error.service();
      if (foreign && !back) return error;  // left as somebody else wanted it
      if (back) {
        if (foreign && !trouble) return error;
        auto first = trouble ? *std::move(trouble) : error;
        return std::move(first).with("the champion could not be given its traffic back", error.message());
      }
      trouble = std::move(error);
    }
    note_steps();
    if (trouble) return *std::move(trouble);
    return {};
  }

  Result<void> carry_out(Machine::Next const& next, Context const& ctx) {
    if (next.act == Machine::Act::send) return send(next.count, ctx);
    auto const wanted = split(next.weight, next.mirror);
    auto const stage = machine_.step().stage;
    if (machine_.going_back()) {
      if (auto set = control_.go_back(wanted, stage, ctx); !set) return set;
    } else {
      // More traffic for the challenger only while there is a healthy champion to go back to.
      if (next.weight > 0)
        if (auto champion = healthy(plan_.champion, ctx); !champion) return champion;
      if (auto set = control_.change(wanted, stage, ctx); !set) return set;
    }
    machine_.traffic_set();
    note_steps();
    return {};
  }

  Split split(int weight, int mirror) const {
    Split out;
    if (weight < 100) out.live[plan_.champion] = 100 - weight;
    if (weight > 0) out.live[plan_.challenger] = weight;
    if (mirror > 0) out.mirror[plan_.challenger] = mirror;
    return out;
  }

  Result<void> send(std::int64_t count, Context const& ctx) {
    std::vector<LiveRequest> batch;
    while (static_cast<std::int64_t>(batch.size()) < count) {
      auto request = traffic_();
      if (!request) break;
      batch.push_back(*std::move(request));
    }
    bool const used_up = static_cast<std::int64_t>(batch.size()) < count;
    bool const mirrored = machine_.step().mirror > 0;
    if (mirrored)
      for (auto const& request : batch) shadow_.expect(request.id, request.offline_scores);

    auto answers = load_->send(batch, ctx);
    if (!answers) return std::move(answers).error();
    for (auto const& answer : *answers)
      if (!machine_.observe(answer.arm, answer.error)) break;
    if (mirrored)
      if (auto paired = pair(used_up ? looks_in_vain : 0, ctx); !paired) return paired;
    if (used_up)
      machine_.exhausted();
    else
      machine_.batch_done();
    note_steps();
    return {};
  }

  /// Takes the mirrored answers that are there; then waits for more until it has looked `patience` times in vain.
  Result<void> pair(int patience, Context const& ctx) {
    for (;;) {
      auto pairs = shadow_.read(ctx);
      if (!pairs) return std::move(pairs).error();
      machine_.pairs(*pairs);
      if (patience == 0 || machine_.step().pairs >= plan_.policy.shadow->min_pairs) return {};
      if (pairs->empty()) --patience;
      session_.clock().sleep(between_looks, ctx);
      if (auto given_up = ctx.interrupted()) return *std::move(given_up);
    }
  }

  /// Tells about those stages that have ended since the last time, and about the one under way.
  void note_steps() {
    auto const now = session_.clock().steady_now();
    auto const& ended = machine_.record().steps;
    while (seconds_.size() < ended.size()) {
      seconds_.push_back(std::chrono::duration<double>(now - stage_start_).count());
      stage_start_ = now;
      auto step = ended[seconds_.size() - 1];
      step.seconds = seconds_.back();
      if (on_step_) on_step_(step);
    }
    if (!on_step_ || machine_.finished() || !machine_.step().outcome.empty() || now - told_ < between_reports) return;
    told_ = now;
    on_step_(machine_.step());
  }

  Session session_;
  Plan const& plan_;
  Traffic traffic_;
  std::function<void(model::RolloutStep const&)> on_step_;
  TrafficControl control_;
  ShadowReader shadow_;
  Machine machine_;
  std::optional<Load> load_;
  std::vector<double> seconds_;
  std::chrono::steady_clock::time_point stage_start_{};
  std::chrono::steady_clock::time_point told_{};
};

std::string kind_of(model::RolloutTry const& record) {
  return record.outcome == "promoted" ? "promotion" : record.outcome == "rolled_back" ? "rollback" : "pause";
}

}  // namespace

Result<model::RolloutTry> drive(Session const& session, Plan const& plan, Traffic traffic, Journal journal,
                                std::function<void(model::RolloutStep const&)> on_step, Context const& ctx) {
  if (plan.champion == plan.challenger)
    return Error{Errc::invalid_argument, "champion and challenger are the same deployment, `" + plan.champion + "`"};
  if (!traffic) return Error{Errc::invalid_argument, "a rollout needs requests to send, and was given no traffic"};
  if (!journal) journal = [](std::string const&, std::string const&) { return Result<void>{}; };
  Driver driver{session, plan, std::move(traffic), journal, std::move(on_step)};
  auto done = driver.run(ctx);
  auto const record = driver.record();
  auto body = record_json(record);
  if (!done) body["error"] = done.error().to_string();
  auto written = journal(driver.finished() ? kind_of(record) : "stopped", dump(body));
  if (driver.journal_failure()) written = *driver.journal_failure();
  if (!done) return std::move(done).error().with("rollout", plan.endpoint);
  if (!written) return std::move(written).error().with("journal", plan.endpoint).with("rollout", record.outcome);
  return record;
}

}  // namespace podium::inline v0::rollout
