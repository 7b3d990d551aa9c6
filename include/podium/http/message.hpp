#pragma once

#include "podium/version.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace podium::inline v0::http {

/// Header fields in order; names compare without case.
class PODIUM_API Headers {
 public:
  using Field = std::pair<std::string, std::string>;
  Headers() = default;
  Headers(std::initializer_list<Field> fields) : fields_{fields} {}

  /// The first field of that name; nullptr if there is none.
  std::string const* find(std::string_view name) const noexcept;
  std::string get(std::string_view name) const;   ///< empty if absent
  void set(std::string name, std::string value);  ///< replaces all fields of that name
  void add(std::string name, std::string value);
  void erase(std::string_view name);

  auto begin() const noexcept { return fields_.begin(); }
  auto end() const noexcept { return fields_.end(); }
  bool empty() const noexcept { return fields_.empty(); }

 private:
  std::vector<Field> fields_;
};

struct Request {
  std::string method = "GET";
  std::string url;  ///< absolute: "https://host[:port]/path?query", percent-encoded
  Headers headers{};
  std::string body{};
};

struct Response {
  int status = 0;
  Headers headers{};
  std::string body{};
};

}  // namespace podium::inline v0::http
