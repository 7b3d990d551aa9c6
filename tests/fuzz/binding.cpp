#include "spec/binding.hpp"

#include "text/source.hpp"

#include <cstdint>
#include <cstdlib>

using namespace podium;

/// A scalar with whatever looks like `${{...}}` in it.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string const text{reinterpret_cast<char const*>(data), size};
  text::Source const source{"fuzz", text};
  auto const node = spec::scalar_node(source, {0, static_cast<std::uint32_t>(size)}, text);
  for (auto const& binding : spec::bindings_in(*node)) {
    if (binding.where.end > size || binding.inside.begin < binding.where.begin ||
        binding.inside.end > binding.where.end)
      std::abort();
    auto const target = spec::target_of(binding.expression);
    auto const span = spec::word_span(*node, binding, target.name);
    if (span.begin > span.end || span.end > size) std::abort();
  }
  return 0;
}
