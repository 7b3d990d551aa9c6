#include "podium/spec/validate.hpp"

#include <cstdint>
#include <cstdlib>

using namespace podium;

/// The first line is PATH=VALUE, the rest the document that it overrides.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  std::string_view const input{reinterpret_cast<char const*>(data), size};
  auto const end = input.find('\n');
  auto const line = input.substr(0, end);
  auto const equal = line.find('=');
  if (end == std::string_view::npos || equal == std::string_view::npos) return 0;
  spec::ValidateOptions const options{
      .set = {{std::string{line.substr(0, equal)}, std::string{line.substr(equal + 1)}}}};
  if (!spec::validate_text(input.substr(end + 1), "fuzz.yml", "/nonexistent", options)) std::abort();
  return 0;
}
