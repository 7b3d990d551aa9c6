#pragma once

#include "local/executor/process.hpp"

#include <chrono>
#include <mutex>
#include <string>

namespace podium::inline v0::local {

/// What one call left to record.
struct Collected {
  std::string request_id;
  std::string data;      ///< JSON text; empty: null
  int status = 0;        ///< what the endpoint answered, or would have
  int model_status = 0;  ///< what the script answered; 0: nothing
  bool mirrored = false;
  double milliseconds = 0;  ///< in run()
};

/// Appends one collection of a deployment to
/// {folder}/{yyyy}/{MM}/{dd}/{HH}/{file}.jsonl, a line per call, written at once.  Safe to call from several threads.
class Collector {
 public:
  /// `source`: the deployment's id; `type`: "azureml.inference.model_outputs".
  Collector(std::filesystem::path folder, std::string file, std::string source, std::string type, double rate)
      : folder_{std::move(folder)},
        file_{std::move(file)},
        source_{std::move(source)},
        type_{std::move(type)},
        rate_{rate} {}

  Result<void> append(Collected const& call);

 private:
  std::filesystem::path folder_;
  std::string file_;
  std::string source_;
  std::string type_;
  double rate_;
  std::mutex mutex_;
  std::chrono::sys_time<std::chrono::hours> hour_{};
  Descriptor out_;
};

}  // namespace podium::inline v0::local
