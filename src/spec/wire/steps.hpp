#pragma once

#include "spec/wire/writer.hpp"

#include <initializer_list>

/// Steps of pipelines, as the free JSON that they are in REST.
namespace podium::inline v0::spec::wire {

/// What steps of every type have: names, compute, inputs and outputs.
Json node_base(Writer& writer, std::string const& name, Value const& node, Value const* definition);

/// A step by its type.
Json write_step(Writer& writer, Value const& pipeline, std::string const& name, Value const& node);

Json sweep_step(Writer& writer, std::string const& name, Value const& node);
Json parallel_step(Writer& writer, Value const& pipeline, std::string const& name, Value const& node);
Json spark_step(Writer& writer, Value const& pipeline, std::string const& name, Value const& node);
Json automl_step(Writer& writer, std::string const& name, Value const& node);
Json data_transfer_step(Writer& writer, Value const& pipeline, std::string const& name, Value const& node);

/// Given in the file, not a default of the table.
bool is_given(Value const& value);
/// Fields as REST spells them.
void add_fields(Writer& writer, Json& out, Value const& node, std::initializer_list<std::string_view> names);
/// Fields as YAML spells them.
void add_as_written(Json& out, Value const& node, std::initializer_list<std::string_view> names);
/// What the step says, or else its component.
Value const& either(Value const& node, Value const* definition, std::string_view field);
/// Description and tags of a step that its component in place takes over.
void move_words(Json& spec, Value const& node);

/// Settings of Spark under their own names; `texts`: every value as text.
Json spark_conf(Value const& conf, bool texts);
/// Who a Spark job is when it does not say: the user on serverless compute, the compute's identity elsewhere.
void add_spark_identity(Writer& writer, Json& place, Value const& job);

}  // namespace podium::inline v0::spec::wire
