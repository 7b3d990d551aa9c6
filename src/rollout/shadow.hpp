#pragma once

#include "rollout/machine.hpp"

#include "podium/clients/assets.hpp"

#include <string>
#include <unordered_map>
#include <vector>

namespace podium::inline v0::rollout {

/// Pairs the answers that a mirrored deployment's data collector wrote with what was expected of them.
class ShadowReader {
 public:
  ShadowReader(FilesClient files, std::string const& endpoint, std::string const& deployment);

  /// A live request that may be mirrored.
  void expect(std::string const& request_id, std::vector<double> offline_scores);
  /// Answers that came in since the last call, of requests that were expected.
  Result<std::vector<Pair>> read(Context const& ctx);

 private:
  void take(std::string_view line, std::vector<Pair>& found);

  FilesClient files_;
  std::string folder_;
  std::unordered_map<std::string, std::vector<double>> expected_;
  std::unordered_map<std::string, std::size_t> consumed_;  ///< file -> bytes of whole lines already taken
};

}  // namespace podium::inline v0::rollout
