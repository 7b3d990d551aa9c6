#include "spec/binding.hpp"

#include <optional>

namespace podium::inline v0::spec {
namespace {

bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::vector<Binding> scan(std::string_view text, std::size_t offset) {
  std::vector<Binding> found;
  std::size_t at = 0;
  while ((at = text.find("${{", at)) != std::string_view::npos) {
    auto const close = text.find("}}", at + 3);
    if (close == std::string_view::npos) break;
    std::size_t begin = at + 3;
    std::size_t end = close;
    while (begin < end && blank(text[begin])) ++begin;
    while (end > begin && blank(text[end - 1])) --end;
    auto const place = [&](std::size_t from, std::size_t to) {
      return Span{static_cast<std::uint32_t>(offset + from), static_cast<std::uint32_t>(offset + to)};
    };
    found.push_back({std::string{text.substr(begin, end - begin)}, place(at, close + 2), place(begin, end)});
    at = close + 2;
  }
  return found;
}

std::optional<std::string_view> behind(std::string_view text, std::string_view head) {
  if (!text.starts_with(head) || text.size() == head.size()) return std::nullopt;
  return text.substr(head.size());
}

}  // namespace

std::vector<Binding> bindings_in(Node const& node) {
  if (!node.is_scalar()) return {};
  auto plain = scan(node.text, 0);
  if (plain.empty()) return plain;
  auto placed = scan(std::string_view{node.source->bytes()}.substr(node.span.begin, node.span.end - node.span.begin),
                     node.span.begin);
  if (placed.size() == plain.size()) return placed;
  for (auto& one : plain) one.where = one.inside = node.span;  // behind an alias
  return plain;
}

Target target_of(std::string_view expression) {
  using enum Target::Kind;
  if (auto const name = behind(expression, "parent.inputs.")) return {parent_input, {}, std::string{*name}};
  if (auto const name = behind(expression, "parent.outputs.")) return {parent_output, {}, std::string{*name}};
  if (auto const rest = behind(expression, "parent.jobs.")) {
    auto const dot = rest->find('.');
    if (dot == std::string_view::npos || dot == 0) return {};
    std::string const job{rest->substr(0, dot)};
    auto const tail = rest->substr(dot + 1);
    if (auto const name = behind(tail, "outputs.")) return {job_output, job, std::string{*name}};
    if (auto const name = behind(tail, "inputs.")) return {job_input, job, std::string{*name}};
    return {};
  }
  if (auto const name = behind(expression, "inputs.")) return {own_input, {}, std::string{*name}};
  if (auto const name = behind(expression, "outputs.")) return {own_output, {}, std::string{*name}};
  if (auto const name = behind(expression, "search_space.")) return {search_space, {}, std::string{*name}};
  return {};
}

Span word_span(Node const& node, Binding const& binding, std::string_view word) {
  auto const text =
      std::string_view{node.source->bytes()}.substr(binding.inside.begin, binding.inside.end - binding.inside.begin);
  auto const at = text.rfind(word);
  if (word.empty() || at == std::string_view::npos) return binding.inside;
  auto const begin = binding.inside.begin + static_cast<std::uint32_t>(at);
  return {begin, begin + static_cast<std::uint32_t>(word.size())};
}

}  // namespace podium::inline v0::spec
