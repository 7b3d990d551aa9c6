#include "rollout/tar.hpp"

#include <array>
#include <cstdio>
#include <cstring>
#include <fstream>

namespace podium::inline v0::rollout {
namespace {

constexpr std::size_t block = 512;
using Header = std::array<char, block>;

// Places of the ustar header (POSIX.1-1988, IEEE Std 1003.1).
struct Place {
  std::size_t at;
  std::size_t size;
};
constexpr Place name_place{0, 100}, mode_place{100, 8}, owner_place{108, 8}, group_place{116, 8}, size_place{124, 12},
    time_place{136, 12}, sum_place{148, 8}, type_place{156, 1}, magic_place{257, 8}, prefix_place{345, 155};

void put(Header& header, Place place, std::string_view text) {
  std::memcpy(header.data() + place.at, text.data(), std::min(text.size(), place.size));
}

void put_octal(Header& header, Place place, std::uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof text, "%0*llo", static_cast<int>(place.size - 1), static_cast<unsigned long long>(value));
  put(header, place, text);
}

std::string text_at(Header const& header, Place place) {
  auto const* begin = header.data() + place.at;
  return {begin, strnlen(begin, place.size)};
}

std::uint64_t octal_at(Header const& header, Place place) {
  std::uint64_t value = 0;
  for (char const c : text_at(header, place))
    if (c >= '0' && c <= '7') value = value * 8 + static_cast<std::uint64_t>(c - '0');
  return value;
}

/// Sum of all bytes, the checksum itself counting as blanks.
unsigned sum_of(Header header) {
  std::memset(header.data() + sum_place.at, ' ', sum_place.size);
  unsigned sum = 0;
  for (char const c : header) sum += static_cast<unsigned char>(c);
  return sum;
}

}  // namespace

bool is_inside(std::string const& name) {
  if (name.empty() || name.front() == '/' || name.find('\\') != std::string::npos ||
      name.find('\0') != std::string::npos || name.find(':') != std::string::npos)
    return false;
  for (std::size_t from = 0; from <= name.size();) {
    auto const end = std::min(name.find('/', from), name.size());
    auto const part = std::string_view{name}.substr(from, end - from);
    if (part.empty() || part == "." || part == "..") return false;
    from = end + 1;
  }
  return true;
}

Result<std::string> make_tar(std::vector<TarEntry> const& entries) {
  std::string tar;
  for (auto const& [name, content] : entries) {
    if (!is_inside(name)) return Error{Errc::invalid_argument, "`" + name + "` is not a name inside a bundle"};
    Header header{};
    std::string prefix, rest = name;
    if (rest.size() > name_place.size) {
      auto const cut = rest.rfind('/', prefix_place.size);
      if (cut == std::string::npos || rest.size() - cut - 1 > name_place.size)
        return Error{Errc::invalid_argument, "the name `" + name + "` is too long for a tar file"};
      prefix = rest.substr(0, cut);
      rest = rest.substr(cut + 1);
    }
    put(header, name_place, rest);
    put(header, prefix_place, prefix);
    put_octal(header, mode_place, 0644);
    put_octal(header, owner_place, 0);
    put_octal(header, group_place, 0);
    put_octal(header, size_place, content.size());
    put_octal(header, time_place, 0);
    put(header, type_place, "0");
    put(header, magic_place, std::string_view{"ustar\00000", 8});
    char sum[8];
    std::snprintf(sum, sizeof sum, "%06o", sum_of(header));
    std::memcpy(header.data() + sum_place.at, sum, 7);
    header[sum_place.at + 7] = ' ';
    tar.append(header.data(), header.size());
    tar += content;
    tar.append((block - content.size() % block) % block, '\0');
  }
  tar.append(2 * block, '\0');
  return tar;
}

Result<void> unpack_tar(std::filesystem::path const& file, std::filesystem::path const& folder) {
  std::ifstream in{file, std::ios::binary};
  if (!in) return Error{Errc::not_found, "cannot read `" + file.string() + "`"};
  auto const broken = [&](std::string const& why) {
    return Error{Errc::protocol, "`" + file.string() + "` is not a bundle: " + why};
  };
  Header header{};
  while (in.read(header.data(), block)) {
    if (header[0] == '\0') return {};  // the end is blocks of zeros
    if (sum_of(header) != octal_at(header, sum_place)) return broken("a header of the tar file is damaged");
    auto name = text_at(header, name_place);
    if (auto const prefix = text_at(header, prefix_place);
        !prefix.empty() && text_at(header, magic_place).starts_with("ustar"))
      name.insert(0, prefix + "/");
    while (name.starts_with("./")) name.erase(0, 2);
    char const type = header[type_place.at];
    auto const size = octal_at(header, size_place);
    bool const folder_entry = type == '5';
    if (folder_entry) continue;
    if (type == 'x' || type == 'g') {  // extended headers carry times and owners that do not matter here
      in.seekg(static_cast<std::streamoff>((size + block - 1) / block * block), std::ios::cur);
      continue;
    }
    if (type != '0' && type != '\0') return broken("`" + name + "` is not a regular file");
    if (!is_inside(name)) return broken("`" + name + "` leaves its folder");
    auto const target = folder / name;
    std::error_code failed;
    std::filesystem::create_directories(target.parent_path(), failed);
    std::ofstream out{target, std::ios::binary};
    std::array<char, 1 << 16> buffer;
    for (std::uint64_t left = size; left > 0;) {
      auto const piece = static_cast<std::streamsize>(std::min<std::uint64_t>(left, buffer.size()));
      if (!in.read(buffer.data(), piece)) return broken("it ends inside `" + name + "`");
      out.write(buffer.data(), piece);
      left -= static_cast<std::uint64_t>(piece);
    }
    out.flush();
    if (!out) return Error{Errc::exhausted, "cannot unpack `" + name + "` into `" + folder.string() + "`"};
    in.seekg(static_cast<std::streamoff>((block - size % block) % block), std::ios::cur);
  }
  return broken("its end is missing");
}

}  // namespace podium::inline v0::rollout
