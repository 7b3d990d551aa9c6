#pragma once

#include "podium/gate/evidence.hpp"
#include "podium/model/policy.hpp"

#include <CLI/CLI.hpp>

namespace podium::cli {

/// The options of every command that judges: a policy and what it is applied to.
struct EvidenceOptions {
  std::string policy;
  std::vector<std::string> predictions;  ///< ID=FILE
  std::string train_units;               ///< one unit a line, or a table with the policy's unit column
  std::string train_end;                 ///< RFC 3339
  std::vector<std::string> used;         ///< ID=N

  void add_to(CLI::App& command);
  Result<model::PromotionPolicy> load_policy() const;
  Result<gate::Evidence> collect(model::PromotionPolicy const& policy) const;
};

}  // namespace podium::cli
