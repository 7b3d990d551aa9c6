#include "rollout/traffic_control.hpp"

#include "rollout/record.hpp"

#include <algorithm>
#include <chrono>

namespace podium::inline v0::rollout {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

constexpr milliseconds first_wait{200};
constexpr milliseconds longest_wait{10'000};
constexpr minutes way_back_patience{2};

Split without_zeros(Split split) {
  std::erase_if(split.live, [](auto const& share) { return share.second == 0; });
  std::erase_if(split.mirror, [](auto const& share) { return share.second == 0; });
  return split;
}

std::string words(Split const& split) {
  std::string out;
  for (auto const& [name, percent] : split.live)
    out += (out.empty() ? "`" : ", `") + name + "` " + std::to_string(percent) + " %";
  for (auto const& [name, percent] : split.mirror)
    out += (out.empty() ? "`" : ", `") + name + "` mirrored " + std::to_string(percent) + " %";
  return out.empty() ? "nothing" : out;
}

/// The client's own account of a change by somebody else; a 409 of the service may only mean "busy".
bool is_foreign(Error const& error) { return error.code() == Errc::conflict && !error.service(); }

std::string entry(std::string const& endpoint, std::string const& stage, Split const& split) {
  return dump(Json{{"endpoint", endpoint}, {"stage", stage}, {"traffic", split.live}, {"mirror", split.mirror}});
}

}  // namespace

Result<model::Endpoint> TrafficControl::look(Context const& ctx) {
  auto endpoint = endpoints_.get(endpoint_, ctx);
  if (endpoint) shown_ = without_zeros({endpoint->traffic, endpoint->mirror_traffic});
  return endpoint;
}

Result<void> TrafficControl::undisturbed(Split const& wanted, Context const& ctx) const {
  auto endpoint = endpoints_.get(endpoint_, ctx);
  if (!endpoint) return std::move(endpoint).error();
  auto const found = without_zeros({endpoint->traffic, endpoint->mirror_traffic});
  if (found == shown_ || found == wanted || found == asked_) return {};
  return Error{Errc::conflict, "somebody else changed the traffic: it was " + words(shown_) + ", and is " +
                                   words(found) + "; it is left as it is"};
}

Result<void> TrafficControl::change(Split const& wanted, std::string const& stage, Context const& ctx) {
  if (auto alone = undisturbed(wanted, ctx); !alone) return alone;
  auto const text = entry(endpoint_, stage, wanted);
  if (auto written = journal_("intent", text); !written) return written;
  asked_ = wanted;
  auto changed = endpoints_.set_traffic(endpoint_, wanted.live, wanted.mirror, ctx);
  if (!changed) return std::move(changed).error();
  shown_ = wanted;
  return journal_("applied", text);
}

void TrafficControl::note(std::string const& kind, std::string const& json) {
  if (journal_failure_) return;
  if (auto written = journal_(kind, json); !written) journal_failure_ = std::move(written).error();
}

Result<void> TrafficControl::go_back(Split const& wanted, std::string const& stage, Context const& ctx) {
  auto& clock = session_.clock();
  auto const give_up = clock.steady_now() + way_back_patience;
  auto const text = entry(endpoint_, stage, wanted);
  bool intended = false;
  for (auto wait = first_wait;; wait = std::min(wait * 2, longest_wait)) {
    Result<void> done = undisturbed(wanted, ctx);
    if (done) {
      if (!std::exchange(intended, true)) note("intent", text);
      auto changed = endpoints_.set_traffic(endpoint_, wanted.live, wanted.mirror, ctx);
      if (changed) {
        shown_ = wanted;
        note("applied", text);
        return {};
      }
      done = std::move(changed).error();
    }
    if (is_foreign(done.error()) || ctx.interrupted(clock.steady_now()) || clock.steady_now() + wait > give_up)
      return done;
    clock.sleep(wait, ctx);
  }
}

}  // namespace podium::inline v0::rollout
