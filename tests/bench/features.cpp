// Our side of tests/bench/features.py: joins files, or tables read from them, and prints one line of JSON about it.
//
//   bench_features --left FILE --right FILE[,FILE...] --on ts --by k[,k2] [--delay-us N] [--lookback-us N]
//                  [--threads N] [--rounds N] [--memory-limit BYTES] [--out FILE] [--plugin FILE]
//
// Without --out the inputs are in memory and the result is a table; with it, Parquet files are joined into one. Several
// right files with `--delays`/`--lookbacks` lists and `--bys` (keys of each, `+` between them) are feature sets of one
// retrieval.
#include "data/state.hpp"
#include "data/view.hpp"

#include "podium/features/retrieve.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>

namespace {

using namespace podium;

std::map<std::string, std::string> arguments(int argc, char** argv) {
  std::map<std::string, std::string> out;
  for (int i = 1; i + 1 < argc; i += 2) out[std::string{argv[i]}.substr(2)] = argv[i + 1];
  return out;
}

std::vector<std::string> split(std::string const& text, char by = ',') {
  std::vector<std::string> out;
  std::istringstream in{text};
  for (std::string part; std::getline(in, part, by);) out.push_back(part);
  return out;
}

/// A line of /proc/self/status, in bytes.
double status_bytes(std::string const& name) {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(name + ":")) return std::stod(line.substr(name.size() + 1)) * 1024;
  return 0;
}

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Non-null cells and the sum of every number column that the right gave; sums of whole numbers, so any order does.
std::string checksum(data::Table const& table, std::size_t first_column) {
  std::string out;
  auto const& state = table.state();
  for (std::size_t c = first_column; c < state.fields.size(); ++c) {
    double sum = 0;
    std::int64_t count = 0;
    for (auto const& chunk : state.columns[c]) {
      data::Decoded const decoded{state.fields[c], chunk};
      auto const& type = decoded.type();
      bool const number = type.kind == data::Kind::floating && type.width == 8, text = type.is_text();
      for (std::int64_t i = 0; i < chunk.length; ++i) {
        auto const j = decoded[i];
        if (j < 0) continue;
        ++count;
        sum += number ? data::values<double>(decoded.values())[j]
               : text ? static_cast<double>(data::bytes(type, decoded.values(), j).size())
                      : static_cast<double>(static_cast<std::uint8_t const*>(
                            decoded.values().array->buffers[1])[(decoded.values().offset + j) * type.width]);
      }
    }
    out += (out.empty() ? "" : ",") + std::to_string(count) + ":" + std::to_string(static_cast<std::int64_t>(sum));
  }
  return out;
}

struct Numbers {
  std::vector<double> wall, cpu;
  double peak = 0;
  std::string checksum;
  std::string plan;
};

void print(Numbers const& numbers) {
  std::printf("{\"wall\": [");
  for (std::size_t i = 0; i < numbers.wall.size(); ++i) std::printf("%s%.4f", i ? ", " : "", numbers.wall[i]);
  std::printf("], \"cpu\": [");
  for (std::size_t i = 0; i < numbers.cpu.size(); ++i) std::printf("%s%.4f", i ? ", " : "", numbers.cpu[i]);
  std::printf("], \"peak\": %.0f, \"checksum\": \"%s\", \"plan\": \"%s\"}\n", numbers.peak, numbers.checksum.c_str(),
              numbers.plan.c_str());
}

template <class Work>
void measure(Numbers& numbers, int rounds, Work work) {
  std::ofstream{"/proc/self/clear_refs"} << "5";  // the peak starts from here
  auto const before = status_bytes("VmRSS");
  for (int round = 0; round < rounds; ++round) {
    auto const start = std::chrono::steady_clock::now();
    auto const cpu = cpu_seconds();
    work(round + 1 == rounds);
    numbers.wall.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    numbers.cpu.push_back(cpu_seconds() - cpu);
    if (round == 0) numbers.peak = status_bytes("VmHWM") - before;
  }
}

std::string text(std::map<std::string, std::string> const& options, char const* name, char const* otherwise = "") {
  auto const found = options.find(name);
  return found == options.end() ? otherwise : found->second;
}

std::vector<features::Source> sources(std::map<std::string, std::string> const& options) {
  auto const files = split(text(options, "right")), bys = split(text(options, "bys"));
  auto const delays = split(text(options, "delays")), lookbacks = split(text(options, "lookbacks"));
  std::vector<features::Source> out;
  for (std::size_t s = 0; s < files.size(); ++s) {
    features::Source source{.rows = data::read(files[s]).value()};
    source.spec.name = "set" + std::to_string(s);
    source.spec.timestamp_column = text(options, "on");
    source.spec.source_delay = std::chrono::seconds{std::stoll(delays[s]) / 1'000'000};
    if (auto const lookback = std::stoll(lookbacks[s]); lookback >= 0)
      source.spec.temporal_join_lookback = std::chrono::seconds{lookback / 1'000'000};
    for (auto const& key : split(bys[s], '+')) source.spec.index_columns.push_back({key, "", ""});
    out.push_back(std::move(source));
  }
  return out;
}

int run(std::map<std::string, std::string> const& options) {
  if (auto const plugin = text(options, "plugin"); !plugin.empty()) data::set_plugin_path(plugin);
  int const threads = std::stoi(text(options, "threads", "1")), rounds = std::stoi(text(options, "rounds", "5"));
  Numbers numbers;
  if (options.contains("bys")) {
    auto const left = data::read(text(options, "left")).value();
    auto const sets = sources(options);
    for (auto const& set : sets) checksum(set.rows, 0);
    measure(numbers, rounds, [&](bool last) {
      auto const result = features::get_offline_features(sets, left, text(options, "on"), {.threads = threads}).value();
      if (last) numbers.checksum = checksum(result.table, left.column_names().size());
      numbers.plan = result.plans.front();
    });
    print(numbers);
    return 0;
  }

  features::AsofOptions join{.on = text(options, "on"), .by = split(text(options, "by"))};
  if (auto const delay = std::stoll(text(options, "delay-us", "0")); delay > 0)
    join.delay = std::chrono::nanoseconds{std::chrono::microseconds{delay}};
  if (auto const lookback = std::stoll(text(options, "lookback-us", "-1")); lookback >= 0)
    join.tolerance = std::chrono::nanoseconds{std::chrono::microseconds{lookback}};
  join.resources = {.threads = threads, .memory_limit = std::stoull(text(options, "memory-limit", "0"))};
  if (auto const out = text(options, "out"); !out.empty()) {
    data::Dataset::open(text(options, "left")).value();  // loads the plug-in
    measure(numbers, rounds, [&](bool) {
      auto const left = data::Dataset::open(text(options, "left")).value();
      auto const right = data::Dataset::open(split(text(options, "right"))).value();
      numbers.plan = features::asof_join_to_parquet(left, right, out, join).value().plan;
    });
  } else {
    auto const left = data::read(text(options, "left")).value(), right = data::read(text(options, "right")).value();
    checksum(left, 0), checksum(right, 0);  // what is mapped is in memory from here on
    measure(numbers, rounds, [&](bool last) {
      auto const result = features::asof_join(left, right, join).value();
      if (last) numbers.checksum = checksum(result, left.column_names().size());
    });
  }
  print(numbers);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cout << "driven by tests/bench/features.py\n";
    return 0;
  }
  try {
    return run(arguments(argc, argv));
  } catch (std::exception const& e) {
    std::cerr << "bench_features: " << e.what() << '\n';
    return 1;
  }
}
