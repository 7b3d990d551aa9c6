// How long the point-in-time join takes on tables of the demo's shape and on the headline workload, in memory.
// Prints a table; compare lines of one run only.
#include "podium/data/builder.hpp"
#include "podium/features/retrieve.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <random>
#include <string>

namespace {

using namespace podium;
using Clock = std::chrono::steady_clock;
constexpr std::int64_t year_us = 365LL * 86400 * 1'000'000;

std::string word(char const* stem, std::uint64_t number) { return stem + std::to_string(number); }

struct Request {
  data::Table observations;
  std::vector<features::Source> sources;
};

model::FeatureSetSpec spec(std::string name, std::vector<std::string> const& keys, std::chrono::seconds delay,
                           std::chrono::seconds lookback) {
  model::FeatureSetSpec made;
  made.name = std::move(name);
  made.timestamp_column = "ts";
  made.source_delay = delay;
  made.temporal_join_lookback = lookback;
  for (auto const& key : keys) made.index_columns.push_back({key, "", ""});
  return made;
}

/// 336,776 flights in the order of the year; weather by origin, late rates by carrier, route and origin.
Request flights() {
  using namespace std::chrono_literals;
  std::mt19937_64 random{1};
  std::size_t const n = 336'776;
  std::vector<std::string> carrier, origin, dest;
  std::vector<std::int64_t> time, landing;
  for (std::size_t i = 0; i < n; ++i) {
    carrier.push_back(word("C", random() % 16));
    origin.push_back(word("O", random() % 3));
    dest.push_back(word("D", random() % 105));
    time.push_back(static_cast<std::int64_t>(i) * (year_us / static_cast<std::int64_t>(n)) / 60'000'000 * 60'000'000);
    landing.push_back(time.back() + static_cast<std::int64_t>(60 + random() % 300) * 60'000'000);
  }
  Request request{.observations = data::TableBuilder{}
                                      .add("carrier", carrier)
                                      .add("origin", origin)
                                      .add("dest", dest)
                                      .add_timestamps("t", time)
                                      .build()
                                      .value(),
                  .sources = {}};

  std::vector<std::string> station;
  std::vector<std::int64_t> hour;
  for (int o = 0; o < 3; ++o)
    for (int h = 0; h < 8705; ++h) {
      station.push_back(word("O", static_cast<std::uint64_t>(o)));
      hour.push_back(std::int64_t{h} * 3'600'000'000);
    }
  data::TableBuilder weather;
  weather.add("origin", station).add_timestamps("ts", hour);
  for (int c = 0; c < 9; ++c)
    weather.add(word("w", static_cast<std::uint64_t>(c)), std::vector<double>(hour.size(), c));
  request.sources.push_back({spec("weather", {"origin"}, 1h, 6h), weather.build().value(), {}});

  std::vector<double> const rate(n, 0.25);
  std::vector<std::int64_t> const count(n, 12);
  auto const rates = [&](char const* name, std::vector<std::string> const& keys, std::chrono::seconds lookback) {
    data::TableBuilder rows;
    for (auto const& key : keys) rows.add(key, key == "carrier" ? carrier : key == "origin" ? origin : dest);
    rows.add_timestamps("ts", landing).add(word(name, 1), rate).add(word(name, 2), count);
    request.sources.push_back({spec(name, keys, 15min, lookback), rows.build().value(), {}});
  };
  rates("carrier_delays", {"carrier"}, 24h);
  rates("route_delays", {"origin", "dest"}, 7 * 24h);
  rates("origin_delays", {"origin"}, 24h);
  return request;
}

/// A million observations, ten million rows in random order, a hundred thousand whole-number keys, eight features.
Request headline() {
  using namespace std::chrono_literals;
  std::mt19937_64 random{2};
  auto const table = [&](std::size_t rows, char const* time, int features) {
    std::vector<std::int64_t> key(rows), ts(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      key[i] = static_cast<std::int64_t>(random() % 100'000);
      ts[i] = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(year_us));
    }
    data::TableBuilder made;
    made.add("k", key).add_timestamps(time, ts);
    for (int c = 0; c < features; ++c) made.add(word("f", static_cast<std::uint64_t>(c)), std::vector<double>(rows, c));
    return made.build().value();
  };
  return {.observations = table(1'000'000, "t", 0),
          .sources = {{spec("fs", {"k"}, 20min, 30 * 24h), table(10'000'000, "ts", 8), {}}}};
}

/// A line of /proc/self/status, in MiB.
double status_mib(std::string const& name) {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(name + ":")) return std::stod(line.substr(name.size() + 1)) / 1024;
  return 0;
}

/// Best and median of five, for one and two threads, and the peak of memory above the inputs.
void measure(char const* name, Request const& request) {
  for (int const threads : {1, 2}) {
    std::vector<double> seconds;
    std::ofstream{"/proc/self/clear_refs"} << "5";  // the peak starts from here
    auto const before = status_mib("VmRSS");
    std::int64_t matched = 0;
    for (int run = 0; run < 5; ++run) {
      auto const start = Clock::now();
      auto const result =
          features::get_offline_features(request.sources, request.observations, "t", {.threads = threads}).value();
      seconds.push_back(std::chrono::duration<double>(Clock::now() - start).count());
      matched = result.summaries.front().counts.at(features::Reason::matched);
    }
    std::ranges::sort(seconds);
    std::printf("%-10s %8d %10.3f %10.3f %12.0f %12.0f %12lld\n", name, threads, seconds[0], seconds[2],
                status_mib("VmHWM") - before, status_mib("VmHWM"), static_cast<long long>(matched));
  }
}

}  // namespace

int main() {
  std::printf("%-10s %8s %10s %10s %12s %12s %12s\n", "workload", "threads", "best s", "median s", "above MiB",
              "peak MiB", "matched");
  measure("flights", flights());
  measure("headline", headline());
}
