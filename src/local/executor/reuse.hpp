#pragma once

#include "local/executor/plan.hpp"

#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace podium::inline v0::local {

/// What an input is, in words that never depend on where or when: "literal:0.1", "step:{key}/model",
/// "content:{digest}".
using Identities = std::map<std::string, std::string>;

/// The named parts of a step's reuse key: name -> text.  The key recipe is `k1`.
Json reuse_parts(Step const& step, Identities const& inputs, std::string const& code_digest,
                 std::string const& environment_digest);

std::string reuse_key(Json const& parts);

/// One sentence about the first part that differs: "input `variant` changed from `champion` to `challenger`".
std::string first_difference(Json const& earlier, Json const& now);

/// Keys that are being computed right now, by any pipeline of this workspace: who comes second waits.
class InFlight {
 public:
  /// Held while the key is its holder's.
  class Ticket {
   public:
    Ticket(InFlight& table, std::string key) : table_{table}, key_{std::move(key)} {}
    Ticket(Ticket const&) = delete;
    Ticket& operator=(Ticket const&) = delete;
    ~Ticket();

   private:
    InFlight& table_;
    std::string key_;
  };
  /// Waits until nobody else has the key; null: `stop` was requested.
  std::unique_ptr<Ticket> enter(std::string const& key, std::stop_token const& stop);

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::set<std::string> keys_;
};

/// An earlier run that can stand for this one.
struct Hit {
  std::string job;
  Json outputs;        ///< properties.outputs of the earlier job
  std::string parent;  ///< its pipeline
};
/// Looks the key up and checks that the earlier job's outputs are still what it left; forgets it if they are not.
/// `why` says so in that case.
Result<std::optional<Hit>> find_hit(Store& store, std::string const& key, std::string& why);

}  // namespace podium::inline v0::local
