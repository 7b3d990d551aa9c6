#pragma once

#include "spec/kinds/resources.hpp"

#include <cstddef>

/// What computes of several types share.
namespace podium::inline v0::spec::kinds {

extern Shape const network_settings;
extern Shape const compute_instance;
extern wire::Spelling const local_variables;  ///< {A: 1} -> {"A": {"type": "local", "value": 1}}

void check_compute_name(Reader& reader, Value const& value, std::size_t least, std::size_t most);

void finish_start_stop(wire::Writer& writer, Value const& value, void* place);
void finish_script(wire::Writer& writer, Value const& value, void* place);
void finish_cluster(wire::Writer& writer, Value const& value, void* place);
void finish_instance(wire::Writer& writer, Value const& value, void* place);
void finish_kubernetes(wire::Writer& writer, Value const& value, void* place);
void finish_machine(wire::Writer& writer, Value const& value, void* place);

inline constexpr Field compute_rows[] = {
    {.name = "$schema", .shape = &any_shape, .wire = "-", .doc = "The JSON Schema of this kind, for editors."},
    {.name = "name",
     .shape = &string_shape,
     .need = Need::required,
     .wire = "-",
     .doc = "Name, unique in the workspace."},
    {.name = "type",
     .shape = &string_shape,
     .wire = "-",
     .doc = "`amlcompute`, `computeinstance`, `kubernetes`, `virtualmachine` or `synapsespark`."},
    {.name = "location",
     .shape = &string_shape,
     .wire = "/location",
     .doc = "Azure region; that of the workspace when absent."},
    {.name = "description", .shape = &string_shape, .doc = "What the compute is for, in words."},
    {.name = "tags", .shape = &text_tags, .wire = "/tags", .doc = "Free labels, text to text."},
    {.name = "id", .shape = &set_by_service, .wire = "-", .doc = "Written by the service; ignored in a file."},
    {.name = "provisioning_errors",
     .shape = &set_by_service,
     .wire = "-",
     .doc = "Written by the service; ignored in a file."},
    {.name = "provisioning_state",
     .shape = &set_by_service,
     .wire = "-",
     .doc = "Written by the service; ignored in a file."},
    {.name = "created_on", .shape = &set_by_service, .wire = "-", .doc = "Written by the service; ignored in a file."}};
inline constexpr Field compute_id_row[] = {
    {.name = "resource_id", .shape = &string_shape, .wire = "-", .doc = "Of no consequence here."}};
inline constexpr Field attached_optional_id_row[] = {
    {.name = "resource_id", .shape = &string_shape, .doc = "ARM id of what is attached."}};

}  // namespace podium::inline v0::spec::kinds
