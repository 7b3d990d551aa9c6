#include "podium/spec/schema.hpp"
#include "podium/spec/validate.hpp"

#include <cstdint>
#include <cstdlib>

using namespace podium;

/// The first byte picks the kind: 0 lets it be found.  The rest is the document.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static auto const kinds = spec::kinds();
  if (size == 0) return 0;
  std::string_view const text{reinterpret_cast<char const*>(data) + 1, size - 1};
  spec::ValidateOptions options{.placeholders = (data[0] & 0x80) != 0};
  std::size_t const pick = data[0] & 0x7F;
  if (pick > 0) options.kind = kinds[(pick - 1) % kinds.size()];
  auto const found = spec::validate_text(text, "fuzz.yml", "/nonexistent", options);
  if (!found) std::abort();
  for (auto const& one : *found)
    if (one.rule.empty() || one.primary.where.begin > one.primary.where.end || one.primary.start.line == 0)
      std::abort();
  return 0;
}
