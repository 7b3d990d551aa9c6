#pragma once

#include "data/arrow_plugin/abi.hpp"

namespace podium_arrow {

int writer_open(char const* path, ArrowSchema* schema, PodiumWrite const* options, void** writer,
                PodiumFailure* failure);
int writer_append(void* writer, ArrowArrayStream* stream, PodiumFailure* failure);
int writer_finish(void* writer, PodiumFailure* failure);
void writer_close(void* writer);

}  // namespace podium_arrow
