#pragma once

#include "local/executor.hpp"
#include "local/executor/plan.hpp"
#include "local/executor/reuse.hpp"
#include "local/executor/schedule.hpp"

#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace podium::inline v0::local {

/// Places for processes: first come, first served.
class Slots {
 public:
  explicit Slots(std::size_t count) : free_{count} {}
  bool acquire(std::stop_token const& stop);  ///< false: stop was requested
  void release();

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::size_t free_;
};

/// How a step ended, and what later steps need to know of it.
struct StepResult {
  Schedule::Outcome outcome = Schedule::Outcome::completed;
  std::string job;
  std::string error;
  std::string identity;  ///< "step:{key}" where an equal key means equal outputs, else "job:{job}"
  Json outputs = Json::object();
};

/// Carries out one step, or a command job: inputs, reuse, process, outputs, record.
class StepRunner {
 public:
  StepRunner(Executor::Wiring const& wiring, InFlight& in_flight, Slots& slots)
      : wiring_{wiring}, in_flight_{in_flight}, slots_{slots} {}

  struct Task {
    Plan const& plan;
    Step const& step;
    std::map<std::string, StepResult> const& earlier;  ///< results of the steps that it needs
    std::string job;
    std::string parent;  ///< empty: a job of its own
    std::string tracking_url;
  };
  StepResult run(Task const& task, std::stop_token const& stop);

 private:
  struct Value;
  struct Prepared;
  Result<void> create(Task const& task) const;
  Result<std::map<std::string, Value>> inputs(Task const& task) const;
  Result<Prepared> prepare(Task const& task) const;
  Result<StepResult> carry_out(Task const& task, Prepared& prepared, std::stop_token const& stop);
  Result<std::optional<StepResult>> reuse(Task const& task, Prepared const& prepared, std::string& reason);
  Result<StepResult> execute(Task const& task, Prepared const& prepared, std::stop_token const& stop);
  Result<void> complete(Task const& task, Prepared const& prepared);
  std::vector<std::pair<std::string, std::string>> environment(Task const& task, Prepared const& prepared) const;

  Executor::Wiring const& wiring_;
  InFlight& in_flight_;
  Slots& slots_;
};

}  // namespace podium::inline v0::local
