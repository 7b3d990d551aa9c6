#pragma once

#include "spec/shape.hpp"

/// How resources are written to REST where the columns of their tables do not tell.
namespace podium::inline v0::spec::wire {
struct Spelling;
class Writer;
}  // namespace podium::inline v0::spec::wire

namespace podium::inline v0::spec::kinds {

extern wire::Spelling const identity_map;           ///< [{resource_id: x}] <-> {"x": {}}
extern wire::Spelling const empty_as_object;        ///< nothing -> {}
extern wire::Spelling const own_shape;              ///< by the shape that the check picked
extern wire::Spelling const uploaded_model;         ///< path of a model -> its long URI
extern wire::Spelling const specification_folder;   ///< folder of a feature set -> its long URI
extern wire::Spelling const uploaded_data;          ///< path of data -> its short URI
extern wire::Spelling const model_reference;        ///< reference or a model in place -> id
extern wire::Spelling const batch_model_reference;  ///< the same as {"referenceType": "Id", "assetId": id}
extern wire::Spelling const text_of_value;          ///< any value as Python's str() writes it
extern wire::Spelling const flavor_data;            ///< x <-> {"data": x}
extern wire::Spelling const one_or_more;            ///< x -> [x]
extern wire::Spelling const rules_by_name;          ///< [{name: x, ...}] <-> {"x": {...}}
extern wire::Spelling const registry_storage;       ///< a storage account, as often as it is replicated
extern wire::Spelling const package_target;         ///< name, or a mapping with it
extern wire::Spelling const whole_number;           ///< "80" -> 80

/// `location`, that of the workspace, into a resource that has none.
void add_location(wire::Writer& writer, Value const& value, void* place);
void finish_deployment(wire::Writer& writer, Value const& value, void* place);
void finish_model_batch(wire::Writer& writer, Value const& value, void* place);
void finish_pipeline_batch(wire::Writer& writer, Value const& value, void* place);
void finish_workspace(wire::Writer& writer, Value const& value, void* place);
void finish_connection(wire::Writer& writer, Value const& value, void* place);
void finish_registry(wire::Writer& writer, Value const& value, void* place);
void finish_feature_set(wire::Writer& writer, Value const& value, void* place);
void finish_materialization(wire::Writer& writer, Value const& value, void* place);
void finish_job_schedule(wire::Writer& writer, Value const& value, void* place);
void finish_monitor_schedule(wire::Writer& writer, Value const& value, void* place);
void finish_import_schedule(wire::Writer& writer, Value const& value, void* place);
/// The way back of some of these; `yaml` is a wire::Yaml.
void unfinish_cluster(void const* place, void* yaml);
void unfinish_instance(void const* place, void* yaml);
void unfinish_start_stop(void const* place, void* yaml);
void unfinish_kubernetes(void const* place, void* yaml);
void unfinish_pipeline_batch(void const* place, void* yaml);
void unfinish_materialization(void const* place, void* yaml);
void unfinish_schedule(void const* place, void* yaml);
/// The sampling rate of a data collector belongs to each collection.
void share_sampling_rate(wire::Writer& writer, Value const& value, void* place);

}  // namespace podium::inline v0::spec::kinds
