#pragma once

#include "spec/reader.hpp"

#include "podium/model/asset.hpp"
#include "podium/model/endpoint.hpp"
#include "podium/model/feature_set.hpp"
#include "podium/model/job.hpp"
#include "podium/model/policy.hpp"

/// From checked values to nouns.  Total: what the tables let pass has a meaning, or is reported as PD1090.
namespace podium::inline v0::spec {

model::CommandComponent to_component(Reader& reader, Value const& value);
model::CommandJob to_command_job(Reader& reader, Value const& value);
model::PipelineJob to_pipeline(Reader& reader, Value const& value);
model::Environment to_environment(Reader& reader, Value const& value);
model::DataAsset to_data(Reader& reader, Value const& value);
model::Model to_model(Reader& reader, Value const& value);
model::Endpoint to_endpoint(Reader& reader, Value const& value);
model::Deployment to_deployment(Reader& reader, Value const& value);
model::FeatureSetSpec to_feature_set(Reader& reader, Value const& value);
model::FeatureRetrievalSpec to_feature_retrieval(Reader& reader, Value const& value);
model::PromotionPolicy to_policy(Reader& reader, Value const& value);

/// Shared by the above.
model::Tags to_tags(Value const& value);
/// Sets `reference`, or `in_place` for an environment written in place.
void to_environment_field(Reader& reader, Value const& value, std::string& reference,
                          std::optional<model::Environment>& in_place);
/// An integer, or the fallback; a binding is reported, since nouns hold numbers.
int to_int(Reader& reader, Value const& value, int fallback);
bool to_bool(Reader& reader, Value const& value, bool fallback);

}  // namespace podium::inline v0::spec
