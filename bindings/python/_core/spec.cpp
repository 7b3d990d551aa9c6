#include "bind.hpp"

#include "podium/render.hpp"
#include "podium/spec/compile.hpp"
#include "podium/spec/schema.hpp"
#include "podium/spec/validate.hpp"

#include <pybind11/stl/filesystem.h>

#include <algorithm>
#include <cstdlib>

namespace podium::python {
namespace {

spec::ValidateOptions options_of(std::string const& kind, std::vector<spec::Set> const& set, std::string const& name,
                                 std::string const& endpoint_name, bool placeholders) {
  return {.kind = kind,
          .set = set,
          .supplied = {.name = name, .endpoint_name = endpoint_name},
          .placeholders = placeholders};
}

bool has_errors(std::vector<Diagnostic> const& found) {
  return std::any_of(found.begin(), found.end(), [](Diagnostic const& one) { return one.severity == Severity::error; });
}

[[noreturn]] void refuse(Error error) {
  Result<void>{std::move(error)}.value();
  std::abort();  // value() throws
}

}  // namespace

void bind_spec(py::module_& m) {
  // Findings cross as the command line's JSON, so that there is one shape of them.
  m.def("validate_paths",
        [](std::vector<std::filesystem::path> const& paths, std::string const& kind, std::vector<spec::Set> const& set,
           std::string const& name, std::string const& endpoint_name, bool placeholders, int threads) {
          py::gil_scoped_release released;
          auto const options = options_of(kind, set, name, endpoint_name, placeholders);
          auto const checked = spec::validate_all(paths, options, threads).value();
          return render_json(checked.diagnostics, checked.files.size());
        });
  m.def("validate_text", [](std::string const& text, std::string const& called, std::filesystem::path const& folder,
                            std::string const& kind, std::vector<spec::Set> const& set, std::string const& name,
                            std::string const& endpoint_name, bool placeholders) {
    auto const options = options_of(kind, set, name, endpoint_name, placeholders);
    return render_json(spec::validate_text(text, called, folder, options).value(), 1);
  });
  m.def("compile_file",
        [](std::filesystem::path const& file, std::string const& kind, std::vector<spec::Set> const& set,
           std::string const& name, std::string const& endpoint_name, spec::CompilePlace const& place) {
          spec::CompileOptions const options{
              .name = name, .endpoint_name = endpoint_name, .kind = kind, .set = set, .place = place};
          auto const compiled = spec::compile(file, options).value();
          if (has_errors(compiled.diagnostics))
            refuse({Errc::invalid_argument, spec::first_error(compiled.diagnostics)});
          return spec::to_json(compiled.requests);
        });
  py::class_<spec::CompilePlace>(m, "CompilePlace")
      .def(py::init(
          [](std::string subscription, std::string resource_group, std::string workspace, std::string location) {
            return spec::CompilePlace{std::move(subscription), std::move(resource_group), std::move(workspace),
                                      std::move(location)};
          }));
  m.def("kinds", [] { return spec::kinds(); });
  m.def("json_schema", [](std::string const& kind) { return spec::json_schema(kind).value(); });
  m.def("explain", [](std::string const& code) {
    auto const rule = spec::find_rule(code);
    if (!rule) refuse({Errc::not_found, "there is no diagnostic `" + code + "`"});
    return std::string{rule->page};
  });
}

}  // namespace podium::python
