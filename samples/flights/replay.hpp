#pragma once

#include "flights/runs.hpp"

#include <podium/rollout/drive.hpp>

namespace flights {

/// A month of flights as requests to the endpoint, in an order that has nothing to do with time.
class Replay {
 public:
  /// `features`: the file with the features of all flights.  The scores are the challenger's.
  Replay(std::filesystem::path const& features, int month, Trained const& challenger, Scores const& scores);

  /// The requests from the first on; `prefix` makes their ids, which decide the routing, differ from another time's.
  podium::rollout::Traffic traffic(std::string prefix) const;
  std::size_t size() const noexcept { return requests_.size(); }

 private:
  struct Request {
    std::string key;
    std::string body;
    double score;
  };
  std::vector<Request> requests_;
};

}  // namespace flights
