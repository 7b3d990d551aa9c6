#include "spec/command.hpp"
#include "spec/kinds/kinds.hpp"
#include "spec/wire/spellings.hpp"

#include <algorithm>

/// Declared inputs and outputs of components.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

constexpr std::string_view port_modes[] = {"direct",   "download", "eval_download", "eval_mount", "mount",
                                           "ro_mount", "rw_mount", "upload",        "link"};
constexpr std::string_view input_modes[] = {"direct", "download", "eval_download", "eval_mount", "mount", "ro_mount"};
constexpr std::string_view output_modes[] = {"direct", "mount", "rw_mount", "upload", "link"};

/// One list of modes serves inputs and outputs of the client; the service knows which belongs where.
template <std::size_t N>
void check_mode(Reader& reader, Node const& node, Value& value, std::string_view const (&sensible)[N],
                std::string_view what) {
  if (std::find(std::begin(sensible), std::end(sensible), value.text) != std::end(sensible)) return;
  reader.warning("PD1014", node, "`" + value.text + "` is not a mode of an " + std::string{what},
                 "its modes are: " + joined(sensible));
}
void check_input_mode(Reader& reader, Node const& node, Value& value) {
  check_mode(reader, node, value, input_modes, "input");
}
void check_output_mode(Reader& reader, Node const& node, Value& value) {
  check_mode(reader, node, value, output_modes, "output");
}
constexpr Shape input_mode{.kind = string, .values = port_modes, .check = check_input_mode};
constexpr Shape output_mode{.kind = string, .values = port_modes, .check = check_output_mode};

constexpr Field type_row{.name = "type", .shape = &string_shape, .doc = "Type of the value; written in lower case."};
constexpr Field words_row{.name = "description", .shape = &string_shape, .doc = "What it is, in words."};
constexpr Field optional_row{.name = "optional",
                             .shape = &boolean_shape,
                             .doc = "Whether it may be absent; in a command it then stands in `$[[ ]]`."};

constexpr Field parameter_fields[] = {
    type_row,
    words_row,
    optional_row,
    {.name = "default", .shape = &text_shape, .doc = "Value when none is given."},
    {.name = "min", .shape = &text_shape, .doc = "Least value of a `number` or `integer`."},
    {.name = "max", .shape = &text_shape, .doc = "Greatest value of a `number` or `integer`."},
    {.name = "enum", .shape = &string_list_shape, .doc = "The values allowed, as texts."}};
constexpr Shape parameter{.kind = object,
                          .name = "a parameter",
                          .fields = parameter_fields,
                          .check = check_parameter,
                          .finish = wire::finish_parameter};

constexpr Field port_fields[] = {
    type_row,
    words_row,
    optional_row,
    {.name = "default", .shape = &text_shape, .doc = "Not allowed: data and models have no default."},
    {.name = "mode", .shape = &input_mode, .doc = "How the data reaches the job, unless the job says so itself."}};
constexpr Shape port_input{.kind = object, .name = "a port", .fields = port_fields, .check = check_port};

constexpr Alternative input_types[] = {
    {"string", &parameter},        {"number", &parameter},        {"integer", &parameter},
    {"boolean", &parameter},       {"uri_file", &port_input},     {"uri_folder", &port_input},
    {"mltable", &port_input},      {"mlflow_model", &port_input}, {"custom_model", &port_input},
    {"triton_model", &port_input}, {"path", &port_input}};
constexpr Shape input{.kind = tagged, .name = "a mapping with `type`", .tag = "type", .alternatives = input_types};
constexpr Alternative port_input_types[] = {{"uri_file", &port_input},     {"uri_folder", &port_input},
                                            {"mltable", &port_input},      {"mlflow_model", &port_input},
                                            {"custom_model", &port_input}, {"triton_model", &port_input},
                                            {"path", &port_input}};
constexpr Shape data_or_model{
    .kind = tagged, .name = "a mapping with `type`", .tag = "type", .alternatives = port_input_types};

constexpr Field output_fields[] = {
    type_row, words_row, {.name = "mode", .shape = &output_mode, .doc = "How the output is written."}};
constexpr Hint output_hints[] = {{"path", "a job says where its outputs go"},
                                 {"optional", "outputs are never optional"},
                                 {"early_available", "it is no longer a field"}};
constexpr Shape output{.kind = object, .name = "an output", .fields = output_fields, .hints = output_hints};
constexpr Shape value_output{
    .kind = object, .name = "an output", .fields = output_fields, .hints = output_hints, .unknown = Unknown::warning};
constexpr Alternative output_types[] = {
    {"uri_folder", &output},   {"uri_file", &output},      {"mltable", &output},      {"mlflow_model", &output},
    {"custom_model", &output}, {"triton_model", &output},  {"path", &output},         {"string", &value_output},
    {"number", &value_output}, {"integer", &value_output}, {"boolean", &value_output}};
constexpr Shape declared_output{
    .kind = tagged, .name = "a mapping with `type`", .tag = "type", .alternatives = output_types};
constexpr Alternative port_output_types[] = {
    {"uri_folder", &output},   {"uri_file", &output},     {"mltable", &output}, {"mlflow_model", &output},
    {"custom_model", &output}, {"triton_model", &output}, {"path", &output}};
constexpr Shape declared_port_output{
    .kind = tagged, .name = "a mapping with `type`", .tag = "type", .alternatives = port_output_types};

/// `name:` with nothing behind it is a folder for the service; the official client refuses it.
void check_absent(Reader& reader, Node const& node, Value& value) {
  if (node.is_null()) {
    reader.warning("PD1017", reader.holder(node), "the output says nothing of its type; the official client refuses it",
                   "write `{type: uri_folder}`");
    return;
  }
  reader.error("PD1012", node, "expected a mapping with `type`, found " + found(node));
  value.kind = Value::Kind::none;
}
constexpr Shape absent{.kind = any, .check = check_absent};
constexpr Shape output_or_nothing{
    .kind = either, .name = "a mapping with `type`", .scalar = &absent, .mapping = &declared_output};
constexpr Shape port_output_or_nothing{
    .kind = either, .name = "a mapping with `type`", .scalar = &absent, .mapping = &declared_port_output};

}  // namespace

constexpr Shape component_name{.kind = string, .check = check_component_name};
constexpr Shape component_inputs{.kind = map, .item = &input};
constexpr Shape component_outputs{.kind = map, .item = &output_or_nothing};
constexpr Shape port_inputs{.kind = map, .item = &data_or_model};
constexpr Shape port_outputs{.kind = map, .item = &port_output_or_nothing};

}  // namespace podium::inline v0::spec::kinds
