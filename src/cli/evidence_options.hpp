#pragma once

#include "podium/model/policy.hpp"
#include "podium/rollout/bundle.hpp"

#include <CLI/CLI.hpp>

namespace podium::cli {

/// What evidence is made of, as options: files, and facts about them.
struct PartOptions {
  std::vector<std::string> predictions;   ///< ID=FILE
  std::vector<std::string> eval_results;  ///< ID=FILE
  std::string train_units;                ///< one unit a line, or a table with the policy's unit column
  std::string train_end;                  ///< RFC 3339
  std::vector<std::string> used;          ///< ID=N
  std::vector<std::string> facts;         ///< NAME=VALUE
  std::string as_of;                      ///< RFC 3339
  std::string mix;
  std::vector<std::string> latency;
  std::string approvals;
  std::string shadow;
  std::int64_t mirrored = 0;
  std::int64_t shadow_errors = 0;
  std::int64_t shadow_seconds = 0;
  bool first_run = false;

  void add_to(CLI::App& command);
  /// Reads everything but the tables.
  Result<rollout::BundleParts> parts() const;
};

/// The options of every command that judges: a policy, and a bundle or its parts.
struct EvidenceOptions {
  std::string policy;
  std::string evidence;  ///< bundle
  PartOptions given;

  void add_to(CLI::App& command);
  Result<model::PromotionPolicy> load_policy() const;
  Result<gate::Evidence> collect(model::PromotionPolicy const& policy) const;
};

/// "ID=VALUE" in two.
Result<std::pair<std::string, std::string>> split(std::string const& option, std::string const& item);

}  // namespace podium::cli
