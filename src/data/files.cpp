#include "data/files.hpp"

#include <algorithm>

namespace podium::inline v0::data {
namespace {

std::string_view last_name(std::string_view path) {
  auto const slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::vector<std::string_view> names_of(std::string_view path) {
  std::vector<std::string_view> names;
  while (!path.empty()) {
    auto const slash = std::min(path.find('/'), path.size());
    if (slash > 0) names.push_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return names;
}

/// `_SUCCESS`, `.crc`, `_delta_log/...`: bookkeeping, unless it is a partition (`_day=1`).
bool is_hidden(std::string_view name) {
  return name.starts_with('.') || (name.starts_with('_') && name.find('=') == std::string_view::npos);
}

bool has_wildcard(std::string_view text) { return text.find_first_of("*?[") != std::string_view::npos; }

bool fits_name(std::string_view pattern, std::string_view name) {
  if (pattern.empty()) return name.empty();
  if (pattern.front() == '*') {
    for (std::size_t skip = 0; skip <= name.size(); ++skip)
      if (fits_name(pattern.substr(1), name.substr(skip))) return true;
    return false;
  }
  if (name.empty()) return false;
  if (pattern.front() == '[') {
    auto const close = pattern.find(']', 2);
    if (close != std::string_view::npos) {
      auto set = pattern.substr(1, close - 1);
      bool const inverted = set.front() == '!' || set.front() == '^';
      if (inverted) set.remove_prefix(1);
      bool inside = false;
      for (std::size_t i = 0; i < set.size(); ++i) {
        if (i + 2 < set.size() && set[i + 1] == '-') {
          inside |= set[i] <= name.front() && name.front() <= set[i + 2];
          i += 2;
        } else {
          inside |= set[i] == name.front();
        }
      }
      return inside != inverted && fits_name(pattern.substr(close + 1), name.substr(1));
    }
  }
  return (pattern.front() == '?' || pattern.front() == name.front()) && fits_name(pattern.substr(1), name.substr(1));
}

using Names = std::vector<std::string_view>;

bool fits(Names const& pattern, std::size_t p, Names const& names, std::size_t n) {
  if (p == pattern.size()) return n == names.size();
  if (pattern[p] == "**") {
    for (auto skip = n; skip <= names.size(); ++skip)
      if (fits(pattern, p + 1, names, skip)) return true;
    return false;
  }
  return n < names.size() && fits_name(pattern[p], names[n]) && fits(pattern, p + 1, names, n + 1);
}

/// Partitions of a file from the folders between `root` and it.
Result<PartitionValues> partitions_of(std::string_view root, std::string_view path, OpenOptions const& options,
                                      std::string const& shown) {
  PartitionValues values;
  auto folders = names_of(path.substr(std::min(root.size(), path.size())));
  if (!folders.empty()) folders.pop_back();
  std::size_t named = 0;
  for (auto const folder : folders) {
    auto const equals = folder.find('=');
    if (equals != std::string_view::npos && equals > 0) {
      auto const value = percent_decoded(folder.substr(equals + 1));
      bool const null = value == "__HIVE_DEFAULT_PARTITION__";
      values.emplace_back(percent_decoded(folder.substr(0, equals)), null ? std::nullopt : std::optional{value});
    } else if (named < options.partition_columns.size()) {
      values.emplace_back(options.partition_columns[named++], percent_decoded(folder));
    }
  }
  for (auto const& name : options.partition_columns)
    if (!std::ranges::any_of(values, [&](auto const& value) { return value.first == name; }))
      return Error{Errc::invalid_argument, "lies in no folder for the partition column `" + name + "`"}.with("file",
                                                                                                             shown);
  return values;
}

Result<Format> decided_format(OpenOptions const& options, std::vector<StoredFile> const& files) {
  if (options.format != Format::automatic) return options.format;
  auto const first = format_of(files.front().path);
  if (!first)
    return Error{Errc::invalid_argument, files.front().shown +
                                             ": the extension says no format (.parquet, .csv, .arrow, .ipc, "
                                             ".feather); name the format if it has another"};
  for (auto const& file : files)
    if (format_of(file.path) != first)
      return Error{Errc::invalid_argument, "files of several formats lie together: " + files.front().shown + " and " +
                                               file.shown + "; name the format, or use a glob"};
  return *first;
}

/// The data files below a folder.
Result<std::vector<StoredFile>> data_below(Storage const& storage, Location const& location, std::string const& folder,
                                           OpenOptions const& options) {
  auto const found = storage.list(folder, true);
  if (!found) return found.error();
  std::vector<StoredFile> files;
  auto const root = folder.size() > 1 && folder.ends_with('/') ? folder.substr(0, folder.size() - 1) : folder;
  for (auto const& file : *found) {
    if (file.folder) continue;
    auto const below = std::string_view{file.path}.substr(std::min(root.size(), file.path.size()));
    if (std::ranges::any_of(names_of(below), is_hidden)) continue;
    bool const wanted = options.format == Format::automatic
                            ? format_of(file.path).has_value()
                            : format_of(file.path).value_or(options.format) == options.format;
    if (!wanted) continue;
    auto const shown = location.shown(file.path);
    auto partitions = partitions_of(root, file.path, options, shown);
    if (!partitions) return partitions.error();
    files.push_back({.path = file.path, .shown = shown, .bytes = file.bytes, .partitions = *std::move(partitions)});
  }
  return files;
}

Result<std::vector<Found>> expand(Storage const& storage, std::string const& pattern) {
  auto const wild = pattern.find_first_of("*?[");
  auto const slash = pattern.rfind('/', wild);
  auto const root = slash == std::string::npos ? std::string{"."} : slash == 0 ? "/" : pattern.substr(0, slash);
  auto const rest = slash == std::string::npos ? pattern : pattern.substr(slash + 1);
  auto const wanted = names_of(rest);
  bool const asks_for_hidden = std::ranges::any_of(wanted, is_hidden);
  bool const deep = wanted.size() > 1 || rest.find("**") != std::string::npos;
  auto const found = storage.list(root, deep);
  if (!found) return found.error();
  std::vector<Found> out;
  for (auto const& file : *found) {
    auto below = std::string_view{file.path}.substr(std::min(root.size(), file.path.size()));
    while (below.starts_with('/')) below.remove_prefix(1);
    auto const names = names_of(below);
    if (!asks_for_hidden && std::ranges::any_of(names, is_hidden)) continue;
    if (fits(wanted, 0, names, 0)) out.push_back(file);
  }
  return out;
}

}  // namespace

bool glob_fits(std::string_view pattern, std::string_view path) {
  return fits(names_of(pattern), 0, names_of(path), 0);
}

std::optional<Format> format_of(std::string_view path) {
  auto const name = last_name(path);
  auto const dot = name.rfind('.');
  std::string extension{dot == std::string_view::npos ? std::string_view{} : name.substr(dot)};
  std::ranges::transform(extension, extension.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  if (extension == ".parquet" || extension == ".pq") return Format::parquet;
  if (extension == ".csv") return Format::csv;
  if (extension == ".arrow" || extension == ".ipc" || extension == ".feather" || extension == ".arrows")
    return Format::ipc;
  return std::nullopt;
}

std::string format_word(Format format) {
  return format == Format::csv ? "csv" : format == Format::ipc ? "ipc" : "parquet";
}

Result<FileList> list_files(Storage const& storage, Location const& location, OpenOptions const& options) {
  FileList out;
  auto const itself = storage.stat(location.path);
  if (!itself) return itself.error();
  std::vector<Found> places;
  if (*itself) places.push_back(**itself);
  bool const glob = !*itself && has_wildcard(location.path);
  if (glob) {
    auto expanded = expand(storage, location.path);
    if (!expanded) return expanded.error();
    places = *std::move(expanded);
    if (places.empty()) return Error{Errc::not_found, "no file fits the pattern " + location.given};
  } else if (!*itself) {
    return Error{Errc::not_found, "there is no file or folder " + location.given};
  }

  std::string last_folder;
  for (auto const& found : places) {
    auto const& place = found.path;
    // Below a folder that fits the pattern too, files were taken already.
    if (!last_folder.empty() && place.starts_with(last_folder + "/")) continue;
    auto const shown = location.shown(place);
    if (!found.folder) {
      if (glob && options.format == Format::automatic && !format_of(place)) continue;
      auto const wild = location.path.find_first_of("*?[");
      auto const root = glob ? location.path.substr(0, location.path.rfind('/', wild) + 1) : place;
      auto partitions = partitions_of(root, place, glob ? options : OpenOptions{}, shown);
      if (!partitions) return partitions.error();
      out.files.push_back({.path = place, .shown = shown, .bytes = found.bytes, .partitions = *std::move(partitions)});
      continue;
    }
    last_folder = place;
    auto const log = storage.stat(join_path(place, "_delta_log"));
    if (!log) return log.error();
    if (options.format == Format::delta || (*log && options.format == Format::automatic)) {
      if (places.size() > 1)
        return Error{Errc::invalid_argument,
                     "the pattern " + location.given +
                         " fits a Delta table and other places: " + "open one Delta table at a time"};
      if (!*log) return Error{Errc::not_found, shown + " is no Delta table: it has no _delta_log"};
      out.format = Format::delta;
      out.delta_root = place;
      return out;
    }
    auto files = data_below(storage, location, place, options);
    if (!files) return files.error();
    std::ranges::move(*files, std::back_inserter(out.files));
  }
  if (options.format == Format::delta)
    return Error{Errc::not_found, location.given + " is no Delta table: not a folder"};
  if (out.files.empty())
    return Error{Errc::not_found,
                 (glob ? "what fits " : "the folder ") + location.given + " holds no .parquet, .csv or Arrow file"};
  auto const format = decided_format(options, out.files);
  if (!format) return format.error();
  out.format = *format;
  return out;
}

Result<FileList> given_files(Storage const& storage, std::vector<Location> const& files, OpenOptions const& options) {
  FileList out;
  if (files.empty()) return Error{Errc::invalid_argument, "no file was given"};
  for (auto const& file : files) {
    auto const there = storage.stat(file.path);
    if (!there) return there.error();
    if (!*there) return Error{Errc::not_found, "there is no file " + file.given};
    if ((*there)->folder) return Error{Errc::invalid_argument, file.given + " is a folder, a file is needed"};
    out.files.push_back({.path = file.path, .shown = file.given, .bytes = (*there)->bytes});
  }
  auto const format = decided_format(options, out.files);
  if (!format) return format.error();
  if (*format == Format::delta) return Error{Errc::invalid_argument, "a Delta table is a folder, not a list of files"};
  out.format = *format;
  return out;
}

}  // namespace podium::inline v0::data
