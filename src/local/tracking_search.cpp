#include "base/letters.hpp"
#include "local/store_state.hpp"
#include "local/tracking.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace podium::inline v0::local {
namespace {

Error bad_filter(std::string what) {
  return Error{Errc::invalid_argument, std::move(what) +
                                           "; the local workspace understands `metrics.m > 0.5`, `params.p = 'x'`, "
                                           "`tags.t = 'x'`, `attributes.status = 'FINISHED'`, joined by `and`"};
}

std::optional<double> number(std::string_view text) {
  double value = 0;
  auto const [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_{text} {}

  void blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
  }
  bool done() {
    blanks();
    return at_ >= text_.size();
  }
  bool word(std::string_view expected) {
    blanks();
    auto const size = expected.size();
    if (base::lower_case(text_.substr(at_, size)) != expected) return false;
    if (at_ + size < text_.size() && text_[at_ + size] != ' ' && text_[at_ + size] != '\'') return false;
    at_ += size;
    return true;
  }
  /// A name, or one in double quotes or backticks.
  std::optional<std::string> name() {
    blanks();
    if (at_ < text_.size() && (text_[at_] == '`' || text_[at_] == '"')) return quoted(text_[at_]);
    std::string out;
    while (at_ < text_.size() && std::string_view{" =!<>.,"}.find(text_[at_]) == std::string_view::npos)
      out += text_[at_++];
    if (out.empty()) return std::nullopt;
    return out;
  }
  /// The rest of a key: dots belong to it.
  std::optional<std::string> key() {
    if (at_ < text_.size() && (text_[at_] == '`' || text_[at_] == '"')) return quoted(text_[at_]);
    std::string out;
    while (at_ < text_.size() && std::string_view{" =!<>,"}.find(text_[at_]) == std::string_view::npos)
      out += text_[at_++];
    if (out.empty()) return std::nullopt;
    return out;
  }
  bool dot() {
    if (at_ >= text_.size() || text_[at_] != '.') return false;
    ++at_;
    return true;
  }
  std::optional<std::string> comparison() {
    blanks();
    for (std::string_view const sign : {"!=", ">=", "<=", "=", ">", "<"})
      if (text_.substr(at_, sign.size()) == sign) {
        at_ += sign.size();
        return std::string{sign};
      }
    if (word("like")) return "like";
    if (word("ilike")) return "ilike";
    return std::nullopt;
  }
  std::optional<std::pair<std::string, bool>> value() {
    blanks();
    if (at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"')) {
      auto text = quoted(text_[at_]);
      if (!text) return std::nullopt;
      return std::pair{*std::move(text), false};
    }
    std::string out;
    while (at_ < text_.size() && text_[at_] != ' ') out += text_[at_++];
    if (!number(out)) return std::nullopt;
    return std::pair{out, true};
  }

 private:
  std::optional<std::string> quoted(char mark) {
    auto const end = text_.find(mark, at_ + 1);
    if (end == std::string_view::npos) return std::nullopt;
    std::string out{text_.substr(at_ + 1, end - at_ - 1)};
    at_ = end + 1;
    return out;
  }
  std::string_view text_;
  std::size_t at_ = 0;
};

/// "metrics" for metric, metrics, "attributes" for attribute, run, nothing; empty: unknown.
std::string entity_of(std::string_view name) {
  auto const entity = base::lower_case(name);
  if (entity == "metric" || entity == "metrics") return "metrics";
  if (entity == "param" || entity == "params" || entity == "parameter" || entity == "parameters") return "params";
  if (entity == "tag" || entity == "tags") return "tags";
  if (entity == "attribute" || entity == "attributes" || entity == "attr" || entity == "run") return "attributes";
  return {};
}

/// `%` any text, `_` any character.
bool like(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '%') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && (pattern[p] == '_' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '%') ++p;
  return p == pattern.size();
}

template <class T>
bool compare(T const& left, std::string_view sign, T const& right) {
  if (sign == "=") return left == right;
  if (sign == "!=") return left != right;
  if (sign == ">") return left > right;
  if (sign == ">=") return left >= right;
  if (sign == "<") return left < right;
  return sign == "<=" && left <= right;
}

std::optional<std::string> attribute(Run const& run, std::string const& key) {
  if (key == "status") return run.status;
  if (key == "run_id" || key == "run_uuid") return run.id;
  if (key == "run_name" || key == "Run name") return run.name;
  if (key == "user_id" || key == "User") return run.user;
  if (key == "start_time" || key == "created" || key == "Created") return std::to_string(run.started_ms);
  if (key == "end_time") return std::to_string(run.ended_ms);
  if (key == "artifact_uri") return std::string{};
  return std::nullopt;
}

std::optional<std::string> text_value(Run const& run, std::string const& entity, std::string const& key) {
  if (entity == "attributes") return attribute(run, key);
  for (auto const& [name, value] : entity == "params" ? run.params : run.tags)
    if (name == key) return value;
  return std::nullopt;
}

std::optional<double> metric_value(Run const& run, std::string const& key) {
  for (auto const& metric : run.metrics)
    if (metric.key == key) return metric.value;
  return std::nullopt;
}

}  // namespace

Result<RunFilter> RunFilter::parse(std::string_view text) {
  RunFilter out;
  Scanner scan{text};
  while (!scan.done()) {
    if (!out.clauses_.empty() && !scan.word("and")) return bad_filter("conditions can only be joined by `and`");
    Clause clause;
    auto first = scan.name();
    if (!first) return bad_filter("a condition has no name");
    clause.entity = "attributes";
    clause.key = *first;
    if (scan.dot()) {
      clause.entity = entity_of(*first);
      auto key = scan.key();
      if (clause.entity.empty() || !key) return bad_filter("`" + *first + "` is nothing to filter by");
      clause.key = *key;
    }
    auto sign = scan.comparison();
    if (!sign) return bad_filter("`" + clause.key + "` is followed by no comparison");
    auto value = scan.value();
    if (!value) return bad_filter("`" + clause.key + "` is compared with nothing");
    clause.comparison = *sign;
    clause.value = value->first;
    clause.number = value->second;
    if (clause.entity == "metrics" && !clause.number)
      return bad_filter("metric `" + clause.key + "` is compared with a text");
    if (clause.entity == "attributes" && !attribute(Run{}, clause.key))
      return bad_filter("runs have no attribute `" + clause.key + "`");
    out.clauses_.push_back(std::move(clause));
  }
  return out;
}

bool RunFilter::matches(Run const& run) const {
  return std::all_of(clauses_.begin(), clauses_.end(), [&](Clause const& clause) {
    if (clause.entity == "metrics") {
      auto const value = metric_value(run, clause.key);
      return value && compare(*value, clause.comparison, *number(clause.value));
    }
    auto const value = text_value(run, clause.entity, clause.key);
    if (!value) return false;
    if (clause.comparison == "like") return like(clause.value, *value);
    if (clause.comparison == "ilike") return like(base::lower_case(clause.value), base::lower_case(*value));
    if (clause.number)
      if (auto const left = number(*value)) return compare(*left, clause.comparison, *number(clause.value));
    return compare(*value, clause.comparison, clause.value);
  });
}

Result<void> sort_runs(std::vector<Run>& runs, std::vector<std::string> const& order_by) {
  std::stable_sort(runs.begin(), runs.end(), [](Run const& a, Run const& b) { return a.started_ms > b.started_ms; });
  // The last term first: stable sorts leave the order of earlier ones within equals.
  for (auto term = order_by.rbegin(); term != order_by.rend(); ++term) {
    Scanner scan{*term};
    auto first = scan.name();
    if (!first) return bad_filter("an order has no name");
    std::string entity = "attributes";
    std::string key = *first;
    if (scan.dot()) {
      entity = entity_of(*first);
      auto rest = scan.key();
      if (entity.empty() || !rest) return bad_filter("`" + *first + "` is nothing to sort by");
      key = *rest;
    }
    bool const descending = scan.word("desc");
    if (!descending) scan.word("asc");
    if (!scan.done()) return bad_filter("an order says more than a name and asc or desc");
    std::stable_sort(runs.begin(), runs.end(), [&](Run const& a, Run const& b) {
      if (entity == "metrics") {
        auto const left = metric_value(a, key);
        auto const right = metric_value(b, key);
        // Runs without the metric, or with one that is no number, come last in either direction.
        bool const has_left = left && !std::isnan(*left);
        bool const has_right = right && !std::isnan(*right);
        if (!has_left || !has_right) return has_left && !has_right;
        return descending ? *left > *right : *left < *right;
      }
      auto const left = text_value(a, entity, key);
      auto const right = text_value(b, entity, key);
      if (!left || !right) return left.has_value() && !right.has_value();
      auto const left_number = number(*left);
      auto const right_number = number(*right);
      if (left_number && right_number) return descending ? *left_number > *right_number : *left_number < *right_number;
      return descending ? *left > *right : *left < *right;
    });
  }
  return {};
}

}  // namespace podium::inline v0::local
