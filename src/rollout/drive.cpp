#include "podium/rollout/drive.hpp"

#include "rollout/machine.hpp"
#include "rollout/record.hpp"
#include "rollout/shadow.hpp"

#include <atomic>
#include <chrono>
#include <thread>

namespace podium::inline v0::rollout {
namespace {

using Journal = std::function<Result<void>(std::string const&, std::string const&)>;
using Json = nlohmann::ordered_json;

std::string deployment_state(Session const& session, Plan const& plan, std::string const& name, Context const& ctx, Result<void>& bad) {
  auto found = DeploymentsClient{session}.get(plan.endpoint, name, ctx);
  if (!found) {
    bad = std::move(found).error();
    return {};
  }
  return found->provisioning_state;
}

/// Carries out what the machine asks for.
class Driver {
 public:
  Driver(Session const& session, Plan const& plan, Traffic traffic, Journal journal,
         std::function<void(model::RolloutStep const&)> on_step)
      : session_{session},
        plan_{plan},
        traffic_{std::move(traffic)},
        journal_{std::move(journal)},
        on_step_{std::move(on_step)},
        endpoints_{session},
        shadow_{FilesClient{session}, plan.endpoint, plan.challenger},
        machine_{plan.policy, plan.reference_scores} {}

  Result<model::RolloutTry> run(Context const& ctx) {
    if (auto ready = prepare(ctx); !ready) return std::move(ready).error();
    std::optional<Error> cancelled;
    while (!machine_.finished()) {
      if (!cancelled) {
        cancelled = ctx.interrupted();
        if (cancelled) machine_.stop("CANCELLED:the caller gave up");
      }
      // Once the champion is wanted back, nothing may keep us from giving it its traffic.
      auto done = carry_out(machine_.next(), cancelled ? Context{} : ctx);
      if (done) continue;
      if (done.error().code() == Errc::cancelled || done.error().code() == Errc::deadline_exceeded) {
        cancelled = done.error();
        machine_.stop("CANCELLED:the caller gave up");
        continue;
      }
      auto error = std::move(done).error();
      if (auto back = set_traffic(0, 0, Context{}); !back)
        return std::move(error).with("the champion could not be given its traffic back", back.error().message());
      return error;
    }
    if (cancelled) return *std::move(cancelled);
    auto record = machine_.record();
    record.challenger_model = plan_.challenger_model;
    record.challenger_deployment = plan_.challenger;
    for (std::size_t i = 0; i < record.steps.size() && i < seconds_.size(); ++i) record.steps[i].seconds = seconds_[i];
    return record;
  }

 private:
  Result<void> prepare(Context const& ctx) {
    auto endpoint = endpoints_.get(plan_.endpoint, ctx);
    if (!endpoint) return std::move(endpoint).error();
    if (endpoint->traffic[plan_.champion] != 100)
      return Error{Errc::conflict, "the champion `" + plan_.champion + "` serves " +
                                       std::to_string(endpoint->traffic[plan_.champion]) + " % of endpoint `" + plan_.endpoint +
                                       "`; a rollout starts from a champion that serves 100 %"};
    auto keys = endpoints_.keys(plan_.endpoint, ctx);
    if (!keys) return std::move(keys).error();
    scoring_.emplace(session_, endpoint->scoring_uri, keys->primary);
    return healthy(plan_.challenger, ctx);
  }

  Result<void> healthy(std::string const& deployment, Context const& ctx) {
    Result<void> bad;
    auto const state = deployment_state(session_, plan_, deployment, ctx, bad);
    if (!bad) return bad;
    if (state != "Succeeded")
      return Error{Errc::unavailable, "deployment `" + deployment + "` is " + state + ", not Succeeded; it can take no traffic"};
    return {};
  }

  Result<void> carry_out(Machine::Next const& next, Context const& ctx) {
    if (next.act == Machine::Act::send) return send(next.count, ctx);
    // More traffic for the challenger only while there is a healthy champion to go back to.
    if (next.weight > 0)
      if (auto champion = healthy(plan_.champion, ctx); !champion) return champion;
    if (auto set = set_traffic(next.weight, next.mirror, ctx); !set) return set;
    machine_.traffic_set();
    note_steps();
    return {};
  }

  Result<void> set_traffic(int weight, int mirror, Context const& ctx) {
    std::map<std::string, int> live, mirrored;
    if (weight < 100) live[plan_.champion] = 100 - weight;
    if (weight > 0) live[plan_.challenger] = weight;
    if (mirror > 0) mirrored[plan_.challenger] = mirror;
    auto const desired = Json{{"endpoint", plan_.endpoint}, {"stage", machine_.step().stage}, {"traffic", live}, {"mirror", mirrored}};
    if (auto written = journal_("intent", desired.dump()); !written) return written;
    Result<model::Endpoint> changed = endpoints_.set_traffic(plan_.endpoint, live, mirrored, ctx);
    for (int attempt = 1; !changed && weight == 0 && attempt < 3; ++attempt)   // the way back is tried again
      changed = endpoints_.set_traffic(plan_.endpoint, live, mirrored, ctx);
    if (!changed) return std::move(changed).error();
    return journal_("applied", desired.dump());
  }

  struct Answer {
    Machine::Arm arm = Machine::Arm::champion;
    bool error = false;
  };

  Result<void> send(std::int64_t count, Context const& ctx) {
    std::vector<LiveRequest> batch;
    while (static_cast<std::int64_t>(batch.size()) < count) {
      auto request = traffic_();
      if (!request) break;
      batch.push_back(*std::move(request));
    }
    bool const mirrored = machine_.step().mirror > 0;
    if (mirrored)
      for (auto const& request : batch) shadow_.expect(request.id, request.offline_scores);

    auto answers = invoke(batch, ctx);
    if (!answers) return std::move(answers).error();
    for (auto const& answer : *answers)
      if (!machine_.observe(answer.arm, answer.error)) break;
    if (mirrored) {
      auto pairs = shadow_.read(ctx);
      if (!pairs) return std::move(pairs).error();
      machine_.pairs(*pairs);
    }
    if (static_cast<std::int64_t>(batch.size()) < count) machine_.exhausted();
    else machine_.batch_done();
    note_steps();
    return {};
  }

  /// Sends a batch with a few threads; the answers are in the requests' order, whatever the threads did.
  Result<std::vector<Answer>> invoke(std::vector<LiveRequest> const& batch, Context const& ctx) {
    std::vector<Answer> answers(batch.size());
    std::vector<std::optional<Error>> failures(batch.size());
    std::atomic<std::size_t> next{0};
    auto const work = [&] {
      for (std::size_t i = next++; i < batch.size(); i = next++) {
        auto scored = scoring_->invoke(batch[i].body, batch[i].id, {}, ctx);
        if (!scored) {
          failures[i] = std::move(scored).error();
          next = batch.size();
          return;
        }
        answers[i].arm = scored->deployment == plan_.challenger ? Machine::Arm::challenger : Machine::Arm::champion;
        answers[i].error = scored->status != 200;
      }
    };
    {
      std::vector<std::jthread> threads;
      for (int i = 1; i < plan_.concurrency && static_cast<std::size_t>(i) < batch.size(); ++i) threads.emplace_back(work);
      work();
    }
    for (auto& failure : failures)
      if (failure) return std::move(*failure).with("endpoint", plan_.endpoint);
    return answers;
  }

  /// Tells about the stage under way, and about those that have ended since the last time.
  void note_steps() {
    auto const now = std::chrono::steady_clock::now();
    auto const& ended = machine_.record().steps;
    while (seconds_.size() < ended.size()) {
      seconds_.push_back(std::chrono::duration<double>(now - stage_start_).count());
      stage_start_ = now;
      if (on_step_) on_step_(ended[seconds_.size() - 1]);
    }
    if (on_step_ && !machine_.finished() && now - told_ > std::chrono::milliseconds{200}) {
      told_ = now;
      if (machine_.step().outcome.empty()) on_step_(machine_.step());
    }
  }

  Session session_;
  Plan const& plan_;
  Traffic traffic_;
  Journal journal_;
  std::function<void(model::RolloutStep const&)> on_step_;
  EndpointsClient endpoints_;
  std::optional<ScoringClient> scoring_;
  ShadowReader shadow_;
  Machine machine_;
  std::vector<double> seconds_;
  std::chrono::steady_clock::time_point stage_start_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point told_{};
};

}  // namespace

Result<model::RolloutTry> drive(Session const& session, Plan const& plan, Traffic traffic, Journal journal,
                                std::function<void(model::RolloutStep const&)> on_step, Context const& ctx) {
  if (plan.champion == plan.challenger)
    return Error{Errc::invalid_argument, "champion and challenger are the same deployment, `" + plan.champion + "`"};
  auto done = Driver{session, plan, std::move(traffic), journal, std::move(on_step)}.run(ctx);
  if (!done) return std::move(done).error().with("rollout", plan.endpoint);
  if (auto written = journal(done->outcome == "promoted" ? "promotion" : done->outcome == "rolled_back" ? "rollback" : "pause",
                             record_json(*done).dump());
      !written)
    return std::move(written).error();
  return done;
}

}  // namespace podium::inline v0::rollout
