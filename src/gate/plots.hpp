#pragma once

#include "podium/gate/report.hpp"

#include <optional>
#include <string>
#include <vector>

namespace podium::inline v0::gate {

/// Estimates with their intervals, the zero line, and the line that each is held against; "" without checks.
/// `id` makes the ids inside the page unique.
std::string forest_plot(std::vector<model::Check> const& checks, std::string const& id, std::string const& title);

/// The challenger's share of traffic over the requests of one try; "" without requests.
std::string traffic_plot(model::RolloutTry const& attempt, std::string const& id);

/// The line that e-values are held against: the limit of an e-value check, else the number in a reason "...>=40".
std::optional<double> evidence_threshold(model::RolloutRecord const& record);

/// The e-value over the requests of the steps that have one, on a logarithmic scale, against the threshold; "" without
/// e-values.
std::string evidence_plot(model::RolloutTry const& attempt, std::string const& id, std::optional<double> threshold);

/// ROC, precision and recall, reliability, and the scores of both models: side by side; "" where there is nothing.
std::string curve_plots(SetExhibit const& set, std::string const& id);

/// Both models' scores of the same rows; "" without rows.
std::string score_plot(std::vector<std::pair<double, double>> const& pairs, std::string const& id,
                       std::string const& title);

/// Share of requests slower than a time, with the objectives; "" without requests.
std::string latency_plot(LatencySample const& sample, std::vector<model::LatencySlo> const& slos,
                         std::string const& id);

/// Values as a share of the limit that each must stay below; "" without such checks.
std::string limit_plot(std::vector<model::Check> const& checks, std::string const& id, std::string const& title);

}  // namespace podium::inline v0::gate
