#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// The nouns of Azure Machine Learning and of promotion: aggregates without behaviour, so that
/// every room shares them without knowing the others.
namespace podium::inline v0::model {

using Tags = std::map<std::string, std::string>;

/// A mapping that keeps the order of the file it came from.
template <class T>
using Ordered = std::vector<std::pair<std::string, T>>;

template <class T>
T const* find(Ordered<T> const& items, std::string const& key) {
  for (auto const& [name, value] : items)
    if (name == key) return &value;
  return nullptr;
}

}  // namespace podium::inline v0::model
