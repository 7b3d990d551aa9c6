#pragma once

#include "podium/clients/endpoints.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>

namespace podium::inline v0::rollout {

using Journal = std::function<Result<void>(std::string const& kind, std::string const& json)>;

/// How an endpoint's traffic is split: live and mirrored percent by deployment, without zeros.
struct Split {
  std::map<std::string, int> live;
  std::map<std::string, int> mirror;
  friend bool operator==(Split const&, Split const&) = default;
};

/// Changes the traffic of one endpoint: written down as an intent before, as applied once the endpoint shows it.
///
/// Somebody else's change is never fought: what the endpoint shows before a change must be what the last one left.
class TrafficControl {
 public:
  TrafficControl(Session session, std::string endpoint, Journal journal)
      : endpoints_{session},
        session_{std::move(session)},
        endpoint_{std::move(endpoint)},
        journal_{std::move(journal)} {}

  /// What the endpoint shows; from here on, what it is expected to show.
  Result<model::Endpoint> look(Context const& ctx);
  /// Errc::conflict if the endpoint shows neither what it is expected to nor `wanted`.
  Result<void> change(Split const& wanted, std::string const& stage, Context const& ctx);
  /// The same, for the way back: tried again for up to two minutes, and not held up by a journal that cannot be written
  /// (see journal_failure).
  Result<void> go_back(Split const& wanted, std::string const& stage, Context const& ctx);

  /// Why the way back is not in the journal; nothing if it is.
  std::optional<Error> const& journal_failure() const noexcept { return journal_failure_; }

 private:
  Result<void> undisturbed(Split const& wanted, Context const& ctx) const;
  void note(std::string const& kind, std::string const& json);

  EndpointsClient endpoints_;
  Session session_;
  std::string endpoint_;
  Journal journal_;
  Split shown_;
  std::optional<Split> asked_;  ///< sent, and perhaps carried out: its answer was lost
  std::optional<Error> journal_failure_;
};

}  // namespace podium::inline v0::rollout
