#pragma once

#include "spec/reader.hpp"

/// Rules of Spark jobs, components and steps that the tables cannot say.
namespace podium::inline v0::spec {

void check_distinct(Reader& reader, Node const& node, Value& value);
void check_spark_memory(Reader& reader, Node const& node, Value& value);
void check_spark_instance(Reader& reader, Node const& node, Value& value);
void check_spark_runtime(Reader& reader, Node const& node, Value& value);
void check_spark_conf(Reader& reader, Node const& node, Value& value);
void check_not_empty(Reader& reader, Node const& node, Value& value);
void check_spark_component(Reader& reader, Node const& node, Value& value);
void check_spark_job(Reader& reader, Node const& node, Value& value);
void check_spark_node(Reader& reader, Node const& node, Value& value);

}  // namespace podium::inline v0::spec
