#include "spec/cron.hpp"
#include "spec/iso_time.hpp"
#include "spec/kinds/resource_wire.hpp"
#include "spec/kinds/resources.hpp"
#include "spec/kinds/rows.hpp"
#include "spec/reader.hpp"
#include "spec/time_zone.hpp"

#include <string>

/// When something happens: of schedules, compute instances and materialization.
namespace podium::inline v0::spec::kinds {
namespace {

using enum Shape::Kind;

void check_expression(Reader& reader, Node const& node, Value& value) {
  auto problem = check_cron(value.text);
  if (!problem || is_placeholder(value.text)) return;
  auto& found = reader.error("PD1151", node, std::move(problem->message), std::move(problem->help));
  // Quotes and escapes apart, the text stands in the file as it is.
  auto const length = node.span.end - node.span.begin;
  std::uint32_t const quote = length == value.text.size() + 2 ? 1 : 0;
  if (length != value.text.size() + 2 * quote || problem->begin >= problem->end) return;
  Span const part{node.span.begin + quote + static_cast<std::uint32_t>(problem->begin),
                  node.span.begin + quote + static_cast<std::uint32_t>(problem->end)};
  if (part.end <= node.span.end) found.primary = node.source->label(part);
}

void check_zone(Reader& reader, Node const& node, Value& value) {
  if (is_time_zone(value.text) || is_placeholder(value.text)) return;
  auto const near = nearest_time_zone(value.text);
  reader.warning("PD1152", node, "`" + value.text + "` is not a time zone",
                 near.empty() ? "use a Windows name, for example `W. Europe Standard Time` or `UTC`"
                              : "did you mean `" + std::string{near} + "`?");
}

void check_time(Reader& reader, Node const& node, Value& value) {
  if (!node.is_scalar() || (node.type != ScalarType::string && node.type != ScalarType::timestamp)) {
    value.kind = Value::Kind::none;
    if (node.is_null())
      reader.error("PD1017", node, "a value is missing: expected a date and time", "give a value, or remove the key");
    else
      reader.error("PD1012", node, "expected a date and time, found " + found(node));
    return;
  }
  auto plain = plain_time(node.text);
  value.kind = Value::Kind::text;
  value.text = plain ? *plain : node.text;
  if (is_placeholder(node.text)) return;
  if (!plain) {
    reader
        .error("PD1156", node, "`" + node.text + "` is not a date and time",
               "write for example `\"2026-01-31T06:00:00\"`")
        .official = "Not a valid ISO8601-formatted datetime string: " + node.text;
  } else if (node.type == ScalarType::timestamp) {
    auto& problem = reader.warning("PD1150", node, "the official client refuses a date and time without quotes",
                                   "put it in quotes: \"" + node.text + "\"");
    problem.fix = Fix{node.span, "\"" + node.text + "\"", Applicability::safe};
  }
}

void check_compute_time(Reader& reader, Node const& node, Value& value) {
  if (plain_time(value.text) || is_placeholder(value.text)) return;
  reader.error("PD1156", node, "`" + value.text + "` is not a date and time",
               "write for example `\"2026-01-31T06:00:00\"`");
}

constexpr Shape expression{.kind = string, .check = check_expression};
constexpr Shape time_zone{.kind = string, .check = check_zone};
constexpr Shape time{.kind = any, .name = "a date and time", .check = check_time};
constexpr Shape compute_time{.kind = string, .check = check_compute_time};

void check_period(Reader& reader, Node const&, Value& value) {
  auto const& start = value.at("start_time");
  auto const& end = value.at("end_time");
  if (!start || !end || start.text.size() != 19 || end.text.size() != 19 || start.text < end.text) return;
  Reader::Step const step{reader, "end_time"};
  reader.warning("PD1015", *end.node, "the schedule ends before it starts", "exchange `start_time` and `end_time`")
      .related.push_back(start.node->source->label(start.node->span, "the start"));
}

constexpr Field type_row[] = {{.name = "type", .shape = &string_shape, .wire = "-", .doc = "`cron` or `recurrence`."}};
constexpr Field period_rows[] = {
    {.name = "start_time",
     .shape = &time,
     .doc = "Date and time of the beginning, in quotes: `\"2026-01-31T06:00:00\"`."},
    {.name = "end_time", .shape = &time, .doc = "Date and time of the end, in quotes."},
    {.name = "time_zone",
     .shape = &time_zone,
     .unsent = "\"UTC\"",
     .doc = "Time zone by its Windows name, for example `W. Europe Standard Time`; UTC when absent."}};
constexpr Field compute_period_rows[] = {
    {.name = "start_time", .shape = &compute_time, .doc = "Date and time of the beginning, in quotes."},
    {.name = "time_zone",
     .shape = &time_zone,
     .unsent = "\"UTC\"",
     .doc = "Time zone by its Windows name; UTC when absent."}};
constexpr Field expression_row[] = {
    {.name = "expression",
     .shape = &expression,
     .need = Need::required,
     .doc = "Minutes, hours, days, months and days of the week, for example `0 16 * * 1`."}};

constexpr std::string_view frequencies[] = {"minute", "hour", "day", "week", "month"};
constexpr Word frequency_words[] = {
    {"minute", "minute"}, {"hour", "hour"}, {"day", "day"}, {"week", "week"}, {"month", "month"}};
constexpr Shape frequency{.kind = string, .values = frequencies, .any_case = true, .words = frequency_words};
constexpr Shape interval{.kind = integer, .min = 1};
constexpr Field frequency_row[] = {{.name = "frequency",
                                    .shape = &frequency,
                                    .need = Need::required,
                                    .doc = "Unit: `minute`, `hour`, `day`, `week` or `month`."}};

constexpr Shape hour{.kind = integer, .name = "an hour, 0 to 23", .min = 0, .max = 23};
constexpr Shape minute{.kind = integer, .name = "a minute, 0 to 59", .min = 0, .max = 59};
constexpr Shape month_day{.kind = integer, .name = "a day of the month, 1 to 31", .min = 1, .max = 31};
constexpr std::string_view days[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};
constexpr Word day_words[] = {{"monday", "monday"},     {"tuesday", "tuesday"}, {"wednesday", "wednesday"},
                              {"thursday", "thursday"}, {"friday", "friday"},   {"saturday", "saturday"},
                              {"sunday", "sunday"}};
constexpr Shape week_day{.kind = string, .values = days, .any_case = true, .words = day_words};
constexpr Shape hour_list{.kind = list, .item = &hour};
constexpr Shape minute_list{.kind = list, .item = &minute};
constexpr Shape month_day_list{.kind = list, .item = &month_day};
constexpr Shape week_day_list{.kind = list, .item = &week_day};
constexpr Shape hours{.kind = either,
                      .name = "an hour or a list of hours",
                      .scalar = &hour,
                      .sequence = &hour_list,
                      .wire = &one_or_more};
constexpr Shape minutes{.kind = either,
                        .name = "a minute or a list of minutes",
                        .scalar = &minute,
                        .sequence = &minute_list,
                        .wire = &one_or_more};
constexpr Shape month_days{.kind = either,
                           .name = "a day or a list of days",
                           .scalar = &month_day,
                           .sequence = &month_day_list,
                           .wire = &one_or_more};
constexpr Shape week_days{.kind = either,
                          .name = "a day or a list of days",
                          .scalar = &week_day,
                          .sequence = &week_day_list,
                          .wire = &one_or_more};

constexpr Field pattern_fields[] = {
    {.name = "hours", .shape = &hours, .need = Need::required, .doc = "Hours of the day, 0 to 23: one, or a list."},
    {.name = "minutes",
     .shape = &minutes,
     .need = Need::required,
     .doc = "Minutes of the hour, 0 to 59: one, or a list."},
    {.name = "week_days", .shape = &week_days, .doc = "Days of the week: one, or a list."},
    {.name = "month_days", .shape = &month_days, .doc = "Days of the month: one, or a list."}};
constexpr Shape pattern{.kind = object, .name = "a mapping with `hours` and `minutes`", .fields = pattern_fields};
constexpr Field compute_pattern_fields[] = {
    {.name = "week_days", .shape = &week_day_list, .doc = "Days of the week, a list."},
    {.name = "hours", .shape = &hour_list, .need = Need::required, .doc = "Hours of the day, a list."},
    {.name = "minutes", .shape = &minute_list, .need = Need::required, .doc = "Minutes of the hour, a list."}};
constexpr Shape compute_pattern{
    .kind = object, .name = "a mapping with `hours` and `minutes`", .fields = compute_pattern_fields};

constexpr Field interval_rows[] = {{.name = "interval",
                                    .shape = &interval,
                                    .need = Need::required,
                                    .doc = "Number of units from one run to the next."},
                                   {.name = "schedule",
                                    .shape = &pattern,
                                    .unsent = R"({"hours":[],"minutes":[]})",
                                    .doc = "Hours, minutes and days within the unit."}};
constexpr Field compute_interval_rows[] = {{.name = "interval",
                                            .shape = &interval,
                                            .need = Need::required,
                                            .doc = "Number of units from one time to the next."},
                                           {.name = "schedule",
                                            .shape = &compute_pattern,
                                            .unsent = R"({"hours":[],"minutes":[]})",
                                            .doc = "Hours, minutes and days within the unit."}};

constexpr Hint cron_hints[] = {{"frequency", "only `type: recurrence` has a frequency"},
                               {"interval", "only `type: recurrence` has an interval"},
                               {"cron", "write `expression:`"}};
constexpr Hint recurrence_hints[] = {{"expression", "only `type: cron` has an expression"},
                                     {"hours", "it belongs into `schedule:`"},
                                     {"minutes", "it belongs into `schedule:`"},
                                     {"week_days", "it belongs into `schedule:`"}};
constexpr auto cron_fields = rows(type_row, period_rows, expression_row);
constexpr auto recurrence_fields = rows(type_row, period_rows, frequency_row, interval_rows);
constexpr auto compute_cron_fields = rows(type_row, compute_period_rows, expression_row);
constexpr auto compute_recurrence_fields = rows(type_row, compute_period_rows, frequency_row, compute_interval_rows);

constexpr Shape cron{
    .kind = object, .name = "a trigger", .fields = cron_fields, .hints = cron_hints, .check = check_period};
constexpr Shape recurrence{
    .kind = object, .name = "a trigger", .fields = recurrence_fields, .hints = recurrence_hints, .check = check_period};
constexpr Shape compute_cron{.kind = object, .name = "a trigger", .fields = compute_cron_fields, .hints = cron_hints};
constexpr Shape compute_recurrence{
    .kind = object, .name = "a trigger", .fields = compute_recurrence_fields, .hints = recurrence_hints};
constexpr Alternative triggers[] = {{"cron", &cron, "Cron"}, {"recurrence", &recurrence, "Recurrence"}};
constexpr Alternative compute_triggers[] = {{"cron", &compute_cron, "Cron"},
                                            {"recurrence", &compute_recurrence, "Recurrence"}};
constexpr Alternative only_recurrence[] = {{"recurrence", &recurrence, "Recurrence"}};

}  // namespace

constexpr Shape trigger{.kind = tagged,
                        .name = "a trigger",
                        .any_case = true,
                        .tag = "type",
                        .alternatives = triggers,
                        .wire_tag = "triggerType"};
constexpr Shape compute_trigger{.kind = tagged,
                                .name = "a trigger",
                                .any_case = true,
                                .tag = "type",
                                .alternatives = compute_triggers,
                                .wire_tag = "triggerType"};
constexpr Shape recurrence_trigger{.kind = tagged,
                                   .name = "a trigger",
                                   .any_case = true,
                                   .tag = "type",
                                   .alternatives = only_recurrence,
                                   .wire_tag = "triggerType"};

}  // namespace podium::inline v0::spec::kinds
