#pragma once

#include "podium/result.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace podium::inline v0::base {

/// SHA-256 in pieces; hexadecimal in lower case at the end.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  Sha256& update(std::string_view bytes);
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256(std::string_view bytes);
Result<std::string> sha256_file(std::filesystem::path const& path);

}  // namespace podium::inline v0::base
