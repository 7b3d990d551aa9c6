#pragma once

#include "data/state.hpp"

namespace podium::inline v0::data {

/// The field as which values of both can be read without loss: the wider number, the finer unit, plain instead of
/// dictionary-encoded text.  Nothing if there is none; `why` then says what is wrong with them.
std::optional<SchemaNode> common_field(SchemaNode const& a, SchemaNode const& b, std::string& why);

/// Whether values stored as `stored` can be read as `wanted`; each that does not fit is then an error of its own.
/// `any_zone`: the wanted field says what times without a zone mean (Delta's log does).
bool convertible(SchemaNode const& stored, SchemaNode const& wanted, bool any_zone, std::string& why);

/// Whether two fields are stored alike, names, metadata and nullability aside.
bool same_type(SchemaNode const& a, SchemaNode const& b);

}  // namespace podium::inline v0::data
