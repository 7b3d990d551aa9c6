#pragma once

#include "flights/board.hpp"
#include "flights/runs.hpp"

#include <podium/gate/report.hpp>

#include <filesystem>
#include <iosfwd>

/// What the main job leaves behind: numbers for a program, a page and a table for a person.
namespace flights {

struct Leak {
  double promised = 0;                            ///< AUC of September with the features that leak
  double served = 0;                              ///< ... with those that were known
  std::map<std::string, double> violating_share;  ///< feature set -> rows of September not yet known
  std::string example;                            ///< one of them, in words
};
Leak read_leak(podium::Workspace const& workspace, Run const& run, std::filesystem::path const& scratch);

struct Story {
  Scores champion;
  Scores challenger;
  Leak leak;
  podium::model::Decision september;  ///< the challenger
  podium::model::Decision unit_bug;   ///< the same with its rates in percent
  podium::model::Decision october;    ///< the challenger, on October alone
  podium::model::RolloutRecord rollout;
  std::vector<std::pair<std::string, std::string>> provenance;
};

/// Did everything end as it has to?  Empty, or what did not.
std::string mismatch(Story const& story);

/// summary.json; `months` is what the prepare step counted.
std::string summary_json(Story const& story, std::string const& months, Board const& board, double peak_mib);
std::string report_html(Story const& story);
void print_table(std::ostream& out, Story const& story, Board const& board, double peak_mib);

}  // namespace flights
