#include "spec/kinds/included.hpp"

#include "spec/files.hpp"

#include <memory>
#include <system_error>

namespace podium::inline v0::spec::kinds {

void read_included(Reader& reader, Node const& node, Value& value, Shape const* (*pick)(Node const& root)) {
  auto const path = resolved(reader, value.text);
  std::error_code problem;
  if (!std::filesystem::is_regular_file(path, problem)) {
    reader.error("PD1050", node, "the file `" + value.text + "` does not exist",
                 "paths start at the folder of this file");
    value.kind = Value::Kind::none;
    return;
  }
  auto const opened = reader.documents().open(path, named_beside(reader.document(), value.text));
  if (!opened) {
    reader.error("PD1050", node, opened.error().message());
    value.kind = Value::Kind::none;
    return;
  }
  Document const& file = **opened;
  if (!file.tree.root) {
    value.kind = Value::Kind::none;  // the parser has said why
    return;
  }
  auto& known = reader.documents().components[file.file.string()];
  if (!known) {
    known = std::make_shared<Value>();
    if (auto const* shape = pick(*file.tree.root); shape != nullptr) {
      Reader inside{reader.documents(), file, reader.purpose()};
      auto chain = reader.included();
      chain.push_back(node.source->label(node.span, "included from here"));
      inside.included_as(reader.path(), std::move(chain));
      *known = inside.read(*shape, *file.tree.root);
    }
  }
  std::string absolute = file.file.string();
  value = *known;
  value.local = true;
  value.text = std::move(absolute);
}

}  // namespace podium::inline v0::spec::kinds
