#pragma once

#include "arm/rest.hpp"

#include "podium/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace podium::inline v0::clients {

/// One container of a blob account, and what opens it.
struct BlobContainer {
  std::string url;      ///< "https://account.blob.core.windows.net/container", no trailing slash
  std::string sas;      ///< query without "?"; empty: none
  std::string account;  ///< with `key`: the account name to sign for
  std::string key;      ///< base64; empty: none

  /// From a URL that carries its signature.
  static BlobContainer from_sas_url(std::string const& url);
};

/// The Blob protocol, as far as it is needed here.  Paths are plain text; they are encoded on the way out.
class Blobs {
 public:
  Blobs(Session session, BlobContainer container) : session_{std::move(session)}, container_{std::move(container)} {}

  BlobContainer const& container() const noexcept { return container_; }
  /// Metadata "upload_status" of a blob; nullopt if there is no such blob; "" if there is no such field.
  Result<std::optional<std::string>> upload_status(std::string const& path, Context const& ctx) const;
  Result<void> put(std::string const& path, std::string content, Context const& ctx) const;
  Result<void> mark_complete(std::string const& path, std::string const& name, std::string const& version,
                             Context const& ctx) const;
  Result<std::string> get(std::string const& path, Context const& ctx) const;
  /// Names that begin with `prefix`, sorted.
  Result<std::vector<std::string>> list(std::string const& prefix, Context const& ctx) const;

 private:
  Result<http::Response> send(std::string method, std::string const& path, http::Query const& query,
                              http::Headers headers, std::string body, Context const& ctx) const;
  Session session_;
  BlobContainer container_;
};

/// Text of each `<tag>...</tag>`, entities resolved.
std::vector<std::string> xml_texts(std::string_view xml, std::string_view tag);

/// The value of an Authorization header, SharedKey scheme: HMAC-SHA256 over the canonical form of the request.
/// Errc::invalid_argument if the key is not base64.
Result<std::string> shared_key(http::Request const& request, std::string const& account, std::string const& key);

}  // namespace podium::inline v0::clients
