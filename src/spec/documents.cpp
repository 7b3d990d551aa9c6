#include "spec/documents.hpp"

#include "base/digest.hpp"

#include <algorithm>

namespace podium::inline v0::spec {
namespace {

std::vector<std::string> parts_of(std::string const& path) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (true) {
    auto const dot = path.find('.', begin);
    parts.push_back(path.substr(begin, dot - begin));
    if (dot == std::string::npos) return parts;
    begin = dot + 1;
  }
}

/// The node with one value replaced; null when the way leads through something that is not a mapping.
NodePtr replaced(Node const* node, std::span<std::string const> way, NodePtr const& value, NodePtr const& key) {
  if (way.empty()) return value;
  auto copy = node == nullptr ? std::make_shared<Node>() : std::make_shared<Node>(*node);
  if (node == nullptr || node->is_null()) {
    copy->kind = Node::Kind::mapping;
    copy->span = value->span;
    copy->source = value->source;
  }
  if (!copy->is_mapping()) return nullptr;
  for (auto& entry : copy->entries) {
    if (entry.key->text != way.front()) continue;
    entry.value = replaced(entry.value.get(), way.subspan(1), value, key);
    return entry.value ? copy : nullptr;
  }
  auto named = std::make_shared<Node>(*key);
  named->text = way.front();
  NodePtr below = replaced(nullptr, way.subspan(1), value, key);
  if (!below) return nullptr;
  copy->entries.push_back({std::move(named), std::move(below)});
  return copy;
}

}  // namespace

Result<Document const*> Documents::open(std::filesystem::path const& file, std::string name) {
  auto const absolute = std::filesystem::absolute(file).lexically_normal();
  for (auto const& known : documents_)
    if (known->file == absolute) return known.get();
  auto bytes = text::read_text(absolute, Limits{}.bytes);
  if (!bytes) return std::move(bytes).error();
  auto document = std::make_unique<Document>();
  document->file = absolute;
  document->folder = absolute.parent_path();
  document->name = name;
  document->digest = base::sha256(*bytes);
  document->tree = parse(std::move(name), *std::move(bytes));
  for (auto const& one : document->tree.diagnostics) add(one);
  documents_.push_back(std::move(document));
  return documents_.back().get();
}

Document const& Documents::add_text(std::string text, std::string name, std::filesystem::path const& folder) {
  auto document = std::make_unique<Document>();
  document->folder = std::filesystem::absolute(folder).lexically_normal();
  document->file = document->folder / name;
  document->name = name;
  document->digest = base::sha256(text);
  document->tree = parse(std::move(name), std::move(text));
  for (auto const& one : document->tree.diagnostics) add(one);
  documents_.push_back(std::move(document));
  return *documents_.back();
}

void Documents::override_with(Document const& document, std::span<std::pair<std::string, std::string> const> set) {
  for (auto const& known : documents_) {
    if (known.get() != &document || !known->tree.root) continue;
    for (auto const& [path, value] : set) {
      overrides_.push_back(std::make_unique<text::Source>("--set", path + "=" + value));
      auto const& source = *overrides_.back();
      auto const split = static_cast<std::uint32_t>(path.size());
      auto const key = scalar_node(source, {0, split}, path);
      auto const node = scalar_node(source, {split + 1, static_cast<std::uint32_t>(source.bytes().size())}, value);
      auto const way = parts_of(path);
      bool const empty = std::any_of(way.begin(), way.end(), [](auto const& part) { return part.empty(); });
      NodePtr root = empty ? nullptr : replaced(known->tree.root.get(), way, node, key);
      if (root) {
        known->tree.root = std::move(root);
        continue;
      }
      add({.rule = "PD1022",
           .message = empty ? "the override `" + path + "` is not a dotted path of keys"
                            : "the override `" + path + "` leads through a value that is not a mapping",
           .file = source.name(),
           .path = path,
           .primary = source.label(key->span),
           .help = "an override names keys from the top of the document, for example `inputs.lr=0.1`"});
    }
  }
}

Diagnostic& Documents::add(Diagnostic found) {
  if (full(found.severity)) {
    spare_ = std::move(found);
    return spare_;
  }
  if (found.severity == Severity::error) ++errors_;
  found_.push_back(std::move(found));
  return found_.back();
}

bool Documents::full(Severity severity) const {
  return severity == Severity::error ? errors_ >= most_diagnostics_ : found_.size() - errors_ >= most_diagnostics_;
}

bool Documents::failed() const { return errors_ > 0; }

std::vector<Diagnostic> Documents::take() {
  std::map<std::string, std::size_t> order;
  for (auto const& document : documents_) order.emplace(document->name, order.size());
  std::stable_sort(found_.begin(), found_.end(), [&](Diagnostic const& a, Diagnostic const& b) {
    auto const place = [&](Diagnostic const& one) {
      auto const known = order.find(one.file);
      return std::pair{known == order.end() ? order.size() : known->second, one.primary.where.begin};
    };
    return place(a) < place(b);
  });
  return std::move(found_);
}

}  // namespace podium::inline v0::spec
