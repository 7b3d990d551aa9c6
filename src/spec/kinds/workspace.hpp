#pragma once

#include "spec/kinds/resources.hpp"

/// Rows that workspaces and feature stores share.
namespace podium::inline v0::spec::kinds {

extern Shape const workspace_name;

inline constexpr Field workspace_common_rows[] = {
    {.name = "$schema", .shape = &any_shape, .wire = "-", .doc = "The JSON Schema of this kind, for editors."},
    {.name = "name",
     .shape = &workspace_name,
     .need = Need::required,
     .wire = "-",
     .doc = "Name, unique in the resource group."},
    {.name = "location", .shape = &string_shape, .wire = "/location", .doc = "Azure region."},
    {.name = "resource_group",
     .shape = &string_shape,
     .wire = "-",
     .doc = "Resource group; that of the command line when absent."},
    {.name = "description", .shape = &string_shape, .doc = "What the workspace is for, in words."},
    {.name = "display_name",
     .shape = &string_shape,
     .wire = "properties.friendlyName",
     .doc = "Name shown in the studio."},
    {.name = "tags", .shape = &text_tags, .wire = "/tags", .unsent = "{}", .doc = "Free labels, text to text."},
    {.name = "hbi_workspace",
     .shape = &boolean_shape,
     .unsent = "false",
     .doc = "Whether less telemetry is sent, for sensitive data."},
    {.name = "storage_account", .shape = &arm_id, .doc = "ARM id of a storage account; a new one when absent."},
    {.name = "container_registry", .shape = &arm_id, .doc = "ARM id of a container registry."},
    {.name = "key_vault", .shape = &arm_id, .doc = "ARM id of a key vault; a new one when absent."},
    {.name = "application_insights",
     .shape = &arm_id,
     .doc = "ARM id of an Application Insights; a new one when absent."},
    {.name = "customer_managed_key",
     .shape = &customer_managed_key,
     .wire = "properties.encryption.keyVaultProperties",
     .doc = "Key of your own that data is encrypted with."},
    {.name = "image_build_compute",
     .shape = &string_shape,
     .doc = "Cluster that builds images, when the registry is behind a virtual network."},
    {.name = "public_network_access", .shape = &workspace_access, .doc = "`Enabled` or `Disabled`."},
    {.name = "identity", .shape = &workspace_identity, .wire = "/identity", .doc = "Identity of the workspace."},
    {.name = "primary_user_assigned_identity",
     .shape = &string_shape,
     .doc = "ARM id of the user-assigned identity that is used first."},
    {.name = "managed_network",
     .shape = &managed_network,
     .doc = "A network that Azure manages for the workspace's computes."}};

}  // namespace podium::inline v0::spec::kinds
