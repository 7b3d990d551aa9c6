#include "data/arrow_plugin/abi.hpp"

extern "C" [[gnu::visibility("default")]] PodiumArrowPlugin const* podium_arrow_plugin() {
  static PodiumArrowPlugin const plugin{PODIUM_ARROW_PLUGIN_ABI + 1, "1.0.0", "1.0.0", nullptr, nullptr};
  return &plugin;
}
