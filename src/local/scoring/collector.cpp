#include "local/scoring/collector.hpp"

#include "base/ids.hpp"
#include "base/time.hpp"
#include "local/scoring/router.hpp"
#include "local/store.hpp"

#include <cstdio>
#include <unistd.h>

namespace podium::inline v0::local {

Result<void> Collector::append(Collected const& call) {
  if (rate_ < 1 && uniform_of("sample" + source_ + call.request_id) >= rate_) return {};
  auto const now = std::chrono::system_clock::now();
  Json const note{{"status", call.status},
                  {"model_status", call.model_status},
                  {"mirrored", call.mirrored},
                  {"milliseconds", call.milliseconds}};
  std::string line = R"({"specversion":"1.0","id":")" + base::uuid() + R"(","time":")" + base::rfc3339(now) +
                     R"(","type":")" + type_ + R"(","source":)" + Json(source_).dump() +
                     R"(,"datacontenttype":"application/json","xrequestid":)" +
                     Json(call.request_id).dump(-1, ' ', false, Json::error_handler_t::replace) + R"(,"data":)" +
                     (call.data.empty() ? "null" : call.data) + R"(,"podium":)" + note.dump() + "}\n";
  std::scoped_lock lock{mutex_};
  auto const hour = std::chrono::floor<std::chrono::hours>(now);
  if (!out_ || hour != hour_) {
    auto const day = std::chrono::floor<std::chrono::days>(hour);
    std::chrono::year_month_day const date{day};
    char text[32];
    std::snprintf(text, sizeof text, "%04d/%02u/%02u/%02d", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>((hour - day).count()));
    auto opened = Descriptor::append(folder_ / text / (file_ + ".jsonl"));
    if (!opened) return std::move(opened).error();
    out_ = *std::move(opened);
    hour_ = hour;
  }
  for (std::string_view rest = line; !rest.empty();) {
    auto const written = ::write(out_.get(), rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      auto error = file_error("cannot record a call", {errno, std::generic_category()}, folder_);
      out_.close();
      return error;
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace podium::inline v0::local
