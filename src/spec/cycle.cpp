#include "spec/cycle.hpp"

#include <map>
#include <string_view>
#include <utility>

namespace podium::inline v0::spec {
namespace {

void report(Reader& reader, std::vector<Edge const*> const& way) {
  auto begin = way.end() - 1;
  while (begin != way.begin() && (*begin)->from != way.back()->to) --begin;
  std::string names = (*begin)->from;
  for (auto edge = begin; edge != way.end(); ++edge) names += " -> " + (*edge)->to;
  auto const& last = *way.back();
  Diagnostic problem{.rule = "PD1034",
                     .message = last.from == last.to ? "the step `" + last.from + "` waits for itself"
                                                     : "steps wait for each other in a circle: " + names,
                     .file = last.place.file,
                     .path = last.path,
                     .primary = last.place,
                     .help = "a step can only use outputs of steps that do not need its own"};
  for (auto edge = begin; edge + 1 != way.end(); ++edge) {
    problem.related.push_back((*edge)->place);
    problem.related.back().text = "`" + (*edge)->from + "` waits for `" + (*edge)->to + "`";
  }
  for (auto const& label : reader.included()) problem.related.push_back(label);
  reader.documents().add(std::move(problem));
}

enum class State : std::uint8_t { untouched, open, done };

}  // namespace

void report_cycles(Reader& reader, std::vector<Edge> const& edges) {
  std::map<std::string_view, std::vector<Edge const*>> out;
  for (auto const& edge : edges) out[edge.from].push_back(&edge);
  std::map<std::string_view, State> state;
  struct Open {
    std::string_view step;
    std::size_t next = 0;
  };
  // Depth first with a stack of its own: a chain of steps may be as long as the file.
  for (auto const& [start, unused] : out) {
    if (state[start] != State::untouched) continue;
    std::vector<Open> stack{{start}};
    std::vector<Edge const*> way;
    state[start] = State::open;
    while (!stack.empty()) {
      auto& top = stack.back();
      auto const found = out.find(top.step);
      if (found == out.end() || top.next == found->second.size()) {
        state[top.step] = State::done;
        stack.pop_back();
        if (!way.empty()) way.pop_back();
        continue;
      }
      auto const* edge = found->second[top.next++];
      auto& seen = state[edge->to];
      if (seen == State::done) continue;
      way.push_back(edge);
      if (seen == State::open) {
        report(reader, way);
        way.pop_back();
        continue;
      }
      seen = State::open;
      stack.push_back({edge->to});
    }
  }
}

}  // namespace podium::inline v0::spec
