#pragma once

#include "local/routes/route.hpp"

namespace podium::inline v0::local {

/// MLflow writes tags as a list of keys and values; resources keep a map.
Json tag_list(Json const& map);
Json tag_map(Json const& list);

}  // namespace podium::inline v0::local
