#include "flights/peak_memory.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <string>
#include <unistd.h>
#include <vector>

namespace flights {
namespace {

struct Process {
  std::int64_t parent = 0;
  std::int64_t kib = 0;
};

/// Parent and resident size out of /proc/PID/status; a process that has gone meanwhile has neither.
Process look_at(std::filesystem::path const& folder) {
  Process found;
  std::ifstream status{folder / "status"};
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("PPid:")) found.parent = std::stoll(line.substr(5));
    if (line.starts_with("VmRSS:")) found.kib = std::stoll(line.substr(6));
  }
  return found;
}

/// This process and everything below it.  Pages that several share count several times, so it is an upper bound.
std::int64_t family_kib() {
  std::map<std::int64_t, Process> all;
  std::error_code error;
  for (std::filesystem::directory_iterator entry{"/proc", error}, end; entry != end && !error; entry.increment(error)) {
    std::string const name = entry->path().filename().string();
    if (std::ranges::all_of(name, [](unsigned char c) { return std::isdigit(c); }))
      all[std::stoll(name)] = look_at(entry->path());
  }
  std::vector<std::int64_t> family{::getpid()};
  std::int64_t total = 0;
  for (std::size_t next = 0; next < family.size(); ++next) {
    total += all[family[next]].kib;
    for (auto const& [id, process] : all)
      if (process.parent == family[next]) family.push_back(id);
  }
  return total;
}

}  // namespace

PeakMemory::PeakMemory()
    : watcher_{[this](std::stop_token stop) {
        std::mutex mutex;
        std::condition_variable_any wake;
        while (!stop.stop_requested()) {
          peak_kib_ = std::max(peak_kib_.load(), family_kib());
          std::unique_lock lock{mutex};
          wake.wait_for(lock, stop, std::chrono::milliseconds{100}, [] { return false; });
        }
      }} {}

double PeakMemory::mebibytes() const { return static_cast<double>(peak_kib_) / 1024; }

}  // namespace flights
