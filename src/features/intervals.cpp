#include "data/location.hpp"
#include "data/storage.hpp"
#include "data/times.hpp"

#include "podium/features/materialize.hpp"

#include <algorithm>
#include <array>

namespace podium::inline v0::features {
namespace {

constexpr std::string_view record_file = "_podium/intervals.csv";
constexpr std::string_view header = "from,to,status";
constexpr std::array all_statuses{DataStatus::none, DataStatus::pending, DataStatus::incomplete, DataStatus::complete};

std::string time_text(std::int64_t us) {
  auto const seconds = data::floor_div(us, 1'000'000);
  return data::instant_text({seconds, static_cast<std::int32_t>((us - seconds * 1'000'000) * 1000)}, false);
}

std::optional<std::int64_t> time_of(std::string_view text) {
  auto const instant = data::parse_instant(text);
  std::int64_t us = 0;
  if (!instant || __builtin_mul_overflow(instant->seconds, std::int64_t{1'000'000}, &us)) return std::nullopt;
  return us + instant->nanoseconds / 1000;
}

std::optional<DataInterval> interval_of(std::string_view line) {
  auto const first = line.find(',');
  auto const second = first == std::string_view::npos ? first : line.find(',', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  auto const from = time_of(line.substr(0, first));
  auto const to = time_of(line.substr(first + 1, second - first - 1));
  auto const status =
      std::ranges::find(all_statuses, line.substr(second + 1), [](DataStatus s) { return to_string(s); });
  if (!from || !to || *from >= *to || status == all_statuses.end()) return std::nullopt;
  return DataInterval{{*from, *to}, *status};
}

struct Place {
  data::Location location;
  std::shared_ptr<data::Storage const> storage;
  std::string path;
};

Result<Place> place_of(std::string const& store, data::StorageOptions const& options) {
  auto location = data::parse_location(store, options);
  if (!location) return location.error();
  auto storage = data::open_storage(*location, options);
  if (!storage) return storage.error();
  auto path = data::join_path(location->path, record_file);
  return Place{*std::move(location), *std::move(storage), std::move(path)};
}

}  // namespace

std::string_view to_string(DataStatus status) noexcept {
  switch (status) {
    case DataStatus::none:
      return "none";
    case DataStatus::pending:
      return "pending";
    case DataStatus::incomplete:
      return "incomplete";
    case DataStatus::complete:
      return "complete";
  }
  return "unknown";
}

Result<IntervalRecord> IntervalRecord::load(std::string const& store, data::StorageOptions const& options) {
  auto const place = place_of(store, options);
  if (!place) return place.error();
  auto const there = place->storage->stat(place->path);
  if (!there) return there.error();
  IntervalRecord record;
  if (!*there) return record;
  auto const text = place->storage->get(place->path, 16 << 20);
  if (!text) return text.error();
  std::int64_t number = 0;
  for (std::size_t at = 0; at < text->size();) {
    ++number;
    auto const end = std::min(text->find('\n', at), text->size());
    auto const line = std::string_view{*text}.substr(at, end - at);
    at = end + 1;
    if (number == 1 ? line == header : line.empty()) continue;
    auto const interval = number == 1 ? std::nullopt : interval_of(line);
    if (!interval || (!record.intervals_.empty() && interval->window.from_us < record.intervals_.back().window.to_us))
      return Error{Errc::invalid_argument, "the record of materialised intervals is damaged: line " +
                                               std::to_string(number) +
                                               " is not `from,to,status` after the line before"}
          .with("file", place->location.shown(place->path));
    record.intervals_.push_back(*interval);
  }
  return record;
}

Result<void> IntervalRecord::save(std::string const& store, data::StorageOptions const& options) const {
  auto const place = place_of(store, options);
  if (!place) return place.error();
  std::string text = std::string{header} + "\n";
  for (auto const& interval : intervals_)
    text += time_text(interval.window.from_us) + "," + time_text(interval.window.to_us) + "," +
            std::string{to_string(interval.status)} + "\n";
  return place->storage->put(place->path, text);
}

Result<void> IntervalRecord::set(TimeWindow window, DataStatus status) {
  if (window.from_us >= window.to_us)
    return Error{Errc::invalid_argument, "a materialised window must end after it begins"};
  std::vector<DataInterval> out;
  auto const put = [&](TimeWindow part, DataStatus what) {
    if (part.from_us >= part.to_us || what == DataStatus::none) return;
    if (!out.empty() && out.back().status == what && out.back().window.to_us == part.from_us)
      out.back().window.to_us = part.to_us;
    else
      out.push_back({part, what});
  };
  bool done = false;
  for (auto const& old : intervals_) {
    put({old.window.from_us, std::min(old.window.to_us, window.from_us)}, old.status);
    if (!done && old.window.to_us > window.from_us) {
      put(window, status);
      done = true;
    }
    put({std::max(old.window.from_us, window.to_us), old.window.to_us}, old.status);
  }
  if (!done) put(window, status);
  if (out.size() > max_intervals)
    return Error{Errc::exhausted, "the set would have more than " + std::to_string(max_intervals) +
                                      " materialised intervals: make a new version of it, or fill the gaps first"};
  intervals_ = std::move(out);
  return {};
}

void IntervalRecord::invalidate() {
  auto old = std::exchange(intervals_, {});
  for (auto const& interval : old) static_cast<void>(set(interval.window, DataStatus::incomplete));
}

DataStatus IntervalRecord::at(std::int64_t us) const noexcept {
  for (auto const& interval : intervals_)
    if (interval.window.from_us <= us && us < interval.window.to_us) return interval.status;
  return DataStatus::none;
}

std::vector<TimeWindow> IntervalRecord::complete() const {
  std::vector<TimeWindow> out;
  for (auto const& interval : intervals_)
    if (interval.status == DataStatus::complete) out.push_back(interval.window);
  return out;
}

std::vector<TimeWindow> backfill_windows(IntervalRecord const& record, TimeWindow window,
                                         std::span<DataStatus const> statuses) {
  auto const& known = record.intervals();
  if (window.from_us == INT64_MIN) {
    if (known.empty()) return {};
    window.from_us = known.front().window.from_us;
  }
  if (window.to_us == INT64_MAX) {
    if (known.empty()) return {};
    window.to_us = known.back().window.to_us;
  }
  auto const report = coverage(record, window);
  if (!report) return {};
  std::vector<TimeWindow> out;
  for (auto const& interval : report->intervals)
    if (interval.status != DataStatus::pending && std::ranges::count(statuses, interval.status) > 0)
      out.push_back(interval.window);
  return out;
}

TimeWindow recurrent_window(std::int64_t trigger_us, std::chrono::seconds source_delay, std::chrono::seconds interval) {
  auto const end = trigger_us - std::int64_t{source_delay.count()} * 1'000'000;
  return {end - std::int64_t{interval.count()} * 1'000'000, end};
}

Result<CoverageReport> coverage(IntervalRecord const& record, TimeWindow window) {
  if (window.from_us >= window.to_us)
    return Error{Errc::invalid_argument, "a window to report on must end after it begins"};
  CoverageReport report{.window = window, .intervals = {}, .gaps = {}};
  auto at = window.from_us;
  double covered = 0;
  auto const put = [&](TimeWindow part, DataStatus status) {
    if (part.from_us >= part.to_us) return;
    report.intervals.push_back({part, status});
    if (status == DataStatus::complete) {
      covered += static_cast<double>(part.to_us) - static_cast<double>(part.from_us);
    } else if (!report.gaps.empty() && report.gaps.back().to_us == part.from_us) {
      report.gaps.back().to_us = part.to_us;
    } else {
      report.gaps.push_back(part);
    }
  };
  for (auto const& interval : record.intervals()) {
    if (interval.window.to_us <= window.from_us) continue;
    if (interval.window.from_us >= window.to_us) break;
    put({at, interval.window.from_us}, DataStatus::none);
    TimeWindow const part{std::max(at, interval.window.from_us), std::min(interval.window.to_us, window.to_us)};
    put(part, interval.status);
    at = part.to_us;
  }
  put({at, window.to_us}, DataStatus::none);
  report.covered = covered / (static_cast<double>(window.to_us) - static_cast<double>(window.from_us));
  return report;
}

}  // namespace podium::inline v0::features
