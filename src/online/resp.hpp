#pragma once

#include "podium/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Redis' protocol: commands out, replies in.
namespace podium::inline v0::online {

using Command = std::vector<std::string>;

/// Appends a command as it goes over the wire.
void append(std::string& out, Command const& command);

struct Reply {
  enum class Kind : std::uint8_t { nil, text, status, error, integer, array };
  Kind kind = Kind::nil;
  std::string text{};  ///< of text, status and error
  std::int64_t integer = 0;
  std::vector<Reply> items{};

  bool is_error(std::string_view prefix) const { return kind == Kind::error && text.starts_with(prefix); }
};

/// Takes replies out of bytes as they come.
class ReplyReader {
 public:
  ReplyReader();
  ~ReplyReader();
  ReplyReader(ReplyReader&&) noexcept;
  ReplyReader& operator=(ReplyReader&&) noexcept;

  void feed(std::string_view bytes);
  /// The next whole reply; nullopt: more bytes are needed.
  Result<std::optional<Reply>> next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace podium::inline v0::online
