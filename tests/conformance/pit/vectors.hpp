#pragma once

#include "podium/features/retrieve.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

/// The shared point-in-time vectors, as requests to our own engine.
namespace pit {

/// One requested feature: which source of the request gives it.
struct Asked {
  std::size_t source = 0;
  std::string feature{};
};

/// Other options, and what they give.
struct Alternative {
  podium::features::RetrievalOptions options{};
  nlohmann::json expected{};
};

struct Vector {
  std::string id{};
  std::string left_out{};  ///< why a join alone cannot answer it; empty: it can
  podium::data::Table observations{};
  std::string timestamp_column{};
  std::vector<podium::features::Source> sources{};
  std::vector<Asked> asked{};
  podium::features::RetrievalOptions options{};
  std::vector<std::string> warnings{};
  nlohmann::json expected{};
  std::vector<Alternative> alternatives{};
};

/// A table of the vectors' own column description and rows.
podium::data::Table table_of(nlohmann::json const& columns, nlohmann::json const& rows);

Vector vector_of(nlohmann::json const& json);

/// Every cell as text; null: nullopt.
std::vector<std::vector<std::optional<std::string>>> cells_of(podium::data::Table const& table);
/// The vectors' words for the columns' types.
std::vector<std::string> types_of(podium::data::Table const& table);

}  // namespace pit
