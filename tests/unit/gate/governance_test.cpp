#include "unit/gate/judged.hpp"

using namespace judged;
using doctest::Approx;
using model::Outcome;
using model::Verdict;

namespace {

/// An approval of exactly what would be judged now.
gate::Approval approval_of(model::PromotionPolicy const& policy, gate::Evidence const& evidence, std::string who,
                           std::string role) {
  auto const decision = judge(policy, evidence);
  return {std::move(who),           std::move(role),       decision.policy_digest,
          decision.evidence_digest, 1'400'000'000'000'000, false};
}

}  // namespace

TEST_CASE("approvals are asked for last, count by role and person, and are void once anything has changed") {
  auto rules = policy();
  rules.approvals = {
      {.stage = "before_prod", .roles = {{"ml_owner", 1}, {"risk", 2}}, .expires = std::chrono::days{7}}};
  auto given = evidence();
  given.facts["challenger.author"] = "ann";
  auto const missing = judge(rules, given);
  CHECK(missing.verdict == Verdict::hold);
  CHECK(missing.hold == "approval");
  CHECK(gate::exit_code(missing) == 12);
  CHECK(codes(missing) == "APPROVAL_MISSING:ml_owner APPROVAL_MISSING:risk ");

  auto const bob = approval_of(rules, given, "bob", "ml_owner");
  given.approvals = {bob, approval_of(rules, given, "cat", "risk"), approval_of(rules, given, "cat", "risk")};
  CHECK(codes(judge(rules, given)) == "APPROVAL_MISSING:risk ");  // nobody counts twice
  given.approvals.push_back(approval_of(rules, given, "bob", "risk"));
  CHECK(codes(judge(rules, given)) == "APPROVAL_MISSING:risk ");  // ... nor in two roles
  given.approvals.push_back(approval_of(rules, given, "dan", "risk"));
  auto const approved = judge(rules, given);
  CHECK(approved.verdict == Verdict::promote);
  CHECK(gate::exit_code(approved) == 0);
  CHECK(has_code(approved, "APPROVED"));
  CHECK(approved.evidence_digest == missing.evidence_digest);

  auto changed = given;
  changed.sets[0].challenger[0] *= .999;
  CHECK(has_code(judge(rules, changed), "APPROVAL_VOID:ml_owner"));
  auto stricter = rules;
  stricter.metrics[1].margin = *rules.metrics[1].margin / 2;
  CHECK(has_code(judge(stricter, given), "APPROVAL_VOID:ml_owner"));

  auto own = given;
  own.approvals[0].approver = "ann";
  CHECK(codes(judge(rules, own)) == "APPROVAL_SELF:ml_owner ");
  auto bypassed = given;
  bypassed.approvals[0].bypass = true;
  CHECK(codes(judge(rules, bypassed)) == "APPROVAL_BYPASS:ml_owner ");
  auto late = given;
  late.approvals.back().time_us += 8 * day;  // the first ones are a week old by then
  CHECK(has_code(judge(rules, late), "APPROVAL_EXPIRED:ml_owner"));
  auto anonymous = given;
  anonymous.facts.clear();
  CHECK(has_code(judge(rules, anonymous), "APPROVAL_"));
  CHECK(judge(rules, anonymous).verdict == Verdict::hold);
}

TEST_CASE("a failure comes before approvals, and people cannot approve it away") {
  auto rules = policy();
  rules.approvals = {{.stage = "before_prod", .roles = {{"risk", 1}}}};
  auto given = worlds::evidence(worlds::predictions({.bias = 2.5}));
  CHECK(judge(rules, given).verdict == Verdict::reject);
}

TEST_CASE("without a champion floors alone decide, where the policy says so, and the decision says so") {
  auto rules = policy();
  auto given = evidence();
  given.first_run = true;
  given.sets[0].champion.clear();
  auto const refused = judge(rules, given);
  CHECK(codes(refused) == "NO_CHAMPION ");
  CHECK(gate::exit_code(refused) == 11);

  rules.champion.first_run = "floor_only";
  auto const first = judge(rules, given);
  CHECK_MESSAGE(first.verdict == Verdict::promote, gate::to_json(first));
  CHECK(has_code(first, "FIRST_RUN"));
  CHECK(check(first, "auc_gain").outcome == Outcome::report);
  CHECK(check(first, "auc_floor").outcome == Outcome::pass);
  CHECK(says(first.limits, "no champion"));

  given.sets[0].champion = given.sets[0].challenger;
  CHECK(has_code(judge(rules, given), "FIRST_RUN_WITH_CHAMPION"));
  given.sets[0].champion.clear();
  rules.metrics.pop_back();  // the floor
  CHECK(codes(judge(rules, given)) == "FIRST_RUN_NO_FLOOR ");
}

TEST_CASE("the champion that was judged must be the one that serves") {
  auto rules = policy();
  rules.champion.must_match_endpoint = true;
  auto given = evidence();
  CHECK(codes(judge(rules, given)) == "CHAMPION_UNCHECKED ");
  given.facts = {{"champion.digest", "sha256:a"}, {"endpoint.champion_digest", "sha256:b"}};
  auto const other = judge(rules, given);
  CHECK(codes(other) == "CHAMPION_MISMATCH ");
  CHECK(gate::exit_code(other) == 11);
  CHECK(check(other, "logloss").outcome == Outcome::invalid);
  given.facts["endpoint.champion_digest"] = "sha256:a";
  CHECK(judge(rules, given).verdict == Verdict::promote);
}

TEST_CASE("facts that the policy requires and a pinned data digest are checked, and never taken for granted") {
  auto rules = policy();
  rules.challenger_requires = {"digest", "code_commit"};
  rules.evaluation_sets[0].digest = "sha256:12";
  auto given = evidence();
  given.facts["challenger.digest"] = "sha256:34";
  CHECK(codes(judge(rules, given)) == "FACT_MISSING:challenger.code_commit DATASET_UNCHECKED:september ");
  given.facts["challenger.code_commit"] = "abc";
  given.facts["set.september.digest"] = "sha256:13";
  CHECK(codes(judge(rules, given)) == "DATASET_MISMATCH ");
  given.facts["set.september.digest"] = "sha256:12";
  CHECK(judge(rules, given).verdict == Verdict::promote);
  given.facts["set.september.retired"] = "true";
  CHECK(codes(judge(rules, given)) == "TESTSET_RETIRED ");
}

TEST_CASE("a damaged bundle is invalid evidence, whatever the parts that are left say") {
  auto rules = policy();
  auto given = worlds::evidence(worlds::predictions({.bias = 2.5}));  // would be rejected
  given.defects = {{"DIGEST_MISMATCH:train_units.txt", "`train_units.txt` has changed"}};
  auto const decision = judge(rules, given);
  CHECK(decision.verdict == Verdict::hold);
  CHECK(gate::exit_code(decision) == 11);
  CHECK(codes(decision) == "DIGEST_MISMATCH:train_units.txt ");
  given.sets.clear();  // the damaged part was the predictions themselves
  CHECK(gate::exit_code(judge(rules, given)) == 11);
}

TEST_CASE("old rows, rows from the future and labels that are not final hold the decision") {
  auto rules = policy();
  auto given = evidence();
  auto const newest = *std::max_element(given.sets[0].time_us.begin(), given.sets[0].time_us.end());
  rules.evaluation_sets[0].max_age = std::chrono::days{30};
  CHECK(codes(judge(rules, given)) == "STALE_UNCHECKED:september ");
  given.as_of_us = newest + 31 * day;
  CHECK(codes(judge(rules, given)) == "STALE:september ");
  given.as_of_us = newest + 29 * day;
  CHECK(judge(rules, given).verdict == Verdict::promote);
  given.as_of_us = newest - day;
  CHECK(has_code(judge(rules, given), "CLOCK_SKEW"));

  given.as_of_us = newest + 29 * day;
  rules.evaluation_sets[0].columns.maturity = "final_at";
  given.sets[0].maturity_us = given.sets[0].time_us;
  CHECK(judge(rules, given).verdict == Verdict::promote);
  given.sets[0].maturity_us[7] = given.as_of_us + 1;
  CHECK(codes(judge(rules, given)) == "LABEL_IMMATURE ");
}

TEST_CASE("a waiver turns one named failure into waived, until its day, and never invalid evidence") {
  auto rules = policy();
  rules.metrics.back().at_least = .95;  // the floor fails
  auto given = evidence();
  auto const newest = *std::max_element(given.sets[0].time_us.begin(), given.sets[0].time_us.end());
  CHECK(judge(rules, given).verdict == Verdict::reject);
  rules.waivers = {{"auc_floor", "agreed with the owner", "ann", "2013-12-31"}};
  auto const undated = judge(rules, given);
  CHECK(undated.verdict == Verdict::reject);
  given.as_of_us = newest + day;
  auto const waived = judge(rules, given);
  CHECK_MESSAGE(waived.verdict == Verdict::promote, gate::to_json(waived));
  CHECK(check(waived, "auc_floor").outcome == Outcome::waived);
  CHECK(has_code(waived, "WAIVED:auc_floor"));
  CHECK(says(waived.limits, "waiver"));
  rules.waivers[0].expires = "2013-01-01";
  CHECK(judge(rules, given).verdict == Verdict::reject);

  rules.waivers = {{"scores", "never mind", "ann", "2013-12-31"}, {"auc_floor", "agreed", "ann", "2013-12-31"}};
  given.sets[0].challenger[3] = 7;
  CHECK(gate::exit_code(judge(rules, given)) == 11);
}

TEST_CASE("metrics without rows can hold a floor, never show superiority") {
  auto rules = policy();
  gate::Evidence given;
  given.aggregates = {{"september", {}, {{"val_auc", .71}}, 5000, {"`promoted` is true: a flag is not evidence"}}};
  auto& set = rules.evaluation_sets[0];
  set.leakage = {};
  set.min_clusters = set.min_positives = 0;
  auto const open = judge(rules, given);
  CHECK(open.verdict == Verdict::hold);
  CHECK(gate::exit_code(open) == 10);
  CHECK(has_code(open, "NO_UNITS:auc_gain"));
  CHECK(has_code(open, "NO_UNITS:logloss"));
  CHECK(has_code(open, "NO_UNITS:origin"));
  CHECK(check(open, "auc_floor").outcome == Outcome::pass);

  rules.success_rule = "none";
  rules.success_items.clear();
  rules.metrics = {rules.metrics.back()};
  rules.slices.clear();
  auto const held = judge(rules, given);
  CHECK(held.verdict == Verdict::promote);
  CHECK(has_code(held, "NOT_SHOWN_BETTER"));
  CHECK(says(held.limits, "promoted"));
  given.aggregates[0].challenger["val_auc"] = .5;
  CHECK(codes(judge(rules, given)) == "FLOOR_FAIL:auc_floor ");
  given.aggregates[0].challenger = {{"something", 1}};
  CHECK(has_code(judge(rules, given), "METRIC_MISSING:auc_floor"));
}

TEST_CASE("the order of approvals, provenance and the time of collection do not change what was judged") {
  auto rules = policy();
  auto given = evidence();
  auto const before = judge(rules, given);
  given.provenance.emplace_back("job", "x");
  given.as_of_us = 1'500'000'000'000'000;
  CHECK(judge(rules, given).evidence_digest == before.evidence_digest);
  CHECK(judge(rules, given).digest != "");
  given.facts["challenger.digest"] = "sha256:1";
  CHECK(judge(rules, given).evidence_digest != before.evidence_digest);
}
