#pragma once

#include "spec/shape.hpp"

#include <string_view>

/// What the tables of assets, endpoints, computes and other resources share.
namespace podium::inline v0::spec::kinds {

// resources.cpp
extern Shape const set_by_service;    // accepted and dropped: only the service sets it
extern Shape const refused_text;      // text that does no harm, but that the official client refuses
extern Shape const resource_tags;     // text to any scalar; nothing at all with a warning
extern Shape const single_value;      // any scalar; numbers with a note
extern Shape const text_tags;         // text to text; nothing at all with a warning
extern Shape const arm_id;            // "/subscriptions/.../providers/.../..."
extern Shape const vm_size;           // "Standard_DS3_v2"
extern Shape const network_access;    // enabled, disabled
extern Shape const workspace_access;  // the same as workspaces and registries write it
extern Shape const endpoint_name;
extern Shape const deployment_name;
extern Shape const endpoint_mode;      // key, aml_token, aad_token
extern Shape const resource_identity;  // of endpoints: at most one user-assigned identity
extern Shape const compute_identity;
extern Shape const workspace_identity;
extern Shape const workspace_identity_of_user;
extern Shape const instance_count;  // at least 1

/// 3 to 32 letters, digits and dashes, as endpoints and deployments are named.
bool is_resource_name(std::string_view name);
bool is_arm_id(std::string_view text);

// environment.cpp
extern Shape const environment_in_place;  // without a name
extern Shape const environment_of_deployment;

// deployment.cpp
extern Shape const code_configuration;
extern Shape const model_of_deployment;
extern Shape const variables_of_deployment;

// trigger.cpp
extern Shape const trigger;             // of schedules
extern Shape const compute_trigger;     // of compute instances
extern Shape const recurrence_trigger;  // of materialization

// workspace.cpp, network.cpp
extern Shape const customer_managed_key;
extern Shape const managed_network;

// the kinds
extern Shape const kubernetes_endpoint;
extern Shape const batch_endpoint;
extern Shape const kubernetes_deployment;
extern Shape const batch_deployment;  // by `type`; without one, the flat form
extern Shape const model_batch_deployment;
extern Shape const pipeline_batch_deployment;
extern Shape const serverless_endpoint;
extern Shape const marketplace_subscription;
extern Shape const index_asset;
extern Shape const data_import;
extern Shape const datastore;
extern Shape const compute_resource;
extern Shape const workspace;
extern Shape const connection;
extern Shape const registry;
extern Shape const schedule;
extern Shape const feature_store;
extern Shape const feature_store_entity;
extern Shape const feature_set;
extern Shape const model_package;
extern Shape const capability_host;

// monitor.cpp, data_import.cpp
extern Shape const monitor_definition;
extern Shape const data_import_in_place;

}  // namespace podium::inline v0::spec::kinds
