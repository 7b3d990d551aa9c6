#pragma once

#include "podium/data/table.hpp"
#include "podium/gate/evidence.hpp"
#include "podium/model/policy.hpp"

#include <filesystem>

namespace podium::inline v0::rollout {

/// What a bundle is made of.  Files are copied as they are; docs/reference/evidence.md describes the result.
struct BundleParts {
  std::vector<std::pair<std::string, std::filesystem::path>> predictions;  ///< evaluation set -> table
  std::filesystem::path train_units;  ///< one unit a line (.txt), or a table with the policy's unit column; empty: none
  std::filesystem::path shadow;       ///< table with `champion`, `challenger` and perhaps `offline`; empty: none
  std::vector<gate::Aggregate> aggregates;
  std::vector<gate::LatencySample> latency;
  std::optional<gate::Mix> production_mix;
  std::vector<gate::Approval> approvals;
  std::map<std::string, std::string> facts;  ///< see gate::Evidence::facts
  std::map<std::string, int> evaluations_used;
  std::int64_t train_end_us = 0;
  std::int64_t as_of_us = 0;
  bool first_run = false;
  std::int64_t mirrored = 0;  ///< of the shadow
  std::int64_t challenger_errors = 0;
  std::int64_t shadow_duration_s = 0;
};

/// Writes a bundle with a manifest of digests: a folder, or a tar file where `out` ends in `.tar`.  It appears whole or
/// not at all.  Errc::conflict: something is there already.
PODIUM_API Result<void> write_bundle(BundleParts const& parts, std::filesystem::path const& out);

/// Reads a folder or tar file.  A part that is missing or does not fit its digest becomes a defect of the evidence, on
/// which the gate holds; an Error means that the manifest itself cannot be understood.
PODIUM_API Result<gate::Evidence> read_bundle(std::filesystem::path const& path, model::PromotionPolicy const& policy);

/// The evidence itself, without a bundle: what reading a bundle of these parts would give.
PODIUM_API Result<gate::Evidence> evidence_of(BundleParts const& parts, model::PromotionPolicy const& policy);

/// A table by its extension: Parquet, CSV, Arrow IPC, or JSON lines (.jsonl, .ndjson).
PODIUM_API Result<data::Table> read_table(std::filesystem::path const& path);

/// Units seen in training: one a line (.txt), or the column of a table.
PODIUM_API Result<std::vector<std::string>> read_units(std::filesystem::path const& file, std::string const& column);

// The JSON parts, as docs/reference/evidence.md describes them.
PODIUM_API Result<gate::LatencySample> read_latency(std::filesystem::path const& path);
PODIUM_API Result<gate::Mix> read_mix(std::filesystem::path const& path);
PODIUM_API Result<std::vector<gate::Approval>> read_approvals(std::filesystem::path const& path);

/// A date or time in UTC (RFC 3339) as microseconds since the epoch; the empty text is 0.
PODIUM_API Result<std::int64_t> read_time(std::string const& text);

/// Metrics without rows, from an `eval_result.json`: a flat object of numbers (the challenger's), perhaps with
/// `champion` and `challenger` objects beside or instead.  Anything that is not a number is left aside and noted.
PODIUM_API Result<gate::Aggregate> read_eval_result(std::filesystem::path const& path, std::string const& set_id);

}  // namespace podium::inline v0::rollout
