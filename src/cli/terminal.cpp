#include "cli/terminal.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace podium::cli {

int fail(Terminal& term, std::string_view command, Error const& error) {
  term.err << "podium " << command << ": " << error.to_string() << '\n';
  switch (error.code()) {
    case Errc::invalid_argument:
      return Exit::usage;
    case Errc::conflict:
    case Errc::locked:
      return Exit::world_changed;
    case Errc::cancelled:
      return Exit::interrupted;
    default:
      return Exit::not_done;
  }
}

std::string table(std::vector<std::vector<std::string>> const& rows) {
  std::vector<std::size_t> width;
  for (auto const& row : rows) {
    width.resize(std::max(width.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) width[i] = std::max(width[i], row[i].size());
  }
  std::string text;
  for (auto const& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) line.append(width[i] - row[i].size() + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
  }
  return text;
}

std::string signed_number(double value) {
  if (!std::isfinite(value)) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%+.4f", value);
  return text;
}

std::string quote(std::string_view text) {
  std::string quoted = "\"";
  for (char const c : text) {
    switch (c) {
      case '"':
        quoted += "\\\"";
        break;
      case '\\':
        quoted += "\\\\";
        break;
      case '\n':
        quoted += "\\n";
        break;
      case '\r':
        quoted += "\\r";
        break;
      case '\t':
        quoted += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          char escape[8];
          std::snprintf(escape, sizeof escape, "\\u%04x", c);
          quoted += escape;
        } else {
          quoted += c;
        }
    }
  }
  return quoted + "\"";
}

Result<void> write_file(std::string const& path, std::string_view content) {
  auto const temporary = path + ".part-" + std::to_string(::getpid());
  {
    std::ofstream out{temporary, std::ios::binary};
    out << content;
    out.flush();
    if (!out) {
      std::error_code ignored;
      std::filesystem::remove(temporary, ignored);
      return Error{Errc::exhausted, "cannot write `" + path + "`: is the folder there, and is there space"};
    }
  }
  std::error_code failed;
  std::filesystem::rename(temporary, path, failed);
  if (failed) return Error{Errc::exhausted, "cannot write `" + path + "`: " + failed.message()};
  return {};
}

}  // namespace podium::cli
