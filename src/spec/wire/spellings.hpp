#pragma once

#include "spec/shape.hpp"

/// The spellings of values by name, for tables.
namespace podium::inline v0::spec::wire {

extern Spelling const seconds;       ///< 600 <-> "PT10M", as Python's isodate writes it
extern Spelling const milliseconds;  ///< 100 <-> "PT0.1S"
extern Spelling const minutes;       ///< 5 <-> "PT5M"
extern Spelling const python_text;   ///< 0.1 -> "0.1", true -> "True"
extern Spelling const as_is;         ///< the YAML itself as JSON

extern Spelling const code;               ///< local folder, URL or reference -> id of a code version
extern Spelling const environment;        ///< in place (anonymous) or reference -> id of an environment version
extern Spelling const named_environment;  ///< the same, registered under its name when it has one
extern Spelling const build_path;         ///< local folder -> where its upload lies
extern Spelling const compute;            ///< -> id of a compute
extern Spelling const component_id;       ///< read only: id of a component version -> reference
extern Spelling const conda;              ///< mapping or text of a conda file -> its text, keys sorted

extern Spelling const job_input;          ///< value, data or model, of a job or a step
extern Spelling const job_output;         ///< of a job or a step
extern Spelling const pipeline_settings;  ///< of a pipeline job; ids for compute and data store
extern Spelling const pipeline_steps;     ///< written with the pipeline that they belong to
extern Spelling const spark_settings;     ///< under their dotted names; as text in a job
extern Spelling const spark_entry;        ///< {file: x} <-> with its type
extern Spelling const sampling;           ///< "random" <-> {"samplingAlgorithmType": "Random"}
extern Spelling const termination;        ///< policy of early termination
extern Spelling const distribution;       ///< {type: uniform, ...} <-> ["uniform", [...]]
extern Spelling const tuned_model;        ///< model of a fine-tuning job
extern Spelling const tuning_data;        ///< data of a fine-tuning job
extern Spelling const lower_text;         ///< text in lower case
extern Spelling const camel_word;         ///< chat_completion <-> chatCompletion
extern Spelling const rest_word;          ///< auc_weighted <-> AUCWeighted
extern Spelling const automatic;          ///< auto, 3 <-> {"mode": "Auto"}, {"mode": "Custom", "value": 3}
extern Spelling const automatic_lags;     ///< the same, with a list of values
extern Spelling const one_or_more;        ///< one text <-> a list of it
extern Spelling const space_text;         ///< a distribution <-> "uniform(0.1,0.2)"; a value <-> its text
extern Spelling const all_nodes;          ///< "all" <-> {"nodesValueType": "All"}
extern Spelling const priority;           ///< low, medium, high <-> 1, 2, 3
extern Spelling const variable;           ///< text or {value: text} -> text

/// The default, least and greatest value of a parameter, as text; `finish` of its shape.
void finish_parameter(Writer& writer, Value const& value, void* place);
/// A list of `docker_args` has a name of its own in resources; `finish` of their shape.
void finish_resources(Writer& writer, Value const& value, void* place);
/// Services hold an object of properties even without any; `finish` of their shape.
void finish_service(Writer& writer, Value const& value, void* place);

}  // namespace podium::inline v0::spec::wire
