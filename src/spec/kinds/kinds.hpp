#pragma once

#include "spec/shape.hpp"

/// The tables, one for each kind of document, and the blocks that they share.
namespace podium::inline v0::spec::kinds {

// blocks.cpp
extern Shape const tags;       // text to text
extern Shape const free_tags;  // text to any scalar
extern Shape const identity;
extern Shape const endpoint_identity;
extern Shape const services;
extern Shape const job_resources;
extern Shape const distribution;
extern Shape const command_limits;
extern Shape const queue_settings;
extern Shape const environment_variables;
extern Shape const code;             // local path or reference; becomes absolute
extern Shape const environment;      // inline or reference, of jobs and components
extern Shape const local_file;       // must exist; becomes absolute
extern Shape const asset_reference;  // `azureml:...` only
extern Shape const compute;          // `azureml:x`, `x`, `local`
extern Shape const job_inputs;       // name -> literal or data
extern Shape const job_outputs;
extern Shape const data_path;  // local path, URI or reference
extern Shape const literal;

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
extern Shape const promotion_policy;

// component.cpp, for pipelines
extern Shape const inline_component;
// pipeline.cpp
extern Shape const command_node;

inline constexpr std::string_view port_types[] = {"uri_file",     "uri_folder",   "mltable",
                                                  "mlflow_model", "custom_model", "triton_model"};

}  // namespace podium::inline v0::spec::kinds
