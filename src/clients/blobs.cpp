#include "clients/blobs.hpp"

#include "arm/failure.hpp"
#include "base/ids.hpp"
#include "http/url.hpp"

#include <algorithm>
#include <array>
#include <ctime>

namespace podium::inline v0::clients {
namespace {

std::string http_date(std::chrono::system_clock::time_point time) {
  auto const seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  char text[64];
  std::snprintf(text, sizeof text, "%s, %02d %s %04d %02d:%02d:%02d GMT", days[static_cast<std::size_t>(parts.tm_wday)],
                parts.tm_mday, months[static_cast<std::size_t>(parts.tm_mon)], parts.tm_year + 1900, parts.tm_hour,
                parts.tm_min, parts.tm_sec);
  return text;
}

std::string plain_xml(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    static constexpr std::array<std::pair<std::string_view, char>, 5> entities{
        {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}}};
    auto const hit =
        std::find_if(entities.begin(), entities.end(), [&](auto const& e) { return text.starts_with(e.first); });
    if (hit != entities.end()) {
      out += hit->second;
      text.remove_prefix(hit->first.size());
    } else {
      out += text[0];
      text.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace

std::vector<std::string> xml_texts(std::string_view xml, std::string_view tag) {
  auto const open = "<" + std::string{tag} + ">";
  auto const close = "</" + std::string{tag} + ">";
  std::vector<std::string> out;
  for (std::size_t from = 0;;) {
    auto const start = xml.find(open, from);
    if (start == std::string_view::npos) return out;
    auto const end = xml.find(close, start);
    if (end == std::string_view::npos) return out;
    out.push_back(plain_xml(xml.substr(start + open.size(), end - start - open.size())));
    from = end + close.size();
  }
}

BlobContainer BlobContainer::from_sas_url(std::string const& url) {
  auto const mark = url.find('?');
  BlobContainer out;
  out.url = url.substr(0, mark);
  while (out.url.ends_with('/')) out.url.pop_back();
  if (mark != std::string::npos) out.sas = url.substr(mark + 1);
  return out;
}

Result<http::Response> Blobs::send(std::string method, std::string const& path, http::Query const& query,
                                   http::Headers headers, std::string body, Context const& ctx) const {
  auto url = container_.url;
  if (!path.empty()) url += "/" + http::encode_path(path);
  url = http::with_query(std::move(url), query);
  if (!container_.sas.empty()) url += (url.find('?') == std::string::npos ? "?" : "&") + container_.sas;
  http::Request request{std::move(method), std::move(url), std::move(headers), std::move(body)};
  request.headers.set("x-ms-version", "2021-12-02");
  if (container_.sas.empty() && !container_.key.empty()) {
    request.headers.set("x-ms-date", http_date(session_.clock().now()));
    if (request.method == "PUT") request.headers.set("content-type", "application/octet-stream");
    // Everything that begins with x-ms- is signed, so it must not change afterwards.
    request.headers.set("x-ms-client-request-id", base::uuid());
    auto signature = shared_key(request, container_.account, container_.key);
    if (!signature) return std::move(signature).error();
    request.headers.set("authorization", *signature);
  }
  auto reply = session_.send(std::move(request), SendOptions{.identity = Identity::none}, ctx);
  if (!reply) return std::move(reply).error().with("blob", path);
  return reply;
}

Result<std::optional<std::string>> Blobs::upload_status(std::string const& path, Context const& ctx) const {
  auto reply = send("HEAD", path, {}, {}, {}, ctx);
  if (!reply) return std::move(reply).error();
  if (reply->status == 404) return std::optional<std::string>{};
  if (reply->status != 200) return arm::failure(*reply).with("blob", path);
  return std::optional{reply->headers.get("x-ms-meta-upload_status")};
}

Result<void> Blobs::put(std::string const& path, std::string content, Context const& ctx) const {
  auto reply = send("PUT", path, {}, {{"x-ms-blob-type", "BlockBlob"}, {"content-type", "application/octet-stream"}},
                    std::move(content), ctx);
  if (!reply) return std::move(reply).error();
  if (reply->status < 200 || reply->status > 299) return arm::failure(*reply).with("blob", path);
  return {};
}

Result<void> Blobs::mark_complete(std::string const& path, std::string const& name, std::string const& version,
                                  Context const& ctx) const {
  auto reply = send(
      "PUT", path, {{"comp", "metadata"}},
      {{"x-ms-meta-upload_status", "completed"}, {"x-ms-meta-name", name}, {"x-ms-meta-version", version}}, {}, ctx);
  if (!reply) return std::move(reply).error();
  if (reply->status < 200 || reply->status > 299) return arm::failure(*reply).with("blob", path);
  return {};
}

Result<std::string> Blobs::get(std::string const& path, Context const& ctx) const {
  auto reply = send("GET", path, {}, {}, {}, ctx);
  if (!reply) return std::move(reply).error();
  if (reply->status < 200 || reply->status > 299) return arm::failure(*reply).with("blob", path);
  return std::move(reply->body);
}

Result<std::vector<std::string>> Blobs::list(std::string const& prefix, Context const& ctx) const {
  std::vector<std::string> names;
  std::string marker;
  do {
    http::Query query{{"restype", "container"}, {"comp", "list"}, {"prefix", prefix}};
    if (!marker.empty()) query.emplace_back("marker", marker);
    auto reply = send("GET", "", query, {}, {}, ctx);
    if (!reply) return std::move(reply).error();
    if (reply->status < 200 || reply->status > 299) return arm::failure(*reply).with("blobs below", prefix);
    for (auto& name : xml_texts(reply->body, "Name")) names.push_back(std::move(name));
    auto const next = xml_texts(reply->body, "NextMarker");
    auto const last = std::exchange(marker, next.empty() ? std::string{} : next.front());
    if (!marker.empty() && marker == last) return Error{Errc::protocol, "the list of blobs does not end"};
  } while (!marker.empty());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace podium::inline v0::clients
