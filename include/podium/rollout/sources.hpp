#pragma once

#include "podium/clients/assets.hpp"
#include "podium/clients/endpoints.hpp"
#include "podium/clients/jobs.hpp"
#include "podium/gate/evidence.hpp"

#include <chrono>
#include <filesystem>
#include <functional>

/// Where evidence comes from: jobs, endpoints, collected answers.
namespace podium::inline v0::rollout {

/// Fetches `OUTPUT/path/in/it` of a job into `folder`, and gives the local path.
/// Errc::not_found names the outputs that the job has.
PODIUM_API Result<std::filesystem::path> fetch_output(Session const& session, std::string const& job,
                                                      std::string const& output, std::filesystem::path const& folder,
                                                      Context const& ctx = {});

/// The newest value of each metric that a job (or run) logged through MLflow, as metrics without rows of the
/// challenger.
PODIUM_API Result<gate::Aggregate> collect_metrics(Session const& session, std::string const& job,
                                                   std::string const& set_id, Context const& ctx = {});

/// Open loop: requests leave on schedule, whether or not earlier ones are back, and latency counts from the moment that
/// the schedule says.  Without that, a stall hides the requests that it kept from being sent.
struct LoadPlan {
  double rps = 10;
  std::chrono::seconds warmup{10};  ///< answers to requests scheduled before it are not counted
  std::int64_t requests = 1000;     ///< to count, after the warm-up
  int most_at_once = 64;            ///< connections; a request that finds none free waits, and its wait counts
  std::string deployment;           ///< empty: the endpoint's router
  std::vector<double> edges_ms;     ///< of the histogram, besides the usual ones: the policy's limits
};
PODIUM_API Result<gate::LatencySample> load_test(ScoringClient const& scoring, std::string const& endpoint,
                                                 std::vector<std::string> const& bodies, LoadPlan const& plan,
                                                 Context const& ctx = {});

/// Both deployments' answers to the same requests, as the data collector wrote them: pairs by the request id, or by the
/// column `pair_on` where one is named.  Scores of several rows in one request are paired in their order.
PODIUM_API Result<gate::ShadowPairs> collect_shadow(FilesClient const& files, std::string const& endpoint,
                                                    std::string const& champion, std::string const& challenger,
                                                    std::string const& pair_on = {}, Context const& ctx = {});

/// Pairs as CSV with the columns `champion` and `challenger`, for a bundle.
PODIUM_API std::string to_csv(gate::ShadowPairs const& pairs);

}  // namespace podium::inline v0::rollout
