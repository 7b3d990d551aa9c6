#pragma once

#include "local/store.hpp"

namespace podium::inline v0::local {

/// Changes `properties` of the stored job; nothing happens if it was deleted meanwhile.
Result<void> change_job(Store& store, std::string const& job, std::function<void(Json& properties)> const& change);

/// Sets the status, and with it podium.startTime and podium.endTime.  A job that is being cancelled, or has ended,
/// does not go back to an earlier status.
Result<void> set_status(Store& store, std::string const& job, std::string_view status);

/// Ends the job with the reason in `podium.error`.
Result<void> end_job(Store& store, std::string const& job, std::string_view status, std::string const& error);

bool is_terminal(std::string_view status);

/// Jobs that a workspace left running when it was not closed: they end as Failed and say so.
Result<void> fail_abandoned(Store& store);

/// Where the job's logs and artifacts lie.
std::filesystem::path artifacts_of(Store const& store, std::string const& job);

/// Registers an output as a data asset or a model.
Result<void> register_output(Store& store, std::string const& job, std::string const& type, std::string const& uri,
                             std::string const& name, std::string version);

}  // namespace podium::inline v0::local
