#pragma once

#include "podium/result.hpp"

#include <string>

namespace podium::inline v0::data {

/// How to reach files in Azure storage; nothing here matters for local paths.  Given nothing, the identity of the
/// environment is used (service principal, workload, managed identity, Azure command line: Azure's default chain).
/// Secrets are never logged, and no error repeats them.
struct StorageOptions {
  std::string account_key{};
  std::string sas_token{};
  std::string tenant_id{};  ///< with client_id and client_secret: a service principal
  std::string client_id{};  ///< alone: a user-assigned managed identity
  std::string client_secret{};
  bool anonymous = false;
  /// Of a storage service elsewhere, for example an emulator: `http://127.0.0.1:10000`; the account's name follows in
  /// the path.  Empty: Azure's public cloud, or the host that the URI names.
  std::string endpoint{};
  friend bool operator==(StorageOptions const&, StorageOptions const&) = default;
};

}  // namespace podium::inline v0::data
