#pragma once

#include "podium/context.hpp"
#include "podium/data/table.hpp"

#include <pybind11/functional.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <future>

namespace podium::python {

namespace py = pybind11;

void bind_errors(py::module_& m);
void bind_nouns(py::module_& m);
void bind_workspace(py::module_& m);
void bind_features(py::module_& m);
void bind_gate(py::module_& m);
void bind_rollout(py::module_& m);
void bind_spec(py::module_& m);
void bind_stats(py::module_& m);

/// Runs `call(ctx)` without the GIL, yet lets Ctrl-C cancel it.  `timeout` in seconds; empty: waits as long as it
/// takes.
template <class Call>
auto blocking(std::optional<double> timeout, Call call) {
  using namespace std::chrono;
  std::stop_source stop;
  Context ctx{stop.get_token(), std::nullopt};
  if (timeout) ctx.deadline = steady_clock::now() + duration_cast<steady_clock::duration>(duration<double>{*timeout});

  py::gil_scoped_release released;
  auto pending = std::async(std::launch::async, [&] { return call(ctx); });
  while (pending.wait_for(milliseconds{50}) != std::future_status::ready) {
    py::gil_scoped_acquire held;
    if (PyErr_CheckSignals() == 0) continue;
    stop.request_stop();
    {
      py::gil_scoped_release again;
      pending.wait();
    }
    throw py::error_already_set{};
  }
  if constexpr (std::is_void_v<typename decltype(pending.get())::value_type>)
    pending.get().value();
  else
    return pending.get().value();
}

/// Reads anything that speaks the Arrow PyCapsule protocol (`__arrow_c_stream__`).
data::Table table_from(py::handle object);
/// A capsule named "arrow_array_stream"; columns in `order`, if that is not empty.
py::capsule capsule_of(data::Table const& table, std::vector<std::size_t> const& order = {});

}  // namespace podium::python
