#include "gate/metrics.hpp"

#include <charconv>
#include <cmath>

namespace podium::inline v0::gate {
namespace {

/// A linear form over the four counts, and what is left over.
struct Linear {
  Payoff gain;
  double constant = 0;

  bool is_constant() const {
    return gain.true_positive == 0 && gain.false_positive == 0 && gain.false_negative == 0 && gain.true_negative == 0;
  }
};

Linear scaled(Linear value, double by) {
  for (auto* one : {&value.gain.true_positive, &value.gain.false_positive, &value.gain.false_negative,
                    &value.gain.true_negative, &value.constant})
    *one *= by;
  return value;
}

Linear plus(Linear a, Linear const& b) {
  a.gain.true_positive += b.gain.true_positive;
  a.gain.false_positive += b.gain.false_positive;
  a.gain.false_negative += b.gain.false_negative;
  a.gain.true_negative += b.gain.true_negative;
  a.constant += b.constant;
  return a;
}

/// sum := product (('+' | '-') product)*;  product := factor (('*' | '/') factor)*;
/// factor := ['-'] (number | 'sum' '(' count ')' | '(' sum ')').
class Parser {
 public:
  explicit Parser(std::string_view text) : text_{text} {}

  Result<Linear> read() {
    auto value = sum(0);
    skip();
    if (value && at_ < text_.size()) return wrong("expected an operator");
    return value;
  }

 private:
  static constexpr int deepest = 50;

  Error wrong(std::string const& why) const {
    return Error{Errc::invalid_argument, "expression `" + std::string{text_} + "`: " + why + " at character " +
                                             std::to_string(at_ + 1) +
                                             "; write a sum such as sum(tp)*120 - sum(fp)*15"};
  }
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  bool take(char c) {
    skip();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  Result<Linear> sum(int depth) {
    auto value = product(depth);
    while (value) {
      bool const add = take('+');
      if (!add && !take('-')) return value;
      auto next = product(depth);
      if (!next) return next;
      value = plus(*value, scaled(*next, add ? 1 : -1));
    }
    return value;
  }

  Result<Linear> product(int depth) {
    auto value = factor(depth);
    while (value) {
      bool const times = take('*');
      if (!times && !take('/')) return value;
      auto next = factor(depth);
      if (!next) return next;
      if (!next->is_constant() && (!times || !value->is_constant())) return wrong("counts may only be added");
      if (!times && next->constant == 0) return wrong("division by 0");
      value = !times                ? scaled(*value, 1 / next->constant)
              : next->is_constant() ? scaled(*value, next->constant)
                                    : scaled(*next, value->constant);
    }
    return value;
  }

  Result<Linear> factor(int depth) {
    if (depth > deepest) return wrong("too many brackets");
    if (take('-')) {
      auto value = factor(depth + 1);
      return value ? Result<Linear>{scaled(*value, -1)} : value;
    }
    if (take('(')) {
      auto value = sum(depth + 1);
      if (value && !take(')')) return wrong("expected `)`");
      return value;
    }
    skip();
    if (text_.substr(at_).starts_with("sum")) {
      at_ += 3;
      return count();
    }
    double number = 0;
    auto const end = std::from_chars(text_.data() + at_, text_.data() + text_.size(), number);
    if (end.ec != std::errc{} || !std::isfinite(number)) return wrong("expected a number or `sum(...)`");
    at_ = static_cast<std::size_t>(end.ptr - text_.data());
    return Linear{{}, number};
  }

  Result<Linear> count() {
    if (!take('(')) return wrong("expected `(`");
    skip();
    Linear value;
    auto const name = text_.substr(at_, 2);
    if (name == "tp")
      value.gain.true_positive = 1;
    else if (name == "fp")
      value.gain.false_positive = 1;
    else if (name == "fn")
      value.gain.false_negative = 1;
    else if (name == "tn")
      value.gain.true_negative = 1;
    else
      return wrong("expected one of tp, fp, fn, tn");
    at_ += 2;
    if (!take(')')) return wrong("expected `)`");
    return value;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Result<Payoff> read_payoff(std::string_view expression) {
  auto value = Parser{expression}.read();
  if (!value) return std::move(value).error();
  if (value->constant != 0)
    return Error{Errc::invalid_argument,
                 "expression `" + std::string{expression} + "`: a constant is the same for both models; leave it out"};
  if (value->is_constant())
    return Error{Errc::invalid_argument, "expression `" + std::string{expression} + "` counts nothing"};
  return value->gain;
}

}  // namespace podium::inline v0::gate
