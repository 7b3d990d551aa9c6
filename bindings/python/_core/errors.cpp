#include "bind.hpp"

#include "podium/error.hpp"

namespace podium::python {
namespace {

struct Class {
  Errc code;
  char const* name;
  char const* doc;
};

// One row per code: the whole mapping from ours to Python's exceptions.
constexpr Class classes[] = {
    {Errc::invalid_argument, "InvalidArgumentError",
     "The request, file or policy is wrong; asking again will not help."},
    {Errc::unauthenticated, "UnauthenticatedError", "No identity, or one that was refused."},
    {Errc::permission_denied, "PermissionDeniedError", "The identity may not do this."},
    {Errc::not_found, "NotFoundError", "The thing named does not exist."},
    {Errc::conflict, "ConflictError", "The world changed, or the thing exists with other content."},
    {Errc::locked, "LockedError", "Somebody else holds the workspace or the endpoint."},
    {Errc::throttled, "ThrottledError", "The service asks for fewer requests."},
    {Errc::unavailable, "UnavailableError", "The service cannot answer now."},
    {Errc::deadline_exceeded, "DeadlineExceededError", "The timeout passed."},
    {Errc::cancelled, "CancelledError", "The caller gave up."},
    {Errc::exhausted, "ExhaustedError", "A resource of this machine ran out: disk, memory, descriptors."},
    {Errc::failed, "FailedError", "What was asked ran, and ended badly: a job, a step, a rollout."},
    {Errc::protocol, "ProtocolError", "The other side broke the contract."},
    {Errc::internal, "InternalError", "A defect of Podium's."},
};

// Immortal on purpose: exceptions may be raised while the interpreter shuts down.
std::map<Errc, PyObject*>& registry() {
  static auto* types = new std::map<Errc, PyObject*>;
  return *types;
}

void raise(Error const& error) {
  auto const type = py::handle{registry().at(error.code())};
  py::object instance = type(error.to_string());
  instance.attr("code") = std::string{to_string(error.code())};
  instance.attr("message") = error.message();
  py::dict context;
  for (auto const& [key, value] : error.context()) context[py::str(key)] = value;
  instance.attr("context") = context;
  instance.attr("status") = error.service() ? py::cast(error.service()->status) : py::none();
  instance.attr("service_code") = error.service() ? py::cast(error.service()->code) : py::none();
  instance.attr("request_id") = error.service() ? py::cast(error.service()->request_id) : py::none();
  PyErr_SetObject(type.ptr(), instance.ptr());
}

}  // namespace

void bind_errors(py::module_& m) {
  auto* base =
      PyErr_NewExceptionWithDoc("podium.Error", "Base of everything that Podium raises.", PyExc_RuntimeError, nullptr);
  m.attr("Error") = py::handle{base};
  for (auto const& one : classes) {
    auto* type = PyErr_NewExceptionWithDoc((std::string{"podium."} + one.name).c_str(), one.doc, base, nullptr);
    m.attr(one.name) = py::handle{type};
    registry()[one.code] = type;
  }
  py::register_exception_translator([](std::exception_ptr pending) {
    try {
      if (pending) std::rethrow_exception(pending);
    } catch (Exception const& exception) {
      raise(exception.error());
    }
  });
}

}  // namespace podium::python
