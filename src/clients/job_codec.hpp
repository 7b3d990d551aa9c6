#pragma once

#include "arm/json.hpp"

#include "podium/model/job.hpp"
#include "podium/session.hpp"

namespace podium::inline v0::clients {

/// The body of a job's PUT.  Registers what the job still carries in place, uploads local inputs.
Result<arm::Json> encode_job(Session const& session, model::PipelineJob const& job, Context const& ctx);
Result<arm::Json> encode_job(Session const& session, model::CommandJob const& job, Context const& ctx);

/// A job resource as a reply shows it.
Result<model::Job> decode_job(arm::Json const& body);
/// A run of run history: children come so.
model::Job decode_run(arm::Json const& run);

model::JobStatus parse_status(std::string const& word);
bool terminal(model::JobStatus status);

}  // namespace podium::inline v0::clients
