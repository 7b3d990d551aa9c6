#pragma once

#include "podium/model/promotion.hpp"
#include "podium/version.hpp"

#include <string>
#include <vector>

namespace podium::inline v0::gate {

struct NamedDecision {
  std::string title;  ///< "Champion against challenger, September"
  std::string note;   ///< one sentence for the reader; may be empty
  model::Decision decision;
};

/// A small table the reader should see: first row is the heading.
struct ReportTable {
  std::string title;
  std::string note;
  std::vector<std::vector<std::string>> rows;
};

struct ReportInput {
  std::string title;
  std::string headline;                  ///< one sentence: what was decided, and why
  std::vector<NamedDecision> decisions;  ///< the first one carries the forest plot on top
  model::RolloutRecord rollout;
  std::vector<ReportTable> tables;
  std::vector<std::pair<std::string, std::string>> provenance;
};

/// One self-contained HTML page: inline SVG and CSS, light and dark, no script.
PODIUM_API std::string render_html(ReportInput const& input);

/// Short form for a step summary or a terminal without colours: GitHub-flavoured Markdown.
PODIUM_API std::string render_markdown(ReportInput const& input);

}  // namespace podium::inline v0::gate
