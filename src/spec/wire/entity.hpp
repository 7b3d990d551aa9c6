#pragma once

#include "spec/kind.hpp"
#include "spec/wire/writer.hpp"

namespace podium::inline v0::spec::wire {

/// What an entity is made of, besides its values.
struct Entity {
  Kind const& kind;
  Value const& value;
  Document const& document;
};

/// Whether the kind is created by a request of its own.
bool is_entity(Kind const& kind);
/// The request that creates the entity; what has to come before it is in the writer.
Request create(Writer& writer, Entity const& entity);

/// The request of a kind that its table describes entirely.
Request create_by_table(Writer& writer, Entity const& entity);

/// Kinds whose requests follow rules that a table does not hold.
Request create_command_job(Writer& writer, Entity const& entity);
Request create_pipeline_job(Writer& writer, Entity const& entity);
Request create_sweep_job(Writer& writer, Entity const& entity);
Request create_spark_job(Writer& writer, Entity const& entity);
Request create_automl_job(Writer& writer, Entity const& entity);
Request create_finetuning_job(Writer& writer, Entity const& entity);
Request create_distillation_job(Writer& writer, Entity const& entity);
Request create_component(Writer& writer, Entity const& entity);
Request create_flow(Writer& writer, Entity const& entity);
Request create_data(Writer& writer, Entity const& entity);

/// What every job has besides its own fields: experiment, display name, not archived.
void complete_job(nlohmann::json& properties, Entity const& entity);
Request job_request(Writer& writer, Entity const& entity, nlohmann::json body);

/// The name, or `<generated>`: the client makes one up.
std::string name_or_generated(Value const& value);
/// `experimentName` of a job that names none: the folder of its file.
std::string default_experiment(Document const& document);

}  // namespace podium::inline v0::spec::wire
