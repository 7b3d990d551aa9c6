#include "base/letters.hpp"
#include "spec/scalar.hpp"
#include "spec/wire/writer.hpp"

#include <cmath>

/// Spellings of scalars.
namespace podium::inline v0::spec::wire {
namespace {

double number_in(Value const& value) {
  if (value.kind == Value::Kind::integer) return static_cast<double>(value.integer);
  if (value.kind == Value::Kind::number) return value.number;
  double parsed = 0;
  return parse_python_float(value.text, parsed) ? parsed : 0;
}

template <int Numerator, int Denominator>
Json write_duration(Writer&, Value const& value) {
  return duration(number_in(value) * Numerator / Denominator);
}

template <int Numerator, int Denominator>
Json read_duration(Json const& json) {
  if (!json.is_string()) return json;
  double const seconds = seconds_of(json.get_ref<std::string const&>());
  if (seconds < 0) return json;
  double const units = seconds * Denominator / Numerator;
  if (units == std::floor(units)) return static_cast<std::int64_t>(units);
  return units;
}

Json write_text(Writer&, Value const& value) {
  switch (value.kind) {
    case Value::Kind::text:
      return value.text;
    case Value::Kind::integer:
      return std::to_string(value.integer);
    case Value::Kind::number:
      return python_float(value.number);
    case Value::Kind::boolean:
      return value.boolean ? "True" : "False";
    case Value::Kind::opaque:
      if (value.node != nullptr && value.node->is_scalar())
        return spec::python_text(value.node->text, value.node->type);
      return value.node == nullptr ? Json{} : plain_json(*value.node);
    default:
      return nullptr;
  }
}

Json write_compute(Writer& writer, Value const& value) { return writer.compute_id(value.text); }

/// An id becomes `azureml:` and the id, which is valid wherever a reference is.
Json read_reference(Json const& json) {
  if (!json.is_string()) return json;
  auto const& text = json.get_ref<std::string const&>();
  if (text.starts_with("azureml:") || text == "serverless" || text == "local") return json;
  return "azureml:" + text;
}

Json write_as_is(Writer&, Value const& value) {
  return value.node == nullptr ? Json(value.text) : plain_json(*value.node);
}

}  // namespace

Spelling const seconds{write_duration<1, 1>, read_duration<1, 1>};
Spelling const milliseconds{write_duration<1, 1000>, read_duration<1, 1000>};
Spelling const minutes{write_duration<60, 1>, read_duration<60, 1>};
Spelling const python_text{write_text, nullptr};
Spelling const compute{write_compute, read_reference};
Spelling const component_id{nullptr, read_reference};
Spelling const lower_text{[](Writer&, Value const& value) { return Json(base::lower_case(value.text)); }, nullptr};
Spelling const camel_word{
    [](Writer&, Value const& value) { return Json(camel(value.text)); },
    [](Json const& json) { return json.is_string() ? Json(snake(json.get<std::string>())) : json; }};
Spelling const as_is{write_as_is, [](Json const& json) { return json; }};

}  // namespace podium::inline v0::spec::wire
