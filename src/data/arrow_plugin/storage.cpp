#include "data/arrow_plugin/storage.hpp"

#include "data/arrow_plugin/file.hpp"
#include "data/arrow_plugin/guard.hpp"

#include <arrow/buffer.h>
#include <arrow/filesystem/filesystem.h>
#include <arrow/io/file.h>
#include <arrow/util/config.h>
#ifdef ARROW_AZURE
#include <arrow/filesystem/azurefs.h>
#endif

namespace podium_arrow {
namespace {

struct Storage {
  std::shared_ptr<arrow::fs::FileSystem> files;
};

arrow::Result<std::shared_ptr<arrow::fs::FileSystem>> connect([[maybe_unused]] PodiumStorageConfig const& config) {
#ifdef ARROW_AZURE
  arrow::fs::AzureOptions options;
  options.account_name = config.account;
  std::string const authority = config.authority;
  options.blob_storage_authority = authority.empty() ? std::string{".blob."} + config.suffix : authority;
  options.dfs_storage_authority = authority.empty() ? std::string{".dfs."} + config.suffix : authority;
  if (config.plain_http) options.blob_storage_scheme = options.dfs_storage_scheme = "http";
  std::string const client = config.client_id;
  if (config.anonymous)
    ARROW_RETURN_NOT_OK(options.ConfigureAnonymousCredential());
  else if (*config.account_key)
    ARROW_RETURN_NOT_OK(options.ConfigureAccountKeyCredential(config.account_key));
  else if (*config.sas_token)
    ARROW_RETURN_NOT_OK(options.ConfigureSASCredential(config.sas_token));
  else if (*config.client_secret)
    ARROW_RETURN_NOT_OK(options.ConfigureClientSecretCredential(config.tenant_id, client, config.client_secret));
  else if (!client.empty())
    ARROW_RETURN_NOT_OK(options.ConfigureManagedIdentityCredential(client));
  else
    ARROW_RETURN_NOT_OK(options.ConfigureDefaultCredential());
  ARROW_ASSIGN_OR_RAISE(auto made, arrow::fs::AzureFileSystem::Make(options));
  return made;
#else
  return arrow::Status::NotImplemented("the Arrow that Podium found was built without Azure storage");
#endif
}

arrow::fs::FileSystem& files(void* storage) { return *static_cast<Storage*>(storage)->files; }

}  // namespace

arrow::Result<Source> open_source(void* storage, std::string const& path) {
  if (storage) return files(storage).OpenInputFile(path);
  ARROW_ASSIGN_OR_RAISE(auto file, arrow::io::MemoryMappedFile::Open(path, arrow::io::FileMode::READ));
  return file;
}

int storage_open(PodiumStorageConfig const* config, void** storage, PodiumFailure* failure) {
  return guarded(failure, [&]() -> arrow::Status {
    ARROW_ASSIGN_OR_RAISE(auto made, connect(*config));
    *storage = new Storage{std::move(made)};
    return arrow::Status::OK();
  });
}

void storage_close(void* storage) { delete static_cast<Storage*>(storage); }

int storage_list(void* storage, char const* path, int recursive, void* to,
                 void (*each)(void*, char const*, int64_t, int), PodiumFailure* failure) {
  return guarded(failure, [&]() -> arrow::Status {
    ARROW_ASSIGN_OR_RAISE(auto const itself, files(storage).GetFileInfo(path));
    if (itself.type() == arrow::fs::FileType::NotFound) return arrow::Status::OK();
    if (itself.IsFile()) {
      each(to, itself.path().c_str(), itself.size(), 0);
      return arrow::Status::OK();
    }
    arrow::fs::FileSelector selector;
    selector.base_dir = path;
    selector.recursive = recursive != 0;
    selector.allow_not_found = true;
    ARROW_ASSIGN_OR_RAISE(auto const found, files(storage).GetFileInfo(selector));
    for (auto const& file : found) each(to, file.path().c_str(), file.size(), file.IsDirectory() ? 1 : 0);
    return arrow::Status::OK();
  });
}

int storage_get(void* storage, char const* path, int64_t limit, void* to, void (*take)(void*, char const*, int64_t),
                PodiumFailure* failure) {
  return guarded(failure, [&]() -> arrow::Status {
    ARROW_ASSIGN_OR_RAISE(auto const file, files(storage).OpenInputFile(path));
    ARROW_ASSIGN_OR_RAISE(auto const size, file->GetSize());
    if (size > limit) return arrow::Status::Invalid("holds ", size, " bytes, more than the ", limit, " expected here");
    ARROW_ASSIGN_OR_RAISE(auto const bytes, file->ReadAt(0, size));
    take(to, reinterpret_cast<char const*>(bytes->data()), bytes->size());
    return arrow::Status::OK();
  });
}

int storage_put(void* storage, char const* path, char const* bytes, int64_t size, PodiumFailure* failure) {
  return guarded(failure, [&]() -> arrow::Status {
    ARROW_ASSIGN_OR_RAISE(auto const file, files(storage).OpenOutputStream(path));
    ARROW_RETURN_NOT_OK(file->Write(bytes, size));
    return file->Close();
  });
}

int storage_remove(void* storage, char const* path, PodiumFailure* failure) {
  return guarded(failure, [&] { return files(storage).DeleteFile(path); });
}

}  // namespace podium_arrow
