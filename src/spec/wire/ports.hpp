#pragma once

#include "spec/wire/writer.hpp"

namespace podium::inline v0::spec::wire {

/// `${{parent.outputs.NAME}}` as a whole.
bool is_output_binding(std::string_view text);

/// Where the data or model of an input lies: an upload, an id, or the URI as it stands.
std::string data_uri(Writer& writer, Value const& path, std::string_view type, std::string_view datastore = {});

}  // namespace podium::inline v0::spec::wire
