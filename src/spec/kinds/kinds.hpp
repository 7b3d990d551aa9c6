#pragma once

#include "spec/shape.hpp"

/// The tables, one for each kind of document, and the blocks that they share.
namespace podium::inline v0::spec::kinds {

// blocks.cpp
extern Shape const tags;             // text to text
extern Shape const free_tags;        // text to any scalar
extern Shape const version;          // any scalar, as text
extern Shape const code;             // local path or reference; becomes absolute
extern Shape const environment;      // inline or reference, of jobs and components
extern Shape const local_file;       // must exist; becomes absolute
extern Shape const asset_reference;  // `azureml:...` only
extern Shape const compute;          // `azureml:x`, `x`, `local`

// job_blocks.cpp
extern Shape const job_tags;  // text to text or nothing
extern Shape const identity;
extern Shape const services;
extern Shape const job_resources;
extern Shape const component_resources;
extern Shape const distribution;
extern Shape const component_distribution;
extern Shape const command_limits;
extern Shape const queue_settings;
extern Shape const environment_variables;
extern Shape const port;
extern Shape const seconds;

// job_io.cpp
extern Shape const job_inputs;   // name -> literal or data
extern Shape const node_inputs;  // the same, of a step
extern Shape const job_outputs;
extern Shape const job_output;     // one of them
extern Shape const data_path;      // local path, URI or reference
extern Shape const data_input;     // path or mapping
extern Shape const model_input;    // mapping
extern Shape const mltable_input;  // mapping
extern Shape const literal;

// component_io.cpp
extern Shape const component_name;
extern Shape const component_inputs;
extern Shape const component_outputs;  // parameters too: commands and pipelines
extern Shape const port_inputs;        // data and models only
extern Shape const port_outputs;

// one file each
extern Shape const command_component;
extern Shape const command_job;
extern Shape const pipeline_job;
extern Shape const environment_asset;
extern Shape const data_asset;
extern Shape const model_asset;
extern Shape const model_inline;
extern Shape const online_endpoint;
extern Shape const online_deployment;
extern Shape const feature_set_spec;
extern Shape const feature_retrieval_spec;
extern Shape const promotion_policy;

// components, alone and written in place
extern Shape const inline_component;
extern Shape const spark_component;
extern Shape const inline_spark_component;
extern Shape const parallel_component;
extern Shape const inline_parallel_component;
extern Shape const pipeline_component;
extern Shape const data_transfer_component;
extern Shape const inline_data_transfer_component;
extern Shape const automl_component;
extern Shape const flow_component;
extern Shape const additional_includes;
extern Shape const unsupported_component;  // of a type that the client does not know

// jobs
extern Shape const sweep_job;
extern Shape const spark_job;
extern Shape const automl_job;
extern Shape const finetuning_job;
extern Shape const distillation_job;
extern Shape const import_job;
extern Shape const unsupported_job;  // of a type that the client does not know

// steps: `inline` ones are jobs written in place
extern Shape const command_node;
extern Shape const typeless_node;  // its component says what it is
extern Shape const command_inline_node;
extern Shape const sweep_node;
extern Shape const spark_node;
extern Shape const spark_inline_node;
extern Shape const parallel_node;
extern Shape const parallel_inline_node;
extern Shape const data_transfer_node;

// pipeline.cpp: a component by file, reference or mapping
extern Shape const command_component_reference;
extern Shape const any_component_reference;
extern Shape const spark_component_reference;
extern Shape const parallel_component_reference;
extern Shape const data_transfer_component_reference;

// sweep.cpp
extern Shape const sweep_sampling;
extern Shape const sweep_termination;
extern Shape const sweep_space;   // a distribution
extern Shape const automl_space;  // the same, with choices of anything
extern Shape const spread;
extern Shape const chosen;  // one of the values of a choice
extern Shape const choice_values;

// spark.cpp
extern Shape const spark_instance;
extern Shape const runtime_version;

inline constexpr std::string_view port_types[] = {"uri_file",     "uri_folder",   "mltable",
                                                  "mlflow_model", "custom_model", "triton_model"};

}  // namespace podium::inline v0::spec::kinds
