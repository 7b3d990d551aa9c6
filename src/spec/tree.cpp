#include "spec/tree.hpp"

#include "spec/lines.hpp"
#include "spec/locate.hpp"
#include "spec/quoted.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <unordered_map>
#include <unordered_set>

namespace podium::inline v0::spec {

Entry const* Node::entry(std::string_view key) const {
  for (auto const& entry : entries)
    if (entry.key->text == key) return &entry;
  return nullptr;
}

Node const* Node::find(std::string_view key) const {
  auto const* found = entry(key);
  return found == nullptr ? nullptr : found->value.get();
}

NodePtr scalar_node(text::Source const& source, Span span, std::string text) {
  auto node = std::make_shared<Node>();
  node->type = resolve(text);
  node->text = std::move(text);
  node->span = span;
  node->source = &source;
  return node;
}

namespace {

constexpr std::size_t most_duplicates = 100;

/// Ends a parse from inside a callback.
struct Stop {
  Diagnostic why;
};

std::uint32_t narrow(std::size_t offset) { return static_cast<std::uint32_t>(offset); }

class Builder : public YAML::EventHandler {
 public:
  Builder(text::Source const& source, Limits const& limits, std::vector<Diagnostic>& found)
      : source_{source}, limits_{limits}, found_{found} {}

  NodePtr root;
  std::vector<Span> quoted;  ///< quoted and block scalars, in order of place

  void OnDocumentStart(YAML::Mark const&) override {}
  void OnDocumentEnd() override {}

  void OnAnchor(YAML::Mark const& mark, std::string const& name) override {
    if (names_.insert(name).second || found_.size() >= most_duplicates) return;
    std::size_t const start = at(mark);
    found_.push_back({.rule = "PD1006",
                      .severity = Severity::warning,
                      .message = "the anchor `" + name + "` is defined twice; azure-ai-ml refuses such a file",
                      .file = source_.name(),
                      .path = {},
                      .primary = source_.label({narrow(start), narrow(word_end(bytes(), start))}),
                      .help = "give each anchor a name of its own"});
  }

  void OnNull(YAML::Mark const& mark, YAML::anchor_t anchor) override {
    std::size_t const start = skip_properties(bytes(), at(mark));
    auto node = std::make_shared<Node>();
    std::size_t const end = null_end(bytes(), start);
    bool const written = end > start && !(awaits_value() && first_key_follows(start));
    // An empty value stands nowhere: show the key that lacks it.
    node->span = written ? Span{narrow(start), narrow(end)} : last_span_;
    if (written) node->text = bytes().substr(start, end - start);
    add(std::move(node), anchor);
  }

  void OnScalar(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                std::string const& value) override {
    std::size_t const start = skip_properties(bytes(), at(mark));
    auto node = std::make_shared<Node>();
    node->text = value;
    char const first = start < bytes().size() ? bytes()[start] : '\0';
    bool const block = (first == '|' || first == '>') && tag != "?";
    node->plain = tag == "?";
    node->span = {narrow(start), narrow(scalar_end(bytes(), start, value, node->plain, block))};
    node->type = typed(tag, value, node->span);
    if (!node->plain) check_quoted(first, block, node->span);
    // Of quoted text over several lines, yaml-cpp loses breaks at either end.
    if (first == '\'' || first == '"') {
      auto const source = std::string_view{bytes()}.substr(node->span.begin, node->span.end - node->span.begin);
      if (source.size() > 1 && source.back() == first && source.find_first_of("\n\r") != std::string_view::npos)
        node->text = unfold_quoted(source);
    }
    add(std::move(node), anchor);
  }

  void OnAlias(YAML::Mark const& mark, YAML::anchor_t anchor) override {
    auto const known = anchors_.find(anchor);
    std::size_t const start = at(mark);
    std::size_t const end = word_end(bytes(), start);
    if (known == anchors_.end())
      stop("PD1005", start, "this alias stands inside its own anchor", "a document cannot contain itself");
    grow(known->second.size, start);
    auto node = std::make_shared<Node>(*known->second.node);
    node->span = {narrow(start), narrow(end)};
    place(std::move(node), known->second.size);
  }

  void OnSequenceStart(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Kind::sequence);
  }
  void OnMapStart(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, Node::Kind::mapping);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    std::shared_ptr<Node> node;
    YAML::anchor_t anchor = 0;
    NodePtr key;  // mappings: waits for its value
    std::size_t size = 1;
    std::unordered_map<std::string, std::size_t> own;  // mappings: where each key stands in the entries
    std::vector<Entry> merged;                         // mappings: from `<<`, weaker than the mapping's own
    std::unordered_set<std::string> merged_keys;
    std::size_t start = 0;
  };
  struct Anchored {
    NodePtr node;
    std::size_t size = 1;
  };

  std::string const& bytes() const { return source_.bytes(); }
  std::size_t at(YAML::Mark const& mark) const {
    return std::min(bytes().size(), static_cast<std::size_t>(std::max(0, mark.pos)));
  }
  bool awaits_value() const { return !stack_.empty() && stack_.back().node->is_mapping() && stack_.back().key; }

  /// `a:` and then, on a later line, a key that is itself spelled like a null.
  bool first_key_follows(std::size_t start) const {
    auto const between =
        std::string_view{bytes()}.substr(last_span_.end, start - std::min<std::size_t>(start, last_span_.end));
    auto const after = skip_blanks(bytes(), null_end(bytes(), start));
    return between.find('\n') != std::string_view::npos && after < bytes().size() && bytes()[after] == ':';
  }

  [[noreturn]] void stop(std::string rule, std::size_t offset, std::string message, std::string help) {
    std::size_t const end = std::min(bytes().size(), offset + 1);
    throw Stop{{.rule = std::move(rule),
                .message = std::move(message),
                .file = source_.name(),
                .path = {},
                .primary = source_.label({narrow(offset), narrow(end)}),
                .help = std::move(help)}};
  }

  void grow(std::size_t by, std::size_t offset) {
    total_ += by;
    if (total_ > limits_.nodes)
      stop("PD1005", offset,
           "the document holds more than " + std::to_string(limits_.nodes) + " values, aliases counted each time",
           "split the document, or use fewer aliases");
  }

  /// yaml-cpp takes the end of the file for the closing quote.
  void check_quoted(char quote, bool block, Span span) {
    quoted.push_back(span);
    if (block || (quote != '"' && quote != '\'')) return;
    if (span.end < span.begin + 2 || bytes()[span.end - 1] != quote)
      stop("PD1001", span.begin, "this quote is never closed", "close it, or quote the text with the other quotes");
  }

  ScalarType tagged_number(ScalarType type, std::string const& value, Span span) {
    std::int64_t whole = 0;
    double number = 0;
    bool const fits = type == ScalarType::integer ? resolve(value) == type || parse_python_int(value, whole)
                                                  : resolve(value) == type || parse_python_float(value, number);
    if (!fits)
      stop("PD1001", span.begin,
           "the text `" + value + "` is not " + (type == ScalarType::integer ? "an integer" : "a number"),
           "remove the tag");
    return type;
  }

  ScalarType typed(std::string const& tag, std::string const& value, Span span) {
    if (tag == "?" && value == "=")
      stop("PD1001", span.begin, "a bare `=` means nothing in YAML 1.1", "put it in quotes: \"=\"");
    if (tag == "?") return resolve(value);
    if (tag == "!" || tag == "tag:yaml.org,2002:str" || tag == "tag:yaml.org,2002:binary") return ScalarType::string;
    if (tag == "tag:yaml.org,2002:int") return tagged_number(ScalarType::integer, value, span);
    if (tag == "tag:yaml.org,2002:float") return tagged_number(ScalarType::floating, value, span);
    if (tag == "tag:yaml.org,2002:bool") return ScalarType::boolean;
    if (tag == "tag:yaml.org,2002:null") return ScalarType::null;
    if (tag == "tag:yaml.org,2002:timestamp") return ScalarType::timestamp;
    stop("PD1001", span.begin, "the tag `" + tag + "` means nothing here", "remove the tag");
  }

  void open(YAML::Mark const& mark, std::string const& tag, YAML::anchor_t anchor, Node::Kind kind) {
    if (stack_.size() >= limits_.depth)
      stop("PD1005", at(mark), "the document is nested deeper than " + std::to_string(limits_.depth) + " levels",
           "no Azure ML document needs that");
    std::string_view const fits = kind == Node::Kind::mapping ? "tag:yaml.org,2002:map" : "tag:yaml.org,2002:seq";
    if (tag != "?" && tag != "!" && !tag.empty() && tag != fits)
      stop("PD1001", at(mark), "the tag `" + tag + "` means nothing here", "remove the tag");
    std::size_t const start = skip_properties(bytes(), at(mark));
    auto node = std::make_shared<Node>();
    node->kind = kind;
    node->plain = true;
    grow(1, start);
    stack_.emplace_back();
    stack_.back().node = std::move(node);
    stack_.back().anchor = anchor;
    stack_.back().start = start;
  }

  void close() {
    Open top = std::move(stack_.back());
    stack_.pop_back();
    auto& node = *top.node;
    if (node.is_mapping() && !top.merged.empty()) {
      std::vector<Entry> all;
      for (auto& entry : top.merged)
        if (!top.own.contains(entry.key->text)) all.push_back(std::move(entry));
      std::move(node.entries.begin(), node.entries.end(), std::back_inserter(all));
      node.entries = std::move(all);
    }
    char const opener = node.is_mapping() ? '{' : '[';
    if (top.start < bytes().size() && bytes()[top.start] == opener) {
      std::size_t const inside = std::max<std::size_t>(top.start + 1, last_end_);
      node.span = {narrow(top.start), narrow(flow_end(bytes(), inside, node.is_mapping() ? '}' : ']'))};
    } else {
      node.span = {narrow(top.start), narrow(std::max(top.start, last_end_))};
    }
    finish(std::move(top.node), top.anchor, top.size);
  }

  void add(std::shared_ptr<Node> node, YAML::anchor_t anchor) {
    grow(1, node->span.begin);
    finish(std::move(node), anchor, 1);
  }

  void finish(std::shared_ptr<Node> node, YAML::anchor_t anchor, std::size_t size) {
    node->source = &source_;
    if (anchor != 0) anchors_[anchor] = {node, size};
    place(std::move(node), size);
  }

  void place(std::shared_ptr<Node> node, std::size_t size) {
    last_span_ = node->span;
    last_end_ = std::max<std::size_t>(last_end_, node->span.end);
    if (stack_.empty()) {
      root = std::move(node);
      return;
    }
    auto& top = stack_.back();
    top.size += size;
    if (top.node->is_sequence()) {
      top.node->items.push_back(std::move(node));
    } else if (!top.key) {
      if (!node->is_scalar())
        stop("PD1001", node->span.begin, "a mapping or list cannot be a key here",
             "`{{...}}` needs quotes around it; a key is a word");
      top.key = std::move(node);
    } else {
      NodePtr const key = std::move(top.key);
      top.key = nullptr;
      if (key->plain && key->text == "<<")
        merge(top, *node);
      else
        put(top, key, std::move(node));
    }
  }

  void put(Open& top, NodePtr const& key, NodePtr value) {
    auto& entries = top.node->entries;
    auto const [known, fresh] = top.own.emplace(key->text, entries.size());
    if (fresh) {
      entries.push_back({key, std::move(value)});
      return;
    }
    auto& entry = entries[known->second];
    if (found_.size() < most_duplicates)
      found_.push_back({.rule = "PD1007",
                        .severity = Severity::warning,
                        .message = "the key `" + key->text + "` is given twice; the first value is lost",
                        .file = source_.name(),
                        .path = key->text,
                        .primary = source_.label(key->span),
                        .related = {source_.label(entry.key->span, "first given here")},
                        .help = "keep one of them"});
    entry = {key, std::move(value)};
  }

  void merge(Open& top, Node const& from) {
    auto const take = [&](Node const& map) {
      for (auto const& entry : map.entries) {
        if (top.merged_keys.insert(entry.key->text).second) top.merged.push_back(entry);
      }
    };
    bool good = from.is_mapping();
    if (good) take(from);
    if (from.is_sequence()) {
      good = std::all_of(from.items.begin(), from.items.end(), [](NodePtr const& item) { return item->is_mapping(); });
      if (good)
        for (auto const& item : from.items) take(*item);
    }
    if (!good) stop("PD1001", from.span.begin, "`<<` takes in a mapping or a list of mappings", "write `<<: *name`");
  }

  text::Source const& source_;
  Limits const& limits_;
  std::vector<Diagnostic>& found_;
  std::vector<Open> stack_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  std::set<std::string> names_;
  std::size_t total_ = 0;
  std::size_t last_end_ = 0;
  Span last_span_;
};

Diagnostic at_offset(text::Source const& source, std::string rule, std::size_t offset, std::string message,
                     std::string help) {
  std::size_t const begin = std::min(offset, source.bytes().size());
  std::size_t const end = std::min(source.bytes().size(), begin + 1);
  return {.rule = std::move(rule),
          .message = std::move(message),
          .file = source.name(),
          .path = {},
          .primary = source.label({narrow(begin), narrow(end)}),
          .help = std::move(help)};
}

}  // namespace

Tree parse(std::string name, std::string bytes, Limits const& limits) {
  Tree tree;
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.erase(0, 3);
  tree.source = std::make_unique<text::Source>(std::move(name), with_line_feeds(std::move(bytes)));
  auto const& source = *tree.source;
  auto const fail = [&](Diagnostic why) {
    tree.root = nullptr;
    tree.diagnostics.push_back(std::move(why));
  };
  if (auto const bad = text::find_bad_utf8(source.bytes()); bad != std::string::npos) {
    fail(at_offset(source, "PD1002", bad, "the file is not UTF-8 text", "save the file as UTF-8"));
    return tree;
  }
  if (auto const bad = find_control(source.bytes()); bad != std::string::npos) {
    fail(at_offset(source, "PD1002", bad, "a control character stands in the text", "remove it"));
    return tree;
  }
  Builder builder{source, limits, tree.diagnostics};
  try {
    std::istringstream in{for_parser(source.bytes())};
    YAML::Parser parser{in};
    bool const any = parser.HandleNextDocument(builder);
    tree.root = builder.root;
    if (any && parser) {
      std::vector<Diagnostic> ignored;
      Builder second{source, limits, ignored};
      if (parser.HandleNextDocument(second) && second.root) {
        fail(second_document(source, tree.root ? tree.root->span.begin : 0, second.root->span.begin));
        return tree;
      }
    }
  } catch (Stop& stop) {
    fail(std::move(stop.why));
    return tree;
  } catch (YAML::Exception const& problem) {
    fail(explain(source, static_cast<std::size_t>(std::max(0, problem.mark.pos)), problem.msg));
    return tree;
  }
  if (auto const tab = stray_tab(source.bytes(), builder.quoted); tab != std::string::npos) {
    fail(at_offset(source, "PD1001", tab, "a tab stands outside of quotes", "replace it by blanks"));
    return tree;
  }
  if (!tree.root || tree.root->is_null()) {
    fail(at_offset(source, "PD1004", 0, "the file is empty", "an Azure ML document is a mapping of keys to values"));
  } else if (!tree.root->is_mapping()) {
    fail(at_offset(source, "PD1004", tree.root->span.begin, "the document is not a mapping",
                   "an Azure ML document is a mapping of keys to values"));
  }
  return tree;
}

}  // namespace podium::inline v0::spec
