#include "data/location.hpp"

#include "base/letters.hpp"

#include <algorithm>
#include <charconv>

namespace podium::inline v0::data {
namespace {

Error no_location(std::string const& text, std::string const& why) {
  return {Errc::invalid_argument, "`" + text + "` is not a place that can be read: " + why};
}

std::string trimmed(std::string_view path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  return std::string{path};
}

Result<void> use_endpoint(Location& location, std::string const& endpoint) {
  if (endpoint.empty()) return {};
  auto const mark = endpoint.find("://");
  auto const scheme = base::lower_case(endpoint.substr(0, mark));
  if (mark == std::string::npos || (scheme != "http" && scheme != "https"))
    return Error{Errc::invalid_argument,
                 "the storage endpoint `" + endpoint + "` does not begin with http:// or https://"};
  location.plain_http = scheme == "http";
  location.authority = trimmed(endpoint.substr(mark + 3));
  if (location.authority.empty() || location.authority.find('/') != std::string::npos)
    return Error{Errc::invalid_argument, "the storage endpoint `" + endpoint +
                                             "` is not of the form http://host:port; the account's name "
                                             "belongs into the URI"};
  return {};
}

/// "account.dfs.core.windows.net" as account and suffix; a bare account for services elsewhere.
Result<void> use_host(Location& location, std::string_view host, std::string const& whole, bool elsewhere) {
  auto const dot = host.find('.');
  location.account = std::string{host.substr(0, dot)};
  if (location.account.empty()) return no_location(whole, "it names no storage account");
  if (dot == std::string_view::npos) {
    if (elsewhere) return {};
    return no_location(whole, "the host must be `<account>.dfs.core.windows.net` or `<account>.blob.core.windows.net`");
  }
  auto const rest = host.substr(dot + 1);
  for (std::string_view const service : {"dfs.", "blob."})
    if (rest.starts_with(service) && rest.size() > service.size()) {
      location.suffix = std::string{rest.substr(service.size())};
      return {};
    }
  return no_location(whole, "the host must be `<account>.dfs.core.windows.net` or `<account>.blob.core.windows.net`");
}

Result<Location> container_at_account(std::string const& text, std::string_view rest, StorageOptions const& options) {
  Location location{.given = text};
  auto const slash = std::min(rest.find('/'), rest.size());
  auto const authority = rest.substr(0, slash);
  auto const at = authority.find('@');
  if (at == std::string_view::npos || at == 0)
    return no_location(text, "the form is `abfss://<container>@<account>.dfs.core.windows.net/<path>`");
  if (auto ok = use_host(location, authority.substr(at + 1), text, !options.endpoint.empty()); !ok) return ok.error();
  if (auto ok = use_endpoint(location, options.endpoint); !ok) return ok.error();
  location.path = trimmed(join_path(authority.substr(0, at), trimmed(percent_decoded(rest.substr(slash)))));
  return location;
}

Result<Location> web_address(std::string const& text, std::string_view rest, StorageOptions const& options) {
  Location location{.given = text.substr(0, text.find('?'))};
  auto const query = rest.find('?');
  if (query != std::string_view::npos) {
    location.sas = std::string{rest.substr(query + 1)};
    rest = rest.substr(0, query);
  }
  auto const slash = std::min(rest.find('/'), rest.size());
  if (auto ok = use_host(location, rest.substr(0, slash), location.given, false); !ok) return ok.error();
  if (auto ok = use_endpoint(location, options.endpoint); !ok) return ok.error();
  location.path = trimmed(percent_decoded(rest.substr(slash)));
  if (location.path.empty()) return no_location(location.given, "it names no container");
  return location;
}

}  // namespace

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    if (text[i] == '%' && i + 2 < text.size()) {
      auto const [end, failed] = std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16);
      if (failed == std::errc{} && end == text.data() + i + 3) {
        out += static_cast<char>(value);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

std::string join_path(std::string_view folder, std::string_view name) {
  while (folder.size() > 1 && folder.ends_with('/')) folder.remove_suffix(1);
  while (name.starts_with('/')) name.remove_prefix(1);
  if (folder.empty()) return std::string{name};
  if (name.empty()) return std::string{folder};
  return std::string{folder} + (folder == "/" ? "" : "/") + std::string{name};
}

std::string Location::shown(std::string const& other_path) const {
  if (!remote()) return other_path;
  auto const prefix = given.substr(0, given.find("://") + 3);
  auto const slash = std::min(other_path.find('/'), other_path.size());
  auto const tail = other_path.substr(slash);
  if (prefix.starts_with("http")) {
    auto const host = given.substr(prefix.size(), given.find('/', prefix.size()) - prefix.size());
    return prefix + host + "/" + other_path;
  }
  auto const authority = given.substr(prefix.size(), given.find('/', prefix.size()) - prefix.size());
  return prefix + authority + tail;
}

Result<Location> parse_location(std::string const& text, StorageOptions const& options) {
  if (text.empty()) return Error{Errc::invalid_argument, "the path is empty"};
  auto const mark = text.find("://");
  if (mark == std::string::npos) {
    if (text.starts_with("azureml:"))
      return no_location(text, "it names an asset of a workspace: ask the workspace for its path");
    return Location{.given = text, .path = text};
  }
  auto const scheme = base::lower_case(text.substr(0, mark));
  auto const rest = std::string_view{text}.substr(mark + 3);
  if (scheme == "file") {
    auto const path = percent_decoded(rest);
    if (!path.starts_with('/')) return no_location(text, "a file URI has the form file:///folder/name");
    return Location{.given = text, .path = path};
  }
  if (scheme == "abfs" || scheme == "abfss" || scheme == "wasb" || scheme == "wasbs")
    return container_at_account(text, rest, options);
  if (scheme == "https") return web_address(text, rest, options);
  if (scheme == "azureml")
    return no_location(text, "a datastore is known to its workspace only: open it through `Workspace::open_dataset`");
  return no_location(text, "`" + scheme + "` is not one of file, abfs, abfss, wasb, wasbs, https");
}

}  // namespace podium::inline v0::data
