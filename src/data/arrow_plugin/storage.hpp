#pragma once

#include "data/arrow_plugin/abi.hpp"

namespace podium_arrow {

int storage_open(PodiumStorageConfig const* config, void** storage, PodiumFailure* failure);
void storage_close(void* storage);
int storage_list(void* storage, char const* path, int recursive, void* to,
                 void (*each)(void*, char const*, int64_t, int), PodiumFailure* failure);
int storage_get(void* storage, char const* path, int64_t limit, void* to, void (*take)(void*, char const*, int64_t),
                PodiumFailure* failure);
int storage_put(void* storage, char const* path, char const* bytes, int64_t size, PodiumFailure* failure);
int storage_remove(void* storage, char const* path, PodiumFailure* failure);

}  // namespace podium_arrow
